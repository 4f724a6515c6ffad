import Foundations

import struct Foundation.Data

extension SentencePieceTokenizer {
    /// A SentencePiece model as a `tokenizer.json` with a template, which the Python package `tokenizers` reads without
    /// `sentencepiece`: the same pieces, merges by their scores, and normalisation in SentencePiece's order.
    ///
    /// `model` is the text of the model's file. Throws `unknownKind` for a model that no `tokenizer.json` describes: words or
    /// characters alone, spaces behind words or unmarked, unused pieces, characters of pieces that are no pieces; and what
    /// ``init(model:addsBegin:addsEnd:ends:path:)`` throws. O(n), and for each piece its length.
    public func tokenizerJSON(
        model: [UInt8], template: TokenizerTemplate, path: String = "tokenizer.model"
    ) throws(TokenizerError) -> [UInt8] {
        let parts = try SentencePieceModelFile(model, path: path).parts()
        try parts.check(path)
        return Array(SentencePieceJSON(parts: parts).text(postProcessor: template.postProcessor(self)).utf8)
    }
}

extension SentencePieceTokenizer {
    /// True if a model changes characters by a map before it looks for pieces. A `tokenizer.json` applies such a map to each letter with
    /// its marks at once, the library to as much as the map knows: ids of stacked marks and of parts of syllables may differ.
    public static func mapsCharacters(model: [UInt8]) throws(TokenizerError) -> Bool {
        try !SentencePieceModelFile(model, path: "model").parts().characterMap.isEmpty
    }
}

extension SentencePieceParts {
    /// Throws `unknownKind` for what a `tokenizer.json` cannot say.
    fileprivate func check(_ path: String) throws(TokenizerError) {
        func refuse(_ key: String, _ got: String, _ known: String) -> TokenizerError {
            .unknownKind(path: path, key: key, got: got, known: [known])
        }
        guard algorithm == .bpe || algorithm == .unigram else {
            throw refuse("model_type", "\(algorithm)", "bpe, unigram")
        }
        if putsSpaceBehind { throw refuse("treat_whitespace_as_suffix", "true", "false") }
        if !marksSpaces { throw refuse("escape_whitespaces", "false", "true") }
        if let id = pieces.firstIndex(where: { $0.kind == .unused }) {
            throw refuse("piece \(id)", "an unused piece", "normal, control, user-defined and byte pieces")
        }
        guard algorithm == .bpe else { return }
        // The library merges characters that are no pieces into pieces; a tokenizer.json cannot.
        let single = Set(pieces.lazy.filter { $0.kind == .normal && $0.isCharacter }.map(\.text))
        for (id, piece) in pieces.enumerated() where piece.kind == .normal {
            for character in piece.characters where !single.contains(character) {
                throw refuse("piece \(id)", "a character that is no piece", "pieces of which each character is a piece")
            }
        }
    }
}

extension SentencePieceParts.Piece {
    /// Where its characters begin, and the end.
    var bounds: [Int] { text.indices.filter { text[$0] & 0xC0 != 0x80 } + [text.count] }
    fileprivate var isCharacter: Bool { bounds.count == 2 }
    var characters: [[UInt8]] { zip(bounds, bounds.dropFirst()).map { Array(text[$0..<$1]) } }
}

/// The text of the `tokenizer.json`.
struct SentencePieceJSON {
    let parts: SentencePieceParts

    func text(postProcessor: String) -> String {
        [
            #"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[\#(addedTokens)]"#,
            #""normalizer":\#(normaliser)"#, #""pre_tokenizer":\#(splitter)"#, #""post_processor":\#(postProcessor)"#,
            #""decoder":\#(decoder)"#, #""model":\#(parts.algorithm == .bpe ? mergingModel : unigramModel)}"#,
        ].joined(separator: ",") + "\n"
    }

    /// Control pieces and the unknown one.
    private var addedTokens: String {
        parts.pieces.enumerated().filter { $1.kind == .control || $1.kind == .unknown }.map { id, piece in
            #"{"id":\#(id),"content":\#(JSONText.quoted(piece.text)),"single_word":false,"lstrip":false,"#
                + #""rstrip":false,"normalized":false,"special":true}"#
        }.joined(separator: ",")
    }

    private static func sequence(_ parts: [String], _ key: String) -> String {
        parts.isEmpty ? "null" : #"{"type":"Sequence","\#(key)":[\#(parts.joined(separator: ","))]}"#
    }

