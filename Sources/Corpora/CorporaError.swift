public import Foundations

/// Why a corpus cannot be read on.
public enum CorporaError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// A structure problem under the policy `stop`.
    case structure(Problem)
    /// An encoding problem under the policy `stop`.
    case encoding(Problem)
    /// An option that makes no sense.
    case invalidOption(key: String, value: String, expected: String)
    /// No file was found for an argument.
    case noInput(argument: String, reason: String)
    /// A file holds something else than text.
    case binary(path: String, what: String, remedy: String)
    /// A cursor does not fit the inputs.
    case cannotResume(path: String, reason: String)

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .structure(let problem): problem.kind == .unreadableInput ? .missingInput : .badData
        case .encoding, .binary: .badData
        case .invalidOption, .cannotResume: .usage
        case .noInput: .missingInput
        }
    }

    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .structure(let problem):
            "\(problem); pass --on-error skip to leave such \(problem.kind.isOfInput ? "inputs" : "records") out"
        case .encoding(let problem): "\(problem); choose --on-encoding-error replace or skip to continue"
        case .invalidOption(let key, let value, let expected): "read option \(key): got \(value), expected \(expected)"
        case .noInput(let argument, let reason): "no input for \(argument): \(reason)"
        case .binary(let path, let what, let remedy): "\(path) is \(what), not text; \(remedy)"
        case .cannotResume(let path, let reason): "cannot resume \(path): \(reason)"
        }
    }
}
