/// What a prompt does to a column before it writes it.
public enum TextFilter: String, Codable, Sendable, CaseIterable {
    /// Without blanks at both ends.
    case trim
    /// The first letter large, all others small.
    case capitalise
    /// The first letter small.
    case lowercaseFirst = "lowercase_first"
    /// Without a final full stop.
    case withoutStop = "without_stop"
    /// What follows the last blank.
    case lastWord = "last_word"
    /// What precedes the last blank.
    case withoutLastWord = "without_last_word"
    /// What precedes the first `_`.
    case beforeBlank = "before_blank"
    /// What follows the first `_`.
    case afterBlank = "after_blank"
    /// Without a letter and a stop in front: `A.`.
    case unlettered
    /// Without the marks of how-to pages: `[title]` ends a sentence, other brackets go.
    case wikihow
    /// The word that the prompt's `words` give for it, or itself.
    case word

    /// The text after the filter. O(characters).
    public func apply(to text: String, words: [String: String] = [:]) -> String {
        switch self {
        case .trim: return Self.trimmed(text)
        case .capitalise: return text.prefix(1).uppercased() + text.dropFirst().lowercased()
        case .lowercaseFirst: return text.prefix(1).lowercased() + text.dropFirst()
        case .withoutStop:
            let trimmed = Self.trimmed(text)
            return trimmed.hasSuffix(".") ? String(trimmed.dropLast()) : trimmed
        case .lastWord:
            return text.lastIndex(of: " ").map { String(text[text.index(after: $0)...]) } ?? text
        case .withoutLastWord: return text.lastIndex(of: " ").map { String(text[..<$0]) } ?? ""
        case .beforeBlank: return text.firstIndex(of: "_").map { String(text[..<$0]) } ?? text
        case .afterBlank: return text.firstIndex(of: "_").map { String(text[text.index(after: $0)...]) } ?? ""
        case .unlettered:
            let start = Self.trimmed(text)
            guard let letter = start.first, letter.isLetter, start.dropFirst().first == "." else { return start }
            return Self.trimmed(String(start.dropFirst(2)))
        case .wikihow: return Self.withoutBrackets(Self.trimmed(text).replacing(" [title]", with: ". "))
        case .word: return words[text] ?? text
        }
    }

    private static func trimmed(_ text: String) -> String {
        let head = text.drop { $0.isWhitespace }
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...last])
    }

    private static func withoutBrackets(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "["), let close = rest[open...].firstIndex(of: "]") {
            result += rest[..<open]
            rest = rest[rest.index(after: close)...]
        }
        return (result + rest).replacing("  ", with: " ")
    }
}
