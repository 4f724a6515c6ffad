import Corpora
import Patches

/// Turns text into tokens, for a maker of examples.
public struct TextEncoding: Sendable {
    /// Ids of a text, without special ones.
    public var encode: @Sendable (_ text: [UInt8]) -> [Int32]
    /// Stands before a document; nil for none.
    public var begin: Int32?
    /// Stands behind a document; nil for none.
    public var end: Int32?

    /// An encoding.
    public init(begin: Int32?, end: Int32?, encode: @escaping @Sendable (_ text: [UInt8]) -> [Int32]) {
        self.begin = begin
        self.end = end
        self.encode = encode
    }
}

/// Makes the examples of documents, in one thread.
protocol ExampleMaker {
    /// Hands the examples of a text over one by one.
    func examples(of text: [UInt8], emit: (TrainingExample) throws -> Void) throws
}

/// Tokens, cut into pieces of at most `limit`.
struct TextMaker: ExampleMaker {
    let encoding: TextEncoding
    let limit: Int

    func examples(of text: [UInt8], emit: (TrainingExample) throws -> Void) throws {
        var ids = encoding.encode(text)
        if ids.isEmpty { return }
        if let begin = encoding.begin { ids.insert(begin, at: 0) }
        if let end = encoding.end { ids.append(end) }
        for start in stride(from: 0, to: ids.count, by: limit) {
            let piece = ids[start..<min(start + limit, ids.count)]
            // A single token predicts nothing.
            if piece.count > 1 { try emit(TrainingExample(tokens: Array(piece))) }
        }
    }
}

/// Rendered patches, with the black patch at the end, in pieces that the renderer's layout allows.
struct ImageMaker: ExampleMaker {
    let renderer: PatchRenderer

    func examples(of text: [UInt8], emit: (TrainingExample) throws -> Void) throws {
        _ = try renderer.render(.single(text)) { sequence in
            guard sequence.textPatchCount > 0 else { return }
            try emit(TrainingExample(pixels: sequence.pixels, patches: sequence.patchCount))
        }
    }
}

/// A picture and the tokens of the same text, both cut at the same character; then the same with the rest of the text.
struct PairMaker: ExampleMaker {
    /// Truncates at the patches that a picture may have.
    let renderer: PatchRenderer
    let encoding: TextEncoding
    /// Tokens at most, special ones included.
    let tokenLimit: Int

    func examples(of text: [UInt8], emit: (TrainingExample) throws -> Void) throws {
        var start = text.startIndex
        while start < text.endIndex {
            let rest = Array(text[start...])
            guard let drawn = try sequence(of: rest) else { return }
            let shown = min(max(drawn.source.utf8.upperBound, 1), rest.count)
            let room = tokenLimit - (encoding.begin == nil ? 0 : 1) - (encoding.end == nil ? 0 : 1)
            let cut = longestPrefix(of: rest, upTo: shown, tokens: room)
            guard cut > 0 else { return }
            let part = Array(rest[..<cut])
            guard let picture = cut == shown ? drawn : try sequence(of: part) else { return }
            var ids = encoding.encode(part)
            if let begin = encoding.begin { ids.insert(begin, at: 0) }
            if let end = encoding.end, start + cut == text.endIndex { ids.append(end) }
            if picture.textPatchCount > 0, ids.count > 1 {
                try emit(
                    TrainingExample(tokens: ids, pixels: picture.pixels, patches: picture.patchCount))
            }
            start += cut
            while start < text.endIndex, Self.isSpace(text[start]) { start += 1 }
        }
    }

    private func sequence(of text: [UInt8]) throws -> PatchSequence? {
        var first: PatchSequence?
        _ = try renderer.render(.single(text)) { first = first ?? $0 }
        return first
    }

    /// Bytes of the longest prefix of at most `bytes` that has at most `tokens` tokens and ends before a space or at the end
    /// of a character; found by halving, so tokens of a longer prefix are taken to be as many or more.
    private func longestPrefix(of text: [UInt8], upTo bytes: Int, tokens: Int) -> Int {
        func fits(_ count: Int) -> Bool { encoding.encode(Array(text[..<count])).count <= tokens }
        if fits(bytes) { return bytes }
        var (low, high) = (0, bytes)  // low fits, high does not
        while high - low > 1 {
            let middle = (low + high) / 2
            if fits(middle) { low = middle } else { high = middle }
        }
        var cut = low
        while cut > 0, cut < text.count, text[cut] & 0xC0 == 0x80 { cut -= 1 }
        let word = (0..<cut).last { Self.isSpace(text[$0]) && $0 > 0 }
        if cut < text.count, !Self.isSpace(text[cut]), let word { cut = word }
        return cut
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
