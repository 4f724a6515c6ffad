import Corpora
import Foundations

/// The texts that a command works on: its arguments, or the lines of a file.
enum TextLines {
    /// Calls `body` with the place and the value of each argument or line. Lines of a file whose name ends with `.jsonl` are
    /// JSON: the value itself, or an object's value at `key`.
    static func each(
        _ arguments: [String], file: String?, key: String, _ body: (String, JSONValue) throws -> Void
    ) throws {
        guard let file else {
            for (index, text) in arguments.enumerated() { try body("argument \(index + 1)", .string(text)) }
            return
        }
        let bytes = file == "-" ? Console.input() : try TextFile.contents(of: file)
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            // The text behind the last line feed is a line if there is one.
            if line.isEmpty, line.endIndex >= bytes.count { continue }
            let place = "\(file), line \(number)"
            guard file.hasSuffix(".jsonl") else {
                try body(place, .string(String(decoding: line, as: UTF8.self)))
                continue
            }
            let value: JSONValue
            do { value = try JSONValue.parse(Array(line)) } catch {
                throw CommandFailure(.badData, "\(place): \(error)")
            }
            try body(place, value[key] ?? value)
        }
    }
}
