public import Foundations

/// Why models are not evaluated or fine-tuned as they were asked to be. Each case holds the whole sentence.
public enum EvaluationError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// Models, tasks and settings that do not go together.
    case request(String)
    /// A folder without a model.
    case noModel(String)
    /// A model or a task's file with contents that do not fit.
    case contents(String)
    /// A folder of results that cannot be made, or that holds something else.
    case cannotCreate(String)

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .request: .usage
        case .noModel: .missingInput
        case .contents: .badData
        case .cannotCreate: .cannotCreate
        }
    }

    /// The message: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .request(let text), .noModel(let text), .contents(let text), .cannotCreate(let text): text
        }
    }
}
