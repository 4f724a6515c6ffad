import Foundations

extension SentencePieceTraining {
    /// Trains on the lines of all documents that a reader gives. Throws `cannotTrain` and what reading throws.
    public func model(of reader: DocumentReader) throws -> [UInt8] {
        var lines = DocumentLines(reader)
        return try model { try lines.next() }
    }

    /// The files of a folder with this model: `tokenizer.model`; the same as `tokenizer.json`, which needs no other package in
    /// Python; and a `tokenizer_config.json` that says, for `transformers` and for ``TokenizerFolder``, what is added around a
    /// text: a begin token, as Llama has it. Throws what reading the model throws.
    public static func files(of model: [UInt8]) throws(TokenizerError) -> [String: [UInt8]] {
        let tokenizer = try SentencePieceTokenizer(model: model, addsBegin: true)
        let begin = tokenizer.special.begin.map { [$0] } ?? []
        let json = try tokenizer.tokenizerJSON(model: model, template: TokenizerTemplate(around: (begin, [])))
        let config: JSONValue = .object([
            "add_bos_token": .bool(true), "add_eos_token": .bool(false), "bos_token": .string("<s>"),
            "clean_up_tokenization_spaces": .bool(false), "eos_token": .string("</s>"), "legacy": .bool(false),
            "model_input_names": .array([.string("input_ids"), .string("attention_mask")]),
            "tokenizer_class": .string("PreTrainedTokenizerFast"), "unk_token": .string("<unk>"),
        ])
        return [
            "tokenizer.model": model, "tokenizer.json": json, "tokenizer_config.json": config.encoded(pretty: true),
        ]
    }
}

/// The lines of documents one after the other.
private struct DocumentLines {
    private let reader: DocumentReader
    private var text: [UInt8] = []
    private var place = 0
    private var segments: [[UInt8]] = []

    init(_ reader: DocumentReader) { self.reader = reader }

    mutating func next() throws -> [UInt8]? {
        while true {
            while place < text.count {
                let start = place
                let stop = UTF8Text.nextLineBreak(in: text.span, from: start) ?? text.count..<text.count
                place = stop.upperBound
                if stop.lowerBound > start { return Array(text[start..<stop.lowerBound]) }
            }
            if segments.isEmpty {
                guard let document = try reader.next() else { return nil }
                segments =
                    document.kind == .words ? [Array(document.segments.joined(separator: [0x20]))] : document.segments
            }
            text = segments.isEmpty ? [] : segments.removeFirst()
            place = 0
        }
    }
}
