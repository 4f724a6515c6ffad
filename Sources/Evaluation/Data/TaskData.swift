import Foundation
public import Foundations

/// Where a task's files are.
public struct TaskPlace: Sendable, Equatable {
    /// The folder that names of files begin at.
    public var folder: String
    /// Paths of files that lie elsewhere, by the names that the task gives them.
    public var files: [String: String]

    /// A folder, and files elsewhere.
    public init(_ folder: String, files: [String: String] = [:]) { (self.folder, self.files) = (folder, files) }
}

/// The examples of one split of a task.
public struct TaskData: Sendable {
    /// The task's name.
    public let task: String
    /// The split.
    public let split: String
    /// The layout whose files were read.
    public let layout: String
    /// The files that were read, in order.
    public let files: [String]
    /// The examples, in the order of the files.
    public let examples: [TaskExample]
    /// Lines with too many or too few cells that the task lets be left out.
    public let skippedLines: Int
    /// The columns with `text_a` and `text_b`; nil where they have no names.
    public let textColumns: [String: String]?

    /// Reads a split from the files below `folder`; one language of it, or all.
    ///
    /// The first layout whose files are all there is read. `limit` ends reading after so many examples of a language. Throws
    /// ``TaskError``; nothing is read in part. Time and memory: O(bytes).
    public static func load(
        _ task: TaskDefinition, split: String, folder: String, language: String? = nil, limit: Int? = nil
    ) throws(TaskError) -> TaskData {
        try load(task, split: split, at: TaskPlace(folder), language: language, limit: limit)
    }

    /// The same from a place whose single files may have paths of their own.
    public static func load(
        _ task: TaskDefinition, split: String, at place: TaskPlace, language: String? = nil, limit: Int? = nil
    ) throws(TaskError) -> TaskData {
        let places = try FilePlaces(task: task, split: split, place: place, language: language)
        var reader = ExampleReader(
            task: task, split: split, files: places.files, columns: places.columns,
            header: places.layout.header)
        for part in places.parts {
            try reader.read(part, limit: limit)
        }
        guard !reader.examples.isEmpty else {
            throw .empty(task: task.name, split: split, path: places.parts.first?.paths.first ?? place.folder)
        }
        return TaskData(
            task: task.name, split: split, layout: places.layout.name, files: places.parts.flatMap(\.paths),
            examples: reader.examples, skippedLines: reader.skippedLines, textColumns: places.textColumns)
    }

    /// The files that a split would be read from, none of which is opened. Throws ``TaskError``.
    public static func files(
        of task: TaskDefinition, split: String, folder: String, language: String? = nil
    ) throws(TaskError) -> [String] {
        try FilePlaces(task: task, split: split, place: TaskPlace(folder), language: language).parts.flatMap(\.paths)
    }

    /// The SHA-256 of every file that was read, by path. Throws `FileError`. O(bytes).
    public func hashes() throws(FileError) -> [String: String] {
        var hashes: [String: String] = [:]
        for file in files where hashes[file] == nil { hashes[file] = try SHA256Digest.ofFile(at: file).hex }
        return hashes
    }
}
