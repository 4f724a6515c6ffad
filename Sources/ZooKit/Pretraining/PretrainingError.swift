public import Foundations

/// An error that stops a pretraining or refuses its start.
public enum PretrainingError: Error, Equatable, CustomStringConvertible, CategorisedError {
    /// The data of a kind hold nothing to train on.
    case noExamples(what: String)
    /// A setting that makes no sense with the others.
    case badSetting(key: String, reason: String)
    /// The folder belongs to another run.
    case otherRun(path: String, reason: String)
    /// The newest checkpoint is damaged; `earlier` is the step of the one before.
    case damaged(path: String, reason: String, earlier: Int?)
    /// Another process writes to the folder.
    case folderInUse(path: String)
    /// The folder of a run cannot be made, or holds something else.
    case cannotCreate(path: String, reason: String)

    /// Throws `badSetting` with `key` for a saved count to which nothing could be added.
    static func checkCount(_ count: Int, _ name: String, of key: String) throws(PretrainingError) {
        guard !(0...1 << 53 ~= count) else { return }
        throw .badSetting(key: key, reason: "\(name): \(count) is no count from 0 to 2^53")
    }

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .noExamples, .damaged: .badData
        case .badSetting: .usage
        case .otherRun, .folderInUse, .cannotCreate: .cannotCreate
        }
    }

    /// The message: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .noExamples(let what):
            "\(what) hold no document to train on; look at their format and at the held-out share"
        case .badSetting(let key, let reason): "\(key): \(reason)"
        case .otherRun(let path, let reason):
            "\(path) holds another run: \(reason)" + (reason.hasSuffix("--resume") ? ", or" : ";")
                + " take another folder"
        case .damaged(let path, let reason, let earlier):
            "cannot resume from \(path): \(reason); "
                + (earlier.map { "remove the folder to resume from step \($0)" }
                    ?? "there is no earlier one: begin anew")
        case .folderInUse(let path): "another run is writing to \(path); wait for it, or name another folder"
        case .cannotCreate(let path, let reason): "\(path): \(reason)"
        }
    }
}
