import Tensors

/// A kernel of the list and how it is called with random operands.
struct ParityCase: Sendable {
    /// The kernel's name.
    let name: String
    /// Bound for results in single precision.
    let single: Tolerance
    /// Bound for results in bfloat16.
    let half: Tolerance
    let rounds: Int
    let body: @Sendable (ParityRun) throws -> Void

    init(
        _ name: String, single: Tolerance = .single, half: Tolerance = .half, rounds: Int = 12,
        _ body: @escaping @Sendable (ParityRun) throws -> Void
    ) {
        self.name = name
        self.single = single
        self.half = half
        self.rounds = rounds
        self.body = body
    }

    /// All cases; at least one for each kernel.
    static let all: [ParityCase] =
        memory + moving + products + rows + elementwise + sums + decoder + attention + distributions + patches
        + optimiser

    /// What differs between the reference and `sets`, one line a flaw.
    func flaws(_ precision: Precision, _ sets: [any KernelSet]) throws -> [String] {
        var flaws: [String] = []
        for round in 0..<rounds {
            let key = RandomKey(seed: 11).with(name).with(round)
            let run = ParityRun(precision, round: round, seed: key, sets: sets)
            try body(run)
            flaws += run.flaws(single, half).map { "\(name), \(precision.name), round \(round), \($0)" }
        }
        return flaws
    }
}
