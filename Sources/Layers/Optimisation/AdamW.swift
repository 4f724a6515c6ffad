public import Tensors

/// AdamW with state by parameter path. A tensor's state is made when it is first stepped and counts its own steps, so that
/// what joins a training late begins as at step one (Loshchilov and Hutter 2019; arithmetic in PyTorch's order).
public final class AdamW {
    /// The constants.
    public struct Settings: Codable, Sendable, Equatable {
        /// Decay of the mean.
        public var beta1: Double
        /// Decay of the mean square.
        public var beta2: Double
        /// Added to the root.
        public var epsilon: Double

        /// Constants; the defaults are the specification's.
        public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
        }
    }

    /// The moments of one parameter, in the stream type.
    public struct State {
        /// The running mean of gradients, of the parameter's shape.
        public let first: Parameter
        /// The running mean of their squares.
        public let second: Parameter
        /// How often the parameter was stepped.
        public var step: Int

        /// Moments that were made elsewhere, of one shape.
        public init(first: Parameter, second: Parameter, step: Int) {
            self.first = first
            self.second = second
            self.step = step
        }
    }

    /// The constants.
    public let settings: Settings
    /// The moments, by path; steps write to it. `snapshot` gives what stays.
    public private(set) var states: [String: State] = [:]
    private let workspace: Workspace

    /// An optimiser that has stepped nothing.
    public init(_ settings: Settings = Settings(), workspace: Workspace) {
        self.settings = settings
        self.workspace = workspace
    }

    /// Bytes of all states.
    public var byteCount: Int { states.values.reduce(0) { $0 + $1.first.byteCount + $1.second.byteCount } }

    /// Steps one parameter along its gradient; nothing happens to one without a gradient. `rate` negative ascends; `factor`
    /// is a number on the device that gradients are multiplied by. Throws: `shape` where state and parameter differ.
    public func step(
        _ parameter: Parameter, rate: Double, decay: Double, factor: Tensor?
    ) throws(TensorError) {
        guard parameter.gradient != nil else { return }
        var state: State
        if let known = states[parameter.path] { state = known } else { state = try Self.fresh(parameter, workspace) }
        guard state.first.shape == parameter.shape else {
            throw .shape(
                operation: "AdamW of \(parameter.path)", expected: "state of shape \(parameter.shape)",
                got: "\(state.first.shape); give it state of the new shape, or drop it")
        }
        state.step += 1
        let constants = AdamWStep(
            rate: rate, beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon, decay: decay,
            step: state.step)
        let count = parameter.count
        try state.first.write { first, _ throws(TensorError) in
            try state.second.write { second, _ throws(TensorError) in
                try parameter.update { values, gradient, copy, kernels in
                    kernels.adamW(
                        constants, weights: values, gradient: gradient, first: first, second: second,
                        factor: factor?.operand, copy: copy, count: count)
                }
            }
        }
        states[parameter.path] = state
    }

    private static func fresh(_ parameter: Parameter, _ workspace: Workspace) throws(TensorError) -> State {
        State(
            first: try moment("first", of: parameter.path, parameter.shape, workspace),
            second: try moment("second", of: parameter.path, parameter.shape, workspace), step: 0)
    }

    private static func moment(
        _ name: String, of path: String, _ shape: [Int], _ workspace: Workspace
    ) throws(TensorError) -> Parameter {
        try Parameter(path: "\(path).\(name)", shape: shape, workspace: workspace, isTrainable: false, decays: false)
    }

    // MARK: Surgery

    /// The state of `path` as it is now; later steps leave it as it is. It shares memory until then.
    public func snapshot(_ path: String) -> State? {
        states[path].map { state in
            State(
                first: Parameter(path: state.first.path, sharing: state.first, isTrainable: false),
                second: Parameter(path: state.second.path, sharing: state.second, isTrainable: false),
                step: state.step)
        }
    }

    /// Forgets the state of `path`: its next step is a first step.
    public func drop(_ path: String) { states[path] = nil }

    /// Forgets the states of all paths but those in `paths`.
    public func keep(only paths: Set<String>) { states = states.filter { paths.contains($0.key) } }

    /// Sets the moments of `path` to 0 and leaves its step count as it is.
    public func zero(_ path: String) throws(TensorError) {
        guard let state = states[path] else { return }
        try state.first.set([Double](repeating: 0, count: state.first.count))
        try state.second.set([Double](repeating: 0, count: state.second.count))
    }

    /// Gives `path` the moments and count given, of whatever shape its parameter now has.
    public func set(_ path: String, first: Tensor, second: Tensor, step: Int) throws(TensorError) {
        try check(first.shape, second.shape, path)
        let state = State(
            first: try Self.moment("first", of: path, first.shape, workspace),
            second: try Self.moment("second", of: path, second.shape, workspace), step: step)
        try state.first.replace(with: first)
        try state.second.replace(with: second)
        states[path] = state
    }

    /// The lines of a moment as a matrix: the last axis is its columns, the others together are its rows.
    public enum Axis: Sendable {
        /// Rows.
        case rows
        /// Columns.
        case columns
    }

    /// Copies rows, or columns, of both moments from a snapshot: line `to[i]` of `path` becomes line `from[i]` of `kept`; the rest and
    /// the step count stay. A path without a state stays without. O(numbers copied).
    ///
    /// Throws, and changes nothing then: `shape` where the lists differ in length or the lines do, `index` for a line that is not there,
    /// `value` for one that would be written twice.
    public func copy(
        _ path: String, _ axis: Axis, to places: [Int], from sources: [Int], of kept: State
    ) throws(TensorError) {
        guard let state = states[path] else { return }
        let (own, other) = (state.first.tensor, kept.first.tensor)
        let isRows = axis == .rows
        let operation = "state of \(path)"
        guard places.count == sources.count else {
            throw .shape(
                operation: operation, expected: "as many lines to copy as places for them, \(places.count)",
                got: "\(sources.count)")
        }
        guard isRows ? own.columns == other.columns : own.rows == other.rows else {
            throw .shape(operation: operation, expected: "\(own.shape)", got: "\(other.shape)")
        }
        for (list, tensor) in [(places, own), (sources, other)] {
            let limit = isRows ? tensor.rows : tensor.columns
            for index in list where !(0..<limit ~= index) {
                throw .index(operation: operation, index: index, limit: limit)
            }
        }
        guard Set(places).count == places.count else {
            throw .value(operation: operation, what: "a line stands twice in \(places), the places to copy to")
        }
        for (target, source) in [(state.first, kept.first), (state.second, kept.second)] {
            // Shared until the write, so that lines of the same state are read as they were.
            let old = Parameter(path: source.path, sharing: source, isTrainable: false).tensor
            try target.write { operand, kernels throws(TensorError) in
                for (place, source) in zip(places, sources) {
                    kernels.copy(
                        old.operand.advanced(rows: isRows ? source : 0, columns: isRows ? 0 : source),
                        to: operand.advanced(rows: isRows ? place : 0, columns: isRows ? 0 : place),
                        rows: isRows ? 1 : own.rows, columns: isRows ? own.columns : 1, scale: 1, accumulate: false)
                }
            }
        }
    }

    private func check(_ a: [Int], _ b: [Int], _ path: String) throws(TensorError) {
        guard a == b else { throw .shape(operation: "state of \(path)", expected: "\(a)", got: "\(b)") }
    }
}
