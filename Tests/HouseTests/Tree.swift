import Foundation
import TestSupport

/// The files of the source tree.
enum Tree {
    /// Tracked and new files that git does not ignore; paths from the root, sorted.
    static let tracked = Result { () throws -> [String] in
        let list = try Execution.run(
            "/usr/bin/env",
            ["git", "-C", Repository.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        guard list.status == 0 else { throw PackageDump.Failure(text: list.errorText) }
        let paths = list.text.split(separator: "\0").map(String.init)
        return Set(paths).filter { FileManager.default.fileExists(atPath: Repository.root + "/" + $0) }.sorted()
    }

    /// Files below a folder with an ending.
    static func files(in folder: String, endingWith suffix: String = "") throws -> [String] {
        try tracked.get().filter { $0.hasPrefix(folder + "/") && $0.hasSuffix(suffix) }
    }

    /// All bytes of a file.
    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: Repository.root + "/" + path)))
    }

    /// A file as text.
    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// Modules that a Swift source imports.
    static func imports(in source: String) -> [String] {
        source.split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ")[...]
            while let first = words.first, first.hasPrefix("@") || accessLevels.contains(String(first)) {
                words = words.dropFirst()
            }
            guard words.first == "import", var module = words.dropFirst().first else { return nil }
            if kinds.contains(String(module)), words.count > 2 { module = words[words.startIndex + 2] }
            return module.split(separator: ".").first.map(String.init)
        }
    }

    private static let accessLevels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
}
