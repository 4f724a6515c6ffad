public import Foundations

/// Why a model cannot answer a task.
public enum ScorerError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The kind has no scorer here: a head is trained for it, or it is not known. `known` are those that have one.
    case kind(task: String, kind: String, known: [String])
    /// The model lacks what the kind needs.
    case model(task: String, kind: String, lacks: String)
    /// Something beside the model is missing: a tokenizer, fonts.
    case missing(task: String, what: String, remedy: String)
    /// The tokenizer has more ids than the model.
    case vocabulary(task: String, tokenizer: Int, model: Int)
    /// The task judges by a script, which was not allowed.
    case scriptNotAllowed(task: String, path: String)
    /// The task's script cannot be run.
    case script(path: String, reason: String)
    /// A setting out of its range.
    case option(name: String, got: String, wanted: String)

    /// The kind of failure.
    public var category: ErrorCategory { if case .missing = self { .missingInput } else { .usage } }

    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .kind(let task, let kind, let known):
            "\(task) is of the kind \(kind), which is not answered without training; those are \(known.joined(separator: ", "))"
        case .model(let task, let kind, let lacks):
            "\(task): a task of the kind \(kind) needs \(lacks), which the model does not have; leave the task out"
        case .missing(let task, let what, let remedy): "\(task) needs \(what), and there is none; \(remedy)"
        case .vocabulary(let task, let tokenizer, let model):
            "\(task): the tokenizer has \(counted(tokenizer, "id")) and the model \(model); give the model's own"
        case .scriptNotAllowed(let task, let path):
            "\(task) judges by running \(path) on what the model writes; read it, then allow it with --allow-scripts"
        case .script(let path, let reason): "the script \(path) cannot be run: \(reason)"
        case .option(let name, let got, let wanted): "\(name) is \(got); give \(wanted)"
        }
    }
}
