public import Foundations

/// What a shard says about one sequence beside its pixels. Written as one JSON object with sorted keys.
public struct ShardRecord: Sendable {
    /// The text kept with a sequence.
    public enum Text: Sendable, Equatable {
        /// The stretch of the document from this sequence's first byte to the next sequence's; the stretches of a
        /// document put together are the document.
        case part([UInt8])
        /// Both texts of a pair, whole. Long ones stand in the first sequence of the document only.
        case pair([UInt8], [UInt8])
        /// The words of a list, whole. Long lists stand in the first sequence of the document only.
        case words([[UInt8]])
    }

    /// Running number of the document in the input, from 0.
    public var document: Int
    /// Number of the sequence within its document, from 0.
    public var part: Int
    /// Patches before the end patch, N.
    public var patchCount: Int
    /// Patch indices of black patches; the end patch is last.
    public var separators: [Int]
    /// First patch of each word, and N, for lists of words.
    public var wordStarts: [Int]?
    /// What patches show.
    public var spans: [PatchSpan]?
    /// The character pairs of the reference renderers, one a patch.
    public var referenceMapping: [CharacterPair]?
    /// Which bytes of the document the sequence shows.
    public var source: SourceSpan
    /// The label of the document.
    public var label: JSONValue?
    /// Fields passed through.
    public var fields: [String: JSONValue]
    /// The text, unless it is not stored.
    public var text: Text?

    /// The record of a sequence.
    public init(
        sequence: PatchSequence, document: Int, part: Int, label: JSONValue?, fields: [String: JSONValue], text: Text?
    ) {
        self.document = document
        self.part = part
        patchCount = sequence.textPatchCount
        separators = sequence.separators
        wordStarts = sequence.wordStarts
        spans = sequence.spans
        referenceMapping = sequence.referenceMapping
        source = sequence.source
        self.label = label
        self.fields = fields
        self.text = text
    }

    /// The record as JSON. O(patches + text).
    public func json() -> [UInt8] {
        var json = JSONText()
        json.add("document", document)
        if !fields.isEmpty { json.add("fields", .object(fields)) }
        if let label { json.add("label", label) }
        json.add("num_patches", patchCount)
        if let referenceMapping {
            json.add("offset_mapping") { $0.list(referenceMapping) { text, pair in text.pair(pair) } }
        }
        json.add("part", part)
        json.add("separators", separators)
        json.add("source") { $0.span(source) }
        if let spans { json.add("spans") { $0.list(spans) { text, span in text.span(span) } } }
        switch text {
        case .part(let text)?: json.add("text", text: text)
        case .pair(let first, let second)?:
            json.add("text", text: first)
            json.add("text_b", text: second)
        case .words, nil: break
        }
        if let wordStarts { json.add("word_starts", wordStarts) }
        if case .words(let words)? = text { json.add("words", texts: words) }
        return json.finish()
    }

    /// The line of a PixelGPT file: the picture in base64, `label`, `num_patches`, the text under its original names
    /// and the kept fields. A kept field with the name of another key is left out.
    ///
    /// - Parameters:
    ///   - png: the strip.
    ///   - names: the input's names of the first text, the second text and the words.
    public func pixelGPTLine(png: [UInt8], names: TextNames) -> [UInt8] {
        var columns: [String: JSONValue] = fields
        func string(_ bytes: [UInt8]) -> JSONValue { .string(String(decoding: bytes, as: UTF8.self)) }
        switch text {
        case .part(let text)?: columns[names.text] = string(text)
        case .pair(let first, let second)?:
            columns[names.text] = string(first)
            columns[names.textB] = string(second)
        case .words(let words)?: columns[names.words] = .array(words.map(string))
        case nil: break
        }
        if let label { columns["label"] = label }
        columns["num_patches"] = .integer(patchCount)
        columns["image"] = nil
        // Keys before "image" come first, so that keys are sorted and the picture is not copied through a JSON value.
        var json = JSONText()
        let keys = columns.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let image = Array("image".utf8)
        for key in keys where key.utf8.lexicographicallyPrecedes(image) { json.add(key: key, columns[key] ?? .null) }
        json.add("image", text: Base64.encode(png))
        for key in keys where !key.utf8.lexicographicallyPrecedes(image) { json.add(key: key, columns[key] ?? .null) }
        return json.finish() + [UInt8(ascii: "\n")]
    }

    /// What the input calls its columns.
    public struct TextNames: Sendable, Equatable {
        /// The text, or the first text of a pair.
        public var text = "text"
        /// The second text of a pair.
        public var textB = "text_b"
        /// The list of words.
        public var words = "words"

        /// `text`, `text_b` and `words`.
        public init() {}
    }
}
