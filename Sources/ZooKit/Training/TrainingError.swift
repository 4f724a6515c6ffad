public import Foundations

/// An error that stops a training.
public enum TrainingError: Error, Equatable, CustomStringConvertible, CategorisedError {
    /// Ranks do not do the same.
    case disagreement(what: String)
    /// Another rank failed.
    case elsewhere(message: String)
    /// A term counts otherwise than was announced, or was not announced.
    case weight(term: String, announced: Double?, got: Double)
    /// A loss or a gradient is infinite or not a number.
    case nonFinite(tensor: String, step: Int, count: Int)
    /// So many steps in a row were skipped that going on makes no sense.
    case skipsInARow(count: Int, step: Int, last: String)
    /// A hook wants events and none falls into the run.
    case emptyPlan(hook: String, steps: Int)

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .nonFinite, .skipsInARow: .notFinite
        case .emptyPlan: .usage
        case .disagreement, .elsewhere, .weight: .inputOutput
        }
    }

    /// The message: what happened, and what to do.
    public var description: String {
        switch self {
        case .disagreement(let what): "the ranks disagree: \(what); start all of them with the same settings"
        case .elsewhere(let message): "stopped because rank 0 failed: \(message)"
        case .weight(let term, let announced, let got):
            "the loss term '\(term)' counts \(got), "
                + (announced.map { "announced were \($0)" } ?? "and was not announced by its objective")
        case .nonFinite(let tensor, let step, let count):
            "step \(step): \(counted(count, "number")) of \(tensor) \(count == 1 ? "is" : "are") infinite or not a number; "
                + "lower the learning rate, or skip such steps"
        case .skipsInARow(let count, let step, let last):
            "step \(step): \(counted(count, "step")) in a row \(count == 1 ? "was" : "were") skipped, the last because of \(last); "
                + "lower the learning rate"
        case .emptyPlan(let hook, let steps):
            "'\(hook)' has no event within \(counted(steps, "step")); train longer or shorten its interval"
        }
    }
}
