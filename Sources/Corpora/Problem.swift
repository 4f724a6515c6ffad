/// Something that is wrong with an input, and where.
public struct Problem: Codable, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Bytes that are no UTF-8, or a lone surrogate in a JSON string.
        case invalidText = "invalid_text"
        /// A line that is no JSON object.
        case brokenJSON = "broken_json"
        /// A record without a field, a table without a column, a sample without a member.
        case missingField = "missing_field"
        /// A field that holds something else than text.
        case wrongField = "wrong_field"
        /// A row with more or fewer cells than the header.
        case raggedRow = "ragged_row"
        /// A quoted cell that is not closed, or has text after its closing quote.
        case brokenQuotes = "broken_quotes"
        /// A line, file or archive entry above the limit.
        case tooLong = "too_long"
        /// A compressed stream or an archive that is torn or damaged.
        case tornInput = "torn_input"
        /// A file that cannot be opened or read.
        case unreadableInput = "unreadable_input"
        /// A file that holds something else than text.
        case binaryInput = "binary_input"
        /// A document that was read, but cannot be laid out or drawn under the options.
        case unrenderable

        /// Whether the encoding policy decides, not the structure policy.
        public var isEncoding: Bool { self == .invalidText }

        /// Whether it is no record that is wrong but an input, or what is left of it.
        var isOfInput: Bool { [.tornInput, .unreadableInput, .binaryInput].contains(self) }
    }

    /// What is wrong.
    public var kind: Kind
    /// The file, or `-` for standard input.
    public var path: String
    /// The line, from 1, where the input has lines.
    public var line: Int?
    /// The archive entry or sample, where the input is an archive.
    public var entry: String?
    /// The byte of the decompressed input.
    public var byteOffset: Int
    /// The particulars.
    public var detail: String
    /// Characters replaced by U+FFFD.
    public var replacements = 0
    /// Whether a document was left out for it.
    public var isSkipped = true

    /// A document that was left out because it cannot be rendered.
    public static func unrenderable(_ origin: Origin, detail: String) -> Problem {
        Problem(
            kind: .unrenderable, path: origin.path, line: origin.line, entry: origin.entry,
            byteOffset: origin.byteOffset, detail: detail)
    }

    enum CodingKeys: String, CodingKey {
        case kind, path, line, entry, detail, replacements
        case byteOffset = "byte_offset"
        case isSkipped = "is_skipped"
    }

    /// `path:line: detail (byte n)`
    public var description: String {
        var place = path
        if let line { place += ":\(line)" }
        if let entry { place += ", entry \(entry)" }
        return kind == .binaryInput ? "\(place): \(detail)" : "\(place): \(detail) (byte \(byteOffset))"
    }
}
