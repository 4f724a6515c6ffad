public import Corpora
public import Foundations

/// Why a task cannot be read.
public enum TaskError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// No task or suite of this name.
    case unknownTask(name: String, near: [String], known: [String])
    /// The task has no such split.
    case noSplit(task: String, split: String, known: [String])
    /// The split has no such language.
    case noLanguage(task: String, language: String, known: [String])
    /// Files are not there. `expected` are the paths of each layout below `folder`, `obtain` says how to get them, `flaw` what is odd
    /// about what is there; of files of which others are there, `expected` are those that are not.
    case missingFiles(task: String, split: String, folder: String, expected: [String], obtain: String, flaw: Flaw?)
    /// A record does not hold what it should.
    case record(path: String, line: Int?, column: String?, reason: String)
    /// A split without a single example.
    case empty(task: String, split: String, path: String)
    /// A file cannot be cut into records.
    case data(CorporaError)

    /// What is odd about a place where files are missing.
    public enum Flaw: String, Sendable {
        /// The data folder is not there, or is a file.
        case noFolder = ", which is no folder"
        /// Other files of the split are there.
        case incomplete = ", where others are"
    }

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .unknownTask, .noSplit, .noLanguage: .usage
        case .missingFiles: .missingInput
        case .record, .empty: .badData
        case .data(let error): error.category
        }
    }

    /// The message: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .unknownTask(let name, let near, let known):
            return "there is no task or suite '\(name)'"
                + (near.isEmpty
                    ? "; there are: \(known.joined(separator: ", "))" : ", near: \(near.joined(separator: ", "))")
        case .noSplit(let task, let split, let known):
            return "\(task) has no split '\(split)'; there are: \(known.joined(separator: ", "))"
        case .noLanguage(let task, let language, let known):
            return "\(task): no language '\(language)'"
                + (known.isEmpty ? "; the split has no languages" : "; there are: \(known.joined(separator: ", "))")
        case .missingFiles(let task, let split, let folder, let expected, let obtain, let flaw):
            return
                "\(task): the files of the split \(split) are not \(flaw == .incomplete ? "all " : "")in "
                + "\(folder)\(flaw?.rawValue ?? ""); expected \(expected.joined(separator: ", or "))"
                + (obtain.isEmpty ? "" : ". \(obtain)")
        case .record(let path, let line, let column, let reason):
            return path + (line.map { ":\($0)" } ?? "") + ": " + (column.map { "column \($0): " } ?? "") + reason
        case .empty(let task, let split, let path):
            return "\(task): the split \(split) has no examples; see \(path)"
        case .data(.structure(let problem)): return "\(problem); \(Self.remedy(problem.kind))"
        case .data(.encoding(let problem)): return "\(problem); \(Self.remedy(problem.kind))"
        case .data(let error): return "\(error)"
        }
    }

    /// What to do to a task's file: tasks are scored on all of their records, so none is left out as a corpus' may be.
    private static func remedy(_ kind: Problem.Kind) -> String {
        switch kind {
        case .invalidText: "files of tasks are UTF-8; convert the file, with iconv for instance"
        case .missingField: "give the file this column, or name its own in the task's file, under columns"
        case .tornInput: "the file is torn; get it again"
        case .unreadableInput: "make the file readable"
        case .binaryInput: "name a file of text"
        case .brokenJSON, .wrongField, .raggedRow, .brokenQuotes, .tooLong, .unrenderable: "mend the file there"
        }
    }
}
