public import Foundations
import ZooKit

/// The answers to the examples of a split, in a file that grows by a window at a time: what was stopped at any moment resumes with
/// the window that is not whole, so that its answers are those of a run that was never stopped.
public final class PredictionFile {
    /// Where it is.
    public let path: String
    /// The lines so far.
    public private(set) var lines: [PredictionLine] = []
    private let task: TaskDefinition
    private let examples: [TaskExample]
    private var file: AppendedFile?

    /// Reads the file for `examples` where there is one. A last line that is cut off is passed over.
    ///
    /// Throws `FileError`, `ConfigError` with the line that is no answer to its example, `PretrainingError.otherRun` where there are
    /// more answers than examples.
    public init(_ path: String, task: TaskDefinition, examples: [TaskExample]) throws {
        (self.path, self.task, self.examples) = (path, task, examples)
        if Folder.hasItem(path) {
            let mapped = try MappedFile(path: path)
            let bytes = unsafe mapped.withBytes { unsafe [UInt8]($0) }
            let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? []
            let texts = whole.split(separator: UInt8(ascii: "\n"))
            guard texts.count <= examples.count else {
                throw PretrainingError.otherRun(
                    path: path, reason: "\(counted(texts.count, "answer")) to \(counted(examples.count, "example"))")
            }
            for (number, text) in texts.enumerated() {
                let line = try PredictionLine(
                    parsing: Array(text), of: examples[number], source: "\(path):\(number + 1)")
                guard line.answer.fits(examples[number], of: task) else {
                    throw ConfigError.invalidValue(
                        source: "\(path):\(number + 1)", keyPath: "prediction",
                        reason: "the answer is not of the kind \(task.kind) with its number of scores; remove the file")
                }
                lines.append(line)
            }
        }
    }

    /// True if every example is answered.
    public var isComplete: Bool { lines.count == examples.count }

    /// The next examples, at most `window`; none where all are answered. The first call takes a window away that is not whole. Throws
    /// `FileError`.
    public func next(window: Int) throws(FileError) -> [TaskExample] {
        if isComplete { return [] }
        if file == nil {
            lines.removeLast(lines.count % max(1, window))
            try AtomicFile.write(lines.flatMap { $0.encoded(task) }, to: path)
            file = try AppendedFile(path)
        }
        return Array(examples[lines.count...].prefix(max(1, window)))
    }

    /// Adds the answers to the examples that ``next(window:)`` gave. Throws `FileError`.
    public func append(_ next: [PredictionLine]) throws(FileError) {
        try file?.append(next.flatMap { $0.encoded(task) })
        lines += next
    }

    /// Waits until everything is on the disk. Throws `FileError`.
    public func sync() throws(FileError) { try file?.sync() }
}
