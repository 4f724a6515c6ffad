import Foundation

/// Commands as a user types them.
enum ShellCommand {
    /// This process's command with a flag behind it, unless it is there.
    static func again(adding flag: String) -> String {
        var words = CommandLine.arguments
        words[0] = "letterpress"
        if !words.contains(flag) { words.append(flag) }
        return words.map(quoted).joined(separator: " ")
    }

    /// A word as a shell reads it, in single quotes where it holds more than letters, digits and `-_./,:=+@%`.
    static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_./,:=+@%".utf8.contains(byte)
        }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
