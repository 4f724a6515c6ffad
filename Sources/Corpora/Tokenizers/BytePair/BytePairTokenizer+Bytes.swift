extension BytePairTokenizer {
    /// The byte tokenizer: ids 0 to 255 are the bytes, 256 begins a text, 257 ends it, 258 pads, and 259 masks and stands for
    /// the unknown. Nothing merges, nothing is added around a text.
    public static func bytes() throws(TokenizerError) -> BytePairTokenizer {
        var tokens = (0..<256).map { byte in
            var spelling: [UInt8] = []
            ByteLevelAlphabet.spell([UInt8(byte)], into: &spelling)
            return spelling
        }
        let names = ["<|begin|>", "<|end|>", "<|pad|>", "<|mask|>"].map { Array($0.utf8) }
        tokens += names
        return try BytePairTokenizer(
            byteLevelTokens: tokens, merges: [], pattern: .whole,
            added: names.enumerated().map { AddedToken(id: Int32(256 + $0), content: $1) },
            special: SpecialTokens(begin: 256, end: 257, pad: 258, unknown: 259, mask: 259), source: "byte tokenizer")
    }
}
