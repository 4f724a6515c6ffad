/// A SentencePiece model taken apart: pieces, algorithm, and how text is normalised.
struct SentencePieceParts {
    /// The type of a piece, by its number in the file.
    enum Kind: UInt64 {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    struct Piece {
        var text: [UInt8] = []
        var score: Float = 0
        var kind = Kind.normal
    }

    /// `model_type`.
    enum Algorithm: UInt64 {
        case unigram = 1
        case bpe, word, character
    }

    var pieces: [Piece] = []
    var algorithm = Algorithm.unigram
    /// `byte_fallback`: characters without a piece become bytes.
    var spellsBytes = false
    /// `treat_whitespace_as_suffix`.
    var putsSpaceBehind = false
    /// `precompiled_charsmap`; empty for none.
    var characterMap: [UInt8] = []
    /// `add_dummy_prefix`.
    var addsSpace = true
    /// `remove_extra_whitespaces`.
    var removesSpaces = true
    /// `escape_whitespaces`.
    var marksSpaces = true
}

extension SentencePieceModelFile {
    /// The model's parts, with the defaults of `sentencepiece_model.proto`. O(n).
    func parts() throws(TokenizerError) -> SentencePieceParts {
        var parts = SentencePieceParts()
        for field in try fields(0..<bytes.count) {
            guard case .bytes(let range) = field.content else { continue }
            switch field.number {
            case 1: parts.pieces.append(try piece(range))
            case 2:
                for field in try fields(range) {
                    guard case .number(let value) = field.content else { continue }
                    switch field.number {
                    case 3: parts.algorithm = SentencePieceParts.Algorithm(rawValue: value) ?? .word
                    case 24: parts.putsSpaceBehind = value != 0
                    case 35: parts.spellsBytes = value != 0
                    default: continue
                    }
                }
            case 3:
                for field in try fields(range) {
                    switch (field.number, field.content) {
                    case (2, .bytes(let map)): parts.characterMap = Array(bytes[map])
                    case (3, .number(let value)): parts.addsSpace = value != 0
                    case (4, .number(let value)): parts.removesSpaces = value != 0
                    case (5, .number(let value)): parts.marksSpaces = value != 0
                    default: continue
                    }
                }
            default: continue
            }
        }
        return parts
    }

    private func fields(_ range: Range<Int>) throws(TokenizerError) -> [Field] {
        var reader = Reader(place: range.lowerBound, end: range.upperBound)
        var result: [Field] = []
        while let field = try next(&reader) { result.append(field) }
        return result
    }

    private func piece(_ range: Range<Int>) throws(TokenizerError) -> SentencePieceParts.Piece {
        var piece = SentencePieceParts.Piece()
        for field in try fields(range) {
            switch (field.number, field.content) {
            case (1, .bytes(let text)): piece.text = Array(bytes[text])
            case (2, .fixed(let score)):
                piece.score = Float(bitPattern: bytes[score].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            case (3, .number(let kind)): piece.kind = SentencePieceParts.Kind(rawValue: kind) ?? .normal
            default: continue
            }
        }
        return piece
    }
}
