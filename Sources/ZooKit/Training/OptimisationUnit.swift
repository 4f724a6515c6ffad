public import Layers
public import Tensors

/// One trained model's optimisation: which parameters, in which groups, how they are stepped. Several may live in a process.
public final class OptimisationUnit {
    /// The result of one step.
    public struct Report: Sendable, Equatable {
        /// Learning rate before group factors.
        public let rate: Double
        /// Norm of all gradients of each clip group, before clipping.
        public let gradientNorms: [String: Double]
    }

    /// The groups; their parameters may be frozen, thawed, exchanged between steps.
    public var groups: [ParameterGroup]
    /// The optimiser with its states.
    public let optimiser: AdamW
    /// The schedule of the learning rate.
    public var schedule: Schedule
    /// Learning rate at the peak.
    public var peakRate: Double
    /// Limits of gradient norms by clip group.
    public var clipLimits: [String: Double]
    /// True if the moments of parameters that were frozen stay for when they are thawed; without, they are dropped at the next
    /// step, so that a frozen parameter costs no memory of the optimiser.
    public var keepsMomentsOfFrozen = false
    /// How many steps were made.
    public var stepCount = 0
    private let workspace: Workspace

    /// A unit before its first step.
    public init(
        groups: [ParameterGroup], optimiser: AdamW, schedule: Schedule, peakRate: Double,
        clipLimits: [String: Double] = ["default": 1], workspace: Workspace
    ) {
        self.groups = groups
        self.optimiser = optimiser
        self.schedule = schedule
        self.peakRate = peakRate
        self.clipLimits = clipLimits
        self.workspace = workspace
    }

    /// All trained parameters, in the groups' order.
    public var trained: [Parameter] { groups.flatMap(\.parameters).filter(\.isTrainable) }

    /// Forgets the gradients of the last step; the first backward pass of a step comes after it.
    public func clearGradients() { for parameter in trained { parameter.clearGradient() } }

    /// Finite check, clipping, AdamW, in this order; gradients stay readable afterwards. The learning rate is the schedule's
    /// at `stepCount`, which then counts one more. Throws: `nonFinite` naming the first parameter whose gradient is not finite;
    /// nothing has changed then.
    public func step() throws(TensorError) -> Report {
        let trained = trained
        for parameter in trained { try parameter.fillUntouchedGradient() }
        if !keepsMomentsOfFrozen {
            for parameter in groups.flatMap(\.parameters) where !parameter.isTrainable {
                optimiser.drop(parameter.path)
            }
        }
        var norms: [String: Double] = [:]
        var factors: [String: Tensor] = [:]
        for name in Set(groups.map(\.clipGroup)).sorted(by: { ($0 ?? "") < ($1 ?? "") }) {
            let sum = try sumOfSquares(groups.filter { $0.clipGroup == name })
            let square = try workspace.values(sum)[0]
            guard square.isFinite else { throw try firstNonFinite(trained) }
            guard let name else { continue }
            norms[name] = square.squareRoot()
            guard let limit = clipLimits[name] else {
                throw .value(
                    operation: "clipping", what: "the clip group '\(name)' has no limit; give it one, or nil as group")
            }
            let factor = try workspace.empty([], workspace.precision.stream)
            workspace.kernels.clipFactor(sum.operand, limit: limit, to: factor.operand)
            factors[name] = factor
        }
        let rate = peakRate * schedule.factor(at: stepCount)
        for group in groups {
            for parameter in group.parameters where parameter.isTrainable {
                try optimiser.step(
                    parameter, rate: rate * group.rateFactor,
                    decay: parameter.decays || group.decaysAll ? group.decay : 0,
                    factor: group.clipGroup.flatMap { factors[$0] })
            }
        }
        stepCount += 1
        return Report(rate: rate, gradientNorms: norms)
    }

    private func sumOfSquares(_ groups: [ParameterGroup]) throws(TensorError) -> Tensor {
        let sum = try workspace.full([], workspace.precision.stream, 0)
        for parameter in groups.flatMap(\.parameters) where parameter.isTrainable {
            guard let gradient = parameter.gradient else { continue }
            workspace.kernels.sumOfSquares(
                gradient.operand, rows: gradient.rows, columns: gradient.columns, to: sum.operand, accumulate: true)
        }
        return sum
    }

    private func firstNonFinite(_ parameters: [Parameter]) throws(TensorError) -> TensorError {
        for parameter in parameters {
            guard let gradient = parameter.gradient else { continue }
            let count = try workspace.indices([0])
            workspace.kernels.countNonFinite(
                gradient.operand, rows: gradient.rows, columns: gradient.columns, to: count.operand,
                accumulate: false)
            let found = Int(try workspace.values(count)[0])
            if found > 0 {
                return .nonFinite(tensor: "the gradient of \(parameter.path)", step: stepCount, count: found)
            }
        }
        return .nonFinite(tensor: "the norm of all gradients", step: stepCount, count: 1)
    }
}
