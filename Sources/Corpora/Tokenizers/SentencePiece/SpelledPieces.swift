/// Where texts that spell out a control or byte piece are cut. A unigram model of the package `tokenizers` would find these pieces in a
/// text, which SentencePiece does not; cut between two characters that stand together in no other piece, no other segmentation changes.
struct SpelledPieces {
    private let parts: SentencePieceParts
    /// Two characters that follow each other in a piece that texts are made of.
    private let neighbours: Set<[UInt8]>

    init(_ parts: SentencePieceParts) {
        self.parts = parts
        var neighbours = Set<[UInt8]>()
        for piece in parts.pieces where piece.kind == .normal || piece.kind == .userDefined {
            let characters = piece.characters
            for (left, right) in zip(characters, characters.dropFirst()) { neighbours.insert(left + right) }
        }
        self.neighbours = neighbours
    }

    /// Regular expressions of no width, one for each control piece and one for all bytes.
    var cuts: [String] {
        var result: [String] = []
        for piece in parts.pieces where piece.kind == .control || piece.kind == .unknown {
            let characters = piece.characters
            guard characters.count > 1 else { continue }
            let place = (1..<characters.count).first { isFree([characters], $0) } ?? 1
            result.append(Self.cut(characters.map(SentencePieceJSON.escaped), place))
        }
        let bytes = parts.pieces.filter { $0.kind == .byte }.map(\.characters)
        if !bytes.isEmpty {
            let place = (1..<6).first { isFree(bytes, $0) } ?? 1
            result.append(Self.cut(["<", "0", "x", "[0-9A-F]", "[0-9A-F]", ">"], place))
        }
        return result
    }

    /// True if no piece of a text spans this place of any of the tokens.
    private func isFree(_ tokens: [[[UInt8]]], _ place: Int) -> Bool {
        tokens.allSatisfy { place >= $0.count || !neighbours.contains($0[place - 1] + $0[place]) }
    }

    private static func cut(_ characters: [String], _ place: Int) -> String {
        "(?<=\(characters[..<place].joined()))(?=\(characters[place...].joined()))"
    }
}
