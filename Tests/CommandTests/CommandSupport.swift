import Foundation
import Foundations
import TestSupport

/// Runs the built `letterpress` with the repository as its root.
@discardableResult
func letterpress(
    _ arguments: String..., input: String = "", environment: [String: String] = [:], folder: String? = nil
) throws -> Execution {
    try Execution.run(
        product: "letterpress", arguments, input: Array(input.utf8),
        environment: ["LETTERPRESS_ROOT": Repository.root].merging(environment) { $1 }, folder: folder)
}

/// A folder with a corpus of JSON lines, some long.
struct CommandFixture {
    let folder: TemporaryFolder
    let input: String

    init(lines count: Int = 40) throws {
        folder = try TemporaryFolder()
        let lines = (0..<count).map { index in
            let words = (0..<(index * 7 % 60)).map { "word\($0 * index % 13)" }
            return #"{"label": \#(index % 2), "text": "\#(words.joined(separator: " "))"}"# + "\n"
        }
        input = try folder.write(lines.joined(), to: "in.jsonl")
    }

    func path(_ name: String) -> String { folder.file(name) }

    /// Every file of a folder with its bytes.
    func files(_ name: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: path(name)) {
            files[file] = try folder.read(name + "/" + file)
        }
        return files
    }
}

extension JSONValue {
    /// The number of a JSON number; nil of anything else.
    var decimal: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