    private var normaliser: String {
        func replace(_ pattern: String, _ content: String) -> String {
            #"{"type":"Replace","pattern":{\#(pattern)},"content":"\#(content)"}"#
        }
        var steps: [String] = []
        if !parts.characterMap.isEmpty {
            let map = Data(parts.characterMap).base64EncodedString()
            steps.append(#"{"type":"Precompiled","precompiled_charsmap":"\#(map)"}"#)
        }
        if parts.removesSpaces {
            steps.append(replace(#""Regex":"\\A +| +\\z""#, ""))
            steps.append(replace(#""Regex":" {2,}""#, " "))
        }
        if parts.addsSpace { steps.append(#"{"type":"Prepend","prepend":"▁"}"#) }
        return Self.sequence(steps + [replace(#""String":" ""#, "▁")], "normalizers")
    }

    /// Pieces that the model's maker defined stand alone, whatever surrounds them; control and byte pieces that a text spells out are
    /// cut, so that they are text as any other.
    private var splitter: String {
        func split(_ expression: String) -> String {
            let regex = JSONText.quoted(expression.utf8)
            return #"{"type":"Split","pattern":{"Regex":\#(regex)},"behavior":"Isolated","invert":false}"#
        }
        let texts = parts.pieces.filter { $0.kind == .userDefined }.map(\.text)
        var steps: [String] = []
        if !texts.isEmpty {
            steps.append(split(texts.sorted { $0.count > $1.count }.map(Self.escaped).joined(separator: "|")))
        }
        if parts.algorithm == .unigram { steps.append(split(SpelledPieces(parts).cuts.joined(separator: "|"))) }
        return Self.sequence(steps, "pretokenizers")
    }

    /// A text as a regular expression.
    static func escaped(_ text: some Sequence<UInt8>) -> String {
        var escaped: [UInt8] = []
        for byte in text {
            if signs.contains(byte) { escaped.append(UInt8(ascii: "\\")) }
            escaped.append(byte)
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// Signs with a meaning in regular expressions.
    private static let signs = Set(#".^$*+?{}[]\|()"#.utf8)

    private var decoder: String {
        var steps = [#"{"type":"Replace","pattern":{"String":"▁"},"content":" "}"#]
        if parts.spellsBytes { steps.append(#"{"type":"ByteFallback"}"#) }
        if parts.spellsBytes || parts.addsSpace { steps.append(#"{"type":"Fuse"}"#) }
        if parts.addsSpace { steps.append(#"{"type":"Strip","content":" ","start":1,"stop":0}"#) }
        return Self.sequence(steps, "decoders")
    }

    private var unknown: Int { parts.pieces.firstIndex { $0.kind == .unknown } ?? 0 }

    private var unigramModel: String {
        let vocabulary = parts.pieces.map { "[\(JSONText.quoted($0.text)),\(Double($0.score))]" }
        return #"{"type":"Unigram","unk_id":\#(unknown),"vocab":[\#(vocabulary.joined(separator: ","))],"#
            + #""byte_fallback":\#(parts.spellsBytes)}"#
    }

    /// A piece is merged from any two pieces that make it up, the piece of the highest score first.
    private var mergingModel: String {
        var normal = Set<[UInt8]>()
        for piece in parts.pieces where piece.kind == .normal { normal.insert(piece.text) }
        let order = parts.pieces.indices.filter { parts.pieces[$0].kind == .normal }.sorted {
            (-parts.pieces[$0].score, $0) < (-parts.pieces[$1].score, $1)
        }
        var merges: [String] = []
        for piece in order.map({ parts.pieces[$0] }) {
            for bound in piece.bounds.dropFirst().dropLast() {
                let (left, right) = (Array(piece.text[..<bound]), Array(piece.text[bound...]))
                guard normal.contains(left), normal.contains(right) else { continue }
                merges.append("[\(JSONText.quoted(left)),\(JSONText.quoted(right))]")
            }
        }
        let vocabulary = parts.pieces.enumerated().map { "\(JSONText.quoted($1.text)):\($0)" }
        let isDefined = parts.pieces.contains { $0.kind == .userDefined }
        return #"{"type":"BPE","dropout":null,"unk_token":\#(JSONText.quoted(parts.pieces[unknown].text)),"#
            + #""continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":true,"#
            + #""byte_fallback":\#(parts.spellsBytes),"ignore_merges":\#(isDefined),"#
            + #""vocab":{\#(vocabulary.joined(separator: ","))},"merges":[\#(merges.joined(separator: ","))]}"#
    }
}
