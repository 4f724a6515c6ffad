import Layers
public import Tensors

/// The gradients of one optimiser step: forward and backward over micro-batches, each term normalised by what it counts over all
/// micro-batches and ranks.
public struct GradientAccumulation<Goal: Objective> {
    /// What is trained for.
    public let objective: Goal
    /// The processes of the training.
    public let communicator: any Communicator
    /// Whether blocks keep no activations.
    public var recomputesBlocks = false
    /// Sees tensors by the path of their place; see `ForwardContext.observer`.
    public var observer: ((String, Tensor) -> Void)?
    private let workspace: Workspace

    /// Accumulation for an objective.
    public init(_ objective: Goal, communicator: any Communicator, workspace: Workspace) {
        self.objective = objective
        self.communicator = communicator
        self.workspace = workspace
    }

    /// Adds the gradients of `batches` up in the parameters; random draws are those of `key` and the micro-batch's place. What
    /// other ranks give is in the totals, and not yet in the gradients.
    ///
    /// Throws ``TrainingError/weight(term:announced:got:)``, `TensorError`, and what the communicator throws.
    public func callAsFunction(_ batches: [Goal.MicroBatch], key: RandomKey) throws -> StepLoss {
        let totals = try totalWeights(batches)
        var terms: [(kind: String, term: LossTerm)] = []
        for (index, batch) in batches.enumerated() {
            let tape = Tape(workspace)
            var context = ForwardContext(tape: tape, isTraining: true, key: key.with(index))
            context.recomputesBlocks = recomputesBlocks
            context.observer = observer
            let found = try objective.terms(of: batch, context) + context.losses
            let announced = objective.weights(of: batch)
            try tape.backward(
                try found.map { term in
                    try check(term, announced[term.name])
                    return (term.sum, totals.gradient(of: term))
                })
            try context.runUpdates()
            let kind = objective.kind(of: batch)
            terms += found.map { (kind, $0.withoutTape) }
        }
        return try total(terms, totals)
    }

    /// The loss of `batches` without gradients, as an evaluation wants it.
    public func evaluate(_ batches: [Goal.MicroBatch]) throws -> StepLoss {
        let totals = try totalWeights(batches)
        var terms: [(kind: String, term: LossTerm)] = []
        for batch in batches {
            var context = ForwardContext(tape: Tape(workspace, mode: .inference))
            context.observer = observer
            let kind = objective.kind(of: batch)
            terms += try (objective.terms(of: batch, context) + context.losses).map { (kind, $0.withoutTape) }
        }
        return try total(terms, totals)
    }

    /// What is counted over all micro-batches and ranks.
    private struct Totals {
        var weights: [String: Double]
        var microBatches: Double

        /// What a term's sum enters the loss with.
        func gradient(of term: LossTerm) -> Double {
            switch term.scope {
            case .step:
                guard let weight = weights[term.name], weight > 0 else { return 0 }
                return term.coefficient / weight
            case .microbatch:
                return term.weight > 0 && microBatches > 0 ? term.coefficient / term.weight / microBatches : 0
            }
        }
    }

    private func totalWeights(_ batches: [Goal.MicroBatch]) throws -> Totals {
        var weights: [String: Double] = [:]
        for batch in batches { weights.merge(objective.weights(of: batch), uniquingKeysWith: +) }
        let names = objective.termNames
        if let stranger = weights.keys.filter({ !names.contains($0) }).min() {
            throw TrainingError.weight(term: stranger, announced: nil, got: weights[stranger] ?? 0)
        }
        var numbers = names.map { weights[$0] ?? 0 } + [Double(batches.count)]
        try communicator.sum(&numbers)
        return Totals(
            weights: Dictionary(uniqueKeysWithValues: zip(names, numbers)), microBatches: numbers[names.count])
    }

    private func check(_ term: LossTerm, _ announced: Double?) throws {
        guard term.scope == .step, announced != term.weight else { return }
        throw TrainingError.weight(term: term.name, announced: announced, got: term.weight)
    }

    /// Reads the sums, the only time in a step, and adds those of other ranks.
    private func total(_ terms: [(kind: String, term: LossTerm)], _ weights: Totals) throws -> StepLoss {
        var loss = StepLoss()
        var value = 0.0
        for (kind, term) in terms {
            let sum = try workspace.values(term.sum)[0]
            let own = TermTotal(sum: sum, weight: term.weight)
            loss.terms[term.name, default: TermTotal()] += own
            loss.kinds[kind, default: [:]][term.name, default: TermTotal()] += own
            value += sum * weights.gradient(of: term)
        }
        guard communicator.size > 1 else {
            loss.value = value
            return loss
        }
        let names = objective.termNames
        let totals = names.map { loss.terms[$0] ?? TermTotal() }
        var numbers = totals.flatMap { [$0.sum, $0.weight] } + [value]
        try communicator.sum(&numbers)
        for (index, name) in names.enumerated() where numbers[2 * index + 1] > 0 {
            loss.terms[name] = TermTotal(sum: numbers[2 * index], weight: numbers[2 * index + 1])
        }
        loss.value = numbers[2 * names.count]
        return loss
    }
}

extension LossTerm {
    /// The same term without the way back.
    var withoutTape: LossTerm {
        LossTerm(name, sum: sum.detached, weight: weight, coefficient: coefficient, scope: scope)
    }
}
