public import Tensors

/// Compares the tape's gradients with differences of the function itself, in double precision on `ReferenceKernels`.
///
/// The function gives any number of tensors; each is multiplied by fixed random numbers and all is summed, so that every
/// number of every gradient counts. Beside the differences, `flaws` checks what holds for every operator: a second pass
/// without clearing doubles the gradients, a frozen parameter has none and leaves the others' bits alone, recomputing gives
/// the same bits, inference records nothing, and afterwards the arena has all its memory back.
public final class GradientCheck {
    /// Where the parameters live.
    public let workspace: Workspace
    /// All parameters made here, in order.
    public private(set) var parameters: [Parameter] = []
    private let key: RandomKey
    private var drawn = 0

    /// The function of the parameters; the tape it is given is the only one it uses.
    public typealias Function = (Tape) throws -> [Tensor]

    /// A workspace in double precision; random numbers come from `seed`.
    public init(seed: UInt64 = 1) throws {
        workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        key = RandomKey(seed: seed)
    }

    /// A check in `workspace`, of whatever kernels and precision: its parameters and weights are those of one in double.
    public init(in workspace: Workspace, seed: UInt64 = 1) {
        self.workspace = workspace
        key = RandomKey(seed: seed)
    }

    /// `count` random numbers of -1 ..< 1, times `scale`, plus `shift`.
    public func numbers(_ count: Int, scale: Double = 1, shift: Double = 0) -> [Double] {
        drawn += 1
        let key = key.with(drawn)
        return (0..<count).map { scale * (2 * key.uniform(at: $0) - 1) + shift }
    }

    /// A trained parameter of random numbers of -scale + shift ..< scale + shift.
    public func parameter(
        _ shape: [Int], path: String? = nil, scale: Double = 1, shift: Double = 0
    ) throws -> Parameter {
        let parameter = try Parameter(
            path: path ?? "parameter \(parameters.count)", shape: shape, workspace: workspace)
        try parameter.set(numbers(parameter.count, scale: scale, shift: shift))
        parameters.append(parameter)
        return parameter
    }

    /// What is wrong with the gradients of `function`, one line a flaw; empty if nothing is. Numbers are moved by `step` and
    /// by twice that (a formula of fourth order); gradients may differ by `tolerance` of the largest number of the same
    /// gradient, or of 0.01.
    public func flaws(
        step: Double = 1e-4, tolerance: Double = 1e-8, _ function: @escaping Function
    ) throws -> [String] {
        let before = workspace.arena.usedBytes
        var flaws: [String] = []
        let gradients = try self.gradients(function)
        for (parameter, gradient) in zip(parameters, gradients) {
            let differences = try self.differences(of: function, by: parameter, step: step)
            let deviation = Deviation.between(
                gradient ?? differences.map { _ in 0 }, differences, scaled: tolerance, absolute: tolerance * 0.01)
            if let deviation { flaws.append("\(parameter.path) \(parameter.shape): \(deviation)") }
        }
        flaws += try accumulationFlaws(function, gradients)
        flaws += try freezingFlaws(function, gradients)
        flaws += try recomputationFlaws(function, gradients)
        flaws += try inferenceFlaws(function)
        clear()
        let kept = workspace.arena.usedBytes - before
        return flaws + (kept == 0 ? [] : ["\(kept) bytes are kept after the pass"])
    }

    /// Outputs of `function` and gradients of the parameters, for comparison with another kernel set's.
    public func results(_ function: Function) throws -> (outputs: [[Double]], gradients: [[Double]?]) {
        clear()
        let tape = Tape(workspace)
        let outputs = try function(tape)
        let values = try outputs.map { try workspace.values($0) }
        try walkBack(tape, outputs)
        let gradients = try parameters.map { try $0.gradient.map { try workspace.values($0) } }
        clear()
        return (values, gradients)
    }

    /// What of `flaws` asks for equal bits and holds in every precision: of freezing, recomputation and inference.
    public func bitFlaws(_ function: @escaping Function) throws -> [String] {
        let gradients = try self.gradients(function)
        let flaws =
            try freezingFlaws(function, gradients) + recomputationFlaws(function, gradients) + inferenceFlaws(function)
        clear()
        return flaws
    }

    // MARK: Passes

