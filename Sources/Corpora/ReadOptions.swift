/// How inputs become documents.
public struct ReadOptions: Codable, Sendable, Equatable {
    /// What a file holds.
    public enum Format: String, Codable, Sendable, CaseIterable {
        /// Selected by the name of each file.
        case auto
        /// One document a line; empty lines are empty documents.
        case lines
        /// One document a file, without its final line break.
        case document
        /// One JSON object a line; blank lines are passed over.
        case jsonl
        /// Rows of cells between commas, RFC 4180, with a header; blank rows of a table with more than one column are
        /// passed over.
        case csv
        /// The same between tabs.
        case tsv
        /// A tar archive whose files belong together by their name up to the first dot.
        case webdataset
        /// Rows of a Parquet file, read by Python's pyarrow.
        case parquet

        /// True if documents have fields.
        var hasFields: Bool { self != .lines && self != .document }
    }

    /// What to do with a record that cannot be read, and in a render with a document that cannot be rendered.
    public enum StructurePolicy: String, Codable, Sendable, CaseIterable {
        /// Throw.
        case stop
        /// Leave it out and report it.
        case skip
    }

    /// What to do with text that is no UTF-8.
    public enum EncodingPolicy: String, Codable, Sendable, CaseIterable {
        /// Put U+FFFD for each broken part and report it.
        case replace
        /// Leave the document out and report it.
        case skip
        /// Throw.
        case stop
    }

    /// What the files hold.
    public var format: Format = .auto
    /// The field, column or archive member with the text, or with text A.
    public var textField = "text"
    /// True if a user named the field with the text: inputs without fields are refused then. It is not stored.
    public var isTextFieldNamed = false
    /// The Python interpreter that reads Parquet files with pyarrow. It is not stored.
    public var python = "python3"
    /// The field or column with text B; makes pairs.
    public var textBField: String?
    /// The field with an array of words; makes word sequences.
    public var wordsField: String?
    /// The field or column with the label. A record without it is a structure problem.
    public var labelField: String?
    /// Fields or columns to pass through. A JSON record may lack them, a table may not.
    public var keepFields: [String] = []
    /// What to do with a record that cannot be read.
    public var onStructureError: StructurePolicy = .stop
    /// What to do with text that is no UTF-8.
    public var onEncodingError: EncodingPolicy = .replace
    /// The longest line, file (for `document`) or archive entry, in bytes.
    public var recordLimit = 64 << 20
    /// Which documents to read: those whose index modulo ``shardCount`` is this.
    public var shardIndex = 0
    /// In how many shards the documents are dealt out.
    public var shardCount = 1

    /// The defaults: formats by file names, one document a line.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case format
        case textField = "text_field"
        case textBField = "text_b_field"
        case wordsField = "words_field"
        case labelField = "label_field"
        case keepFields = "keep_fields"
        case onStructureError = "on_structure_error"
        case onEncodingError = "on_encoding_error"
        case recordLimit = "record_limit"
        case shardIndex = "shard_index"
        case shardCount = "shard_count"
    }

    /// Decodes the keys that are there; the others keep their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        format = try container.decodeIfPresent(Format.self, forKey: .format) ?? format
        textField = try container.decodeIfPresent(String.self, forKey: .textField) ?? textField
        textBField = try container.decodeIfPresent(String.self, forKey: .textBField)
        wordsField = try container.decodeIfPresent(String.self, forKey: .wordsField)
        labelField = try container.decodeIfPresent(String.self, forKey: .labelField)
        keepFields = try container.decodeIfPresent([String].self, forKey: .keepFields) ?? keepFields
        onStructureError =
            try container.decodeIfPresent(StructurePolicy.self, forKey: .onStructureError) ?? onStructureError
        onEncodingError =
            try container.decodeIfPresent(EncodingPolicy.self, forKey: .onEncodingError) ?? onEncodingError
        recordLimit = try container.decodeIfPresent(Int.self, forKey: .recordLimit) ?? recordLimit
        shardIndex = try container.decodeIfPresent(Int.self, forKey: .shardIndex) ?? shardIndex
        shardCount = try container.decodeIfPresent(Int.self, forKey: .shardCount) ?? shardCount
    }

    /// Checks ranges and combinations. Throws ``CorporaError/invalidOption(key:value:expected:)``.
    public func validate() throws(CorporaError) {
        guard shardCount >= 1 else {
            throw .invalidOption(key: "shard_count", value: "\(shardCount)", expected: "1 or more")
        }
        guard (0..<shardCount).contains(shardIndex) else {
            throw .invalidOption(key: "shard_index", value: "\(shardIndex)", expected: "0 to \(shardCount - 1)")
        }
        // Places in a record are kept in 32 bits.
        guard (1...Int(Int32.max)).contains(recordLimit) else {
            throw .invalidOption(key: "record_limit", value: "\(recordLimit)", expected: "1 to 2147483647 bytes")
        }
        guard textBField == nil || wordsField == nil else {
            throw .invalidOption(key: "words_field", value: wordsField ?? "", expected: "no text_b_field beside it")
        }
        try check(format, of: nil)
    }

    /// Checks that a format has what is asked for. `path` is the file whose name told the format, `nil` for a format
    /// that was named.
    func check(_ format: Format, of path: String?) throws(CorporaError) {
        let place = path.map { " for \($0)" } ?? ""
        if !format.hasFields {
            let named =
                [isTextFieldNamed ? textField : nil, textBField, wordsField, labelField].compactMap(\.self) + keepFields
            if let name = named.first {
                throw .invalidOption(
                    key: "format", value: format.rawValue + place,
                    expected: "a format with fields, to read the field \(name)")
            }
        }
        if let wordsField, format == .csv || format == .tsv {
            throw .invalidOption(
                key: "words_field", value: wordsField + place, expected: "none: a table holds no arrays")
        }
    }

    /// Columns that a table must have.
    var columns: [String] { [textField] + [textBField, labelField].compactMap(\.self) + keepFields }

    /// Fields that are read.
    var fields: [String] { columns + [wordsField].compactMap(\.self) }

    /// Suffixes of the archive members that are read.
    var members: Set<String> {
        Set(["txt", "json"] + fields.map { $0.lowercased() })
    }

    /// Ends of names of plain text.
    private static let textSuffixes = [".txt", ".text", ".md", ".markdown", ".rst"]

    /// The format of a file by its name, compression suffix aside; `nil` when the name tells nothing.
    static func format(ofName path: String) -> Format? {
        var name = path.lowercased()
        for suffix in [".gz", ".zst", ".xz"] where name.hasSuffix(suffix) { name.removeLast(suffix.count) }
        for suffix in [".tar", ".tgz", ".tzst", ".txz"] where name.hasSuffix(suffix) { return .webdataset }
        for suffix in [".jsonl", ".ndjson", ".json"] where name.hasSuffix(suffix) { return .jsonl }
        if name.hasSuffix(".csv") { return .csv }
        if name.hasSuffix(".tsv") { return .tsv }
        if name.hasSuffix(".parquet") { return .parquet }
        return textSuffixes.contains(where: name.hasSuffix) ? .lines : nil
    }
}
