public import Foundations

/// An error in the records of a run.
public enum RecordingError: Error, Equatable, CustomStringConvertible, CategorisedError {
    /// A line of `metrics.jsonl`, counted from 1, is no record.
    case badLine(path: String, line: Int, reason: String)
    /// The last line has no end: the writer was stopped in the middle of it.
    case tornLine(path: String, line: Int)
    /// A file beside the records is no JSON.
    case badFile(path: String, reason: String)
    /// A file cannot be read or written.
    case file(FileError)
    /// Numbers that no baseline can be computed from.
    case baseline(String)

    /// The kind of failure.
    public var category: ErrorCategory { if case .file(let error) = self { error.category } else { .badData } }

    /// The message: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .badLine(let path, let line, let reason):
            "\(path), line \(line): \(reason); mend or remove the line"
        case .tornLine(let path, let line):
            "\(path), line \(line) is cut off; resume the run, which removes it, or remove it"
        case .badFile(let path, let reason): "\(path): \(reason); mend it, or leave the run out"
        case .file(let error): error.description
        case .baseline(let reason): "baselines: \(reason)"
        }
    }
}