    private func gradients(_ function: Function, clearing: Bool = true) throws -> [[Double]?] {
        if clearing { clear() }
        let tape = Tape(workspace)
        try walkBack(tape, try function(tape))
        return try parameters.map { try $0.gradient.map { try workspace.values($0) } }
    }

    private func walkBack(_ tape: Tape, _ outputs: [Tensor]) throws {
        let seeds = try outputs.enumerated().map { place, output in
            (output, try workspace.numbers(weights(place, output.count), output.shape))
        }
        try tape.backward(from: seeds.map { (tensor: $0.0, gradient: $0.1) })
    }

    private func clear() {
        for parameter in parameters { parameter.clearGradient() }
    }

    /// What output number `place` is multiplied by.
    private func weights(_ place: Int, _ count: Int) -> [Double] {
        let key = key.with("weights").with(place)
        return (0..<count).map { 2 * key.uniform(at: $0) - 1 }
    }

    private func values(_ function: Function) throws -> [[Double]] {
        try function(Tape(workspace, mode: .inference)).map { try workspace.values($0) }
    }

    private func differences(of function: Function, by parameter: Parameter, step: Double) throws -> [Double] {
        let values = try parameter.hostValues()
        defer { try? parameter.set(values) }
        return try values.indices.map { index in
            let step = step * max(1, abs(values[index]))
            // Outputs are subtracted before they are summed: less is lost to rounding.
            func change(_ distance: Double) throws -> Double {
                var moved = values
                moved[index] = values[index] + distance
                try parameter.set(moved)
                let above = try self.values(function)
                moved[index] = values[index] - distance
                try parameter.set(moved)
                let below = try self.values(function)
                return above.indices.reduce(0.0) { sum, place in
                    let weights = weights(place, above[place].count)
                    return sum
                        + weights.indices.reduce(0.0) { $0 + weights[$1] * (above[place][$1] - below[place][$1]) }
                }
            }
            return (8 * (try change(step)) - (try change(2 * step))) / (12 * step)
        }
    }

    // MARK: What holds for every operator

    private func accumulationFlaws(_ function: Function, _ gradients: [[Double]?]) throws -> [String] {
        clear()
        _ = try self.gradients(function)
        let doubled = try self.gradients(function, clearing: false)
        return parameters.indices.compactMap { place in
            let expected = gradients[place]?.map { 2 * $0 } ?? []
            let deviation = Deviation.between(
                doubled[place] ?? [], expected, relative: 1e-12, scaled: 1e-12, absolute: 1e-300)
            return deviation.map { "\(parameters[place].path), gathered twice: \($0)" }
        }
    }

    private func freezingFlaws(_ function: Function, _ gradients: [[Double]?]) throws -> [String] {
        var flaws: [String] = []
        for frozen in parameters where frozen.isTrainable {
            frozen.isTrainable = false
            defer { frozen.isTrainable = true }
            for (place, gradient) in try self.gradients(function).enumerated() {
                let name = parameters[place].path
                if parameters[place] === frozen {
                    if gradient != nil { flaws.append("\(name) is frozen and has a gradient") }
                } else if gradient != gradients[place] {
                    flaws.append("\(name): other bits when \(frozen.path) is frozen")
                }
            }
        }
        return flaws
    }

    private func recomputationFlaws(_ function: @escaping Function, _ gradients: [[Double]?]) throws -> [String] {
        clear()
        let tape = Tape(workspace)
        let outputs = try tape.recomputing([]) { tape, _ throws(TensorError) in
            do { return try function(tape) } catch let error as TensorError { throw error } catch {
                throw .value(operation: "function", what: "\(error)")
            }
        }
        try walkBack(tape, outputs)
        return try parameters.indices.compactMap { place in
            let gradient = try parameters[place].gradient.map { try workspace.values($0) }
            return gradient == gradients[place] ? nil : "\(parameters[place].path): other bits when recomputed"
        }
    }

    private func inferenceFlaws(_ function: Function) throws -> [String] {
        let recording = try function(Tape(workspace)).map { try workspace.values($0) }
        let tape = Tape(workspace, mode: .inference)
        let outputs = try function(tape)
        var flaws: [String] = []
        if try outputs.map({ try workspace.values($0) }) != recording { flaws.append("other bits in inference") }
        if outputs.contains(where: \.needsGradient) || tape.recordCount > 0 { flaws.append("inference records") }
        return flaws
    }
}
