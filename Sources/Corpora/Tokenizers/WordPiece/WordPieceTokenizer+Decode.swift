extension WordPieceTokenizer {
    /// The text of some ids: words with spaces between, continuations without, and without the spaces before signs that
    /// the package `tokenizers` removes.
    public func decode(_ ids: [Int32], keepsSpecial: Bool) -> String {
        var result: [UInt8] = []
        var isFirst = true
        for id in ids where tokens.count > Int(id) && id >= 0 {
            if !keepsSpecial, isSpecial(id) { continue }
            let token = tokens[Int(id)]
            if token.isEmpty { continue }
            var piece: [UInt8]
            if !isFirst, token.starts(with: options.continuation) {
                piece = Array(token.dropFirst(options.continuation.count))
            } else {
                piece = isFirst ? Array(token) : [0x20] + token
            }
            isFirst = false
            if options.cleansUp { Self.cleanUp(&piece) }
            result.append(contentsOf: piece)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// What is replaced in each piece, one after the other.
    private static let replacements: [([UInt8], [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    private static func cleanUp(_ piece: inout [UInt8]) {
        guard piece.contains(0x20) else { return }
        for (old, new) in replacements {
            var place = 0
            while place + old.count <= piece.count {
                if piece[place...].starts(with: old) {
                    piece.replaceSubrange(place..<place + old.count, with: new)
                    place += new.count
                } else {
                    place += 1
                }
            }
        }
    }
}
