import Foundations

/// SentencePiece models: Llama's `tokenizer.model` and others, by Debian's library.
///
/// Source: Kudo and Richardson, SentencePiece, 2018. Ids and texts are those of the Python package `sentencepiece`. Control
/// pieces that a text spells out (`</s>`) are text as any other, whatever ``EncodeOptions/parsesSpecial`` says; pieces that
/// the model's maker defined are always found.
public final class SentencePieceTokenizer: Tokenizer {
    /// The ids with a task of their own.
    public let special: SpecialTokens
    private let library: SentencePieceLibrary
    private let prefix: [Int32]
    private let suffix: [Int32]
    private let pieces: ByteStrings
    private let kinds: [SentencePieceLibrary.Kind]

    /// A tokenizer from the bytes of a model. `addsBegin` and `addsEnd` say what ``EncodeOptions/addsSpecial`` adds; `ends`
    /// are further ids at which generation stops.
    ///
    /// Throws `invalid` with the byte where the file is no model.
    public init(
        model: [UInt8], addsBegin: Bool = false, addsEnd: Bool = false, ends: [Int32] = [], path: String = "model"
    ) throws(TokenizerError) {
        let file = try SentencePieceModelFile(model, path: path)
        library = try SentencePieceLibrary(model, path: path)
        guard library.count == file.count else {
            throw .invalid(
                path: path, key: "model", expected: "\(counted(file.count, "piece"))", got: "\(library.count)")
        }
        let ids = library.special.map { $0 < 0 ? nil : $0 }
        special = SpecialTokens(begin: ids[0], end: ids[1], pad: ids[2], unknown: ids[3], ends: ends)
        prefix = addsBegin ? ids[0].map { [$0] } ?? [] : []
        suffix = addsEnd ? ids[1].map { [$0] } ?? [] : []
        try special.check(against: file.count, and: [], source: path)
        var pieces = ByteStrings()
        var kinds: [SentencePieceLibrary.Kind] = []
        for id in 0..<Int32(file.count) {
            let (text, kind) = library.piece(id)
            kinds.append(kind)
            switch kind {
            case .normal, .unused: pieces.append(Self.spaced(text))
            case .control: pieces.append(text)
            case .byte: pieces.append(Self.byte(text))
            case .unknown: pieces.append(library.decode([id]) ?? [])
            }
        }
        self.pieces = pieces
        self.kinds = kinds
    }

    /// `▁` as space.
    private static func spaced(_ piece: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var place = 0
        while place < piece.count {
            let isSpace = place + 2 < piece.count && piece[place...place + 2].elementsEqual([0xE2, 0x96, 0x81])
            result.append(isSpace ? 0x20 : piece[place])
            place += isSpace ? 3 : 1
        }
        return result
    }

    /// The byte that `<0xE4>` spells.
    private static func byte(_ piece: [UInt8]) -> [UInt8] {
        let digits = String(decoding: piece.dropFirst(3).dropLast(), as: UTF8.self)
        return UInt8(digits, radix: 16).map { [$0] } ?? piece
    }

    /// What it is.
    public var summary: String {
        "SentencePiece" + (kinds.contains(.byte) ? ", bytes for what has no piece" : "")
    }

    /// Ids are `0 ..< vocabularySize`.
    public var vocabularySize: Int { kinds.count }

    /// Whether an id is a control piece.
    public func isSpecial(_ id: Int32) -> Bool { kinds.indices.contains(Int(id)) && kinds[Int(id)] == .control }

    /// The bytes of an id, `▁` as space.
    public func piece(_ id: Int32, keepsSpecial: Bool) -> [UInt8] {
        guard kinds.indices.contains(Int(id)), keepsSpecial || kinds[Int(id)] != .control else { return [] }
        return Array(pieces[Int(id)])
    }

    /// The text of a piece as the model spells it.
    public func spelling(of id: Int32) -> [UInt8] {
        kinds.indices.contains(Int(id)) ? library.piece(id).text : []
    }

    /// The id of a piece as the model spells it.
    public func id(of token: String) -> Int32? {
        let wanted = Array(token.utf8)
        let found = library.find(wanted)
        return kinds.indices.contains(Int(found)) && library.piece(found).text == wanted ? found : nil
    }

    /// The ids of well-formed UTF-8.
    public func encode(utf8 text: UnsafeBufferPointer<UInt8>, _ encoding: EncodeOptions) -> [Int32] {
        let ids = unsafe library.encode(text) ?? []
        return encoding.addsSpecial ? prefix + ids + suffix : ids
    }

    /// The text of some ids. Kept control pieces stand between the texts of what is around them.
    public func decode(_ ids: [Int32], keepsSpecial: Bool) -> String {
        let known = ids.filter { kinds.indices.contains(Int($0)) }
        guard keepsSpecial else { return String(decoding: library.decode(known[...]) ?? [], as: UTF8.self) }
        var result: [UInt8] = []
        var start = 0
        for (place, id) in known.enumerated() where kinds[Int(id)] == .control {
            result += library.decode(known[start..<place]) ?? []
            result += pieces[Int(id)]
            start = place + 1
        }
        result += library.decode(known[start...]) ?? []
        return String(decoding: result, as: UTF8.self)
    }
}
