public import Corpora

/// Why a task cannot be read.
public enum TaskError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No task or suite of this name.
    case unknownTask(name: String, near: [String], known: [String])
    /// The task has no such split.
    case noSplit(task: String, split: String, known: [String])
    /// The split has no such language.
    case noLanguage(task: String, language: String, known: [String])
    /// Files are not there. `expected` are the paths of each layout below `folder`, `obtain` says how to get them.
    case missingFiles(task: String, split: String, folder: String, expected: [String], obtain: String)
    /// A record does not hold what it should.
    case record(path: String, line: Int?, column: String?, reason: String)
    /// A split without a single example.
    case empty(task: String, split: String, path: String)
    /// A file cannot be cut into records.
    case data(CorporaError)

    /// What is wrong, where, and what to do.
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
        case .missingFiles(let task, let split, let folder, let expected, let obtain):
            return
                "\(task): the files of the split \(split) are not in \(folder); expected \(expected.joined(separator: ", or "))"
                + ". \(obtain)"
        case .record(let path, let line, let column, let reason):
            return path + (line.map { ":\($0)" } ?? "") + ": " + (column.map { "column \($0): " } ?? "") + reason
        case .empty(let task, let split, let path):
            return "\(task): the split \(split) has no examples; see \(path)"
        case .data(let error): return "\(error)"
        }
    }
}
