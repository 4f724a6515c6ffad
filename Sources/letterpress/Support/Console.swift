import Foundation
import Foundations

/// Standard output for results, standard error for everything else.
enum Console {
    static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) != 0 }
    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) != 0 }

    /// A line of results. Throws `cannotWrite` when standard output takes no more.
    static func result(_ line: String) throws { try write(Array((line + "\n").utf8)) }

    /// A JSON value as one line of results. Throws `cannotWrite` when standard output takes no more.
    static func result(_ value: JSONValue) throws { try write(value.encoded() + [UInt8(ascii: "\n")]) }

    /// A piece of a result, without a line's end. Throws `cannotWrite` when standard output takes no more.
    static func piece(_ text: String) throws { try write(Array(text.utf8)) }

    /// A note for a person; what standard error does not take is lost.
    static func note(_ line: String) { _ = write(Array((line + "\n").utf8), to: STDERR_FILENO) }

    static func warning(_ line: String) { note("letterpress: warning: \(line)") }
    static func error(_ line: String) { note("letterpress: \(line)") }

    /// Redraws the line of progress; `nil` removes it.
    static func progress(_ line: String?) {
        _ = write(Array("\r\u{1B}[K\(line ?? "")".utf8), to: STDERR_FILENO)
    }

    /// Bytes of a picture or a file: to a path, or to standard output when that is no terminal.
    static func output(_ bytes: [UInt8], to path: String?) throws {
        if let path, path != "-" { return try AtomicFile.writeThrough(bytes, to: path) }
        guard !isOutputTerminal else {
            throw CommandFailure(
                .usage, "a picture is not written to a terminal; name a file with -o, or send the output to a pipe")
        }
        try write(bytes)
    }

    /// All of standard input.
    static func input() -> [UInt8] { [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }

    /// Writes to standard output.
    private static func write(_ bytes: [UInt8]) throws {
        guard let code = write(bytes, to: STDOUT_FILENO) else { return }
        throw FileError.cannotWrite(path: "standard output", reason: String(cString: strerror(code)))
    }

    /// Writes all bytes, or returns the number of the error.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Foundation.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
            }
            if count < 0, errno != EINTR { return errno }
            done += max(0, count)
        }
        return nil
    }
}
