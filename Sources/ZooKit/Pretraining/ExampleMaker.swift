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

/// A picture and the tokens of the same text, both cut at the same character; then the same with the rest of the text. Spaces at a
/// cut are in neither. The time is in proportion to the text.
struct PairMaker: ExampleMaker {
    /// Splits at the patches that a picture may have.
    let renderer: PatchRenderer
    let encoding: TextEncoding
    /// Tokens at most, special ones included.
    let tokenLimit: Int

    /// Ends the rendering after the first sequence.
    private struct Enough: Error {}

    /// A text's first picture, and which of its bytes it shows.
    private struct Drawn {
        let picture: PatchSequence
        let bytes: Range<Int>
    }

    func examples(of text: [UInt8], emit: (TrainingExample) throws -> Void) throws {
        let room = tokenLimit - (encoding.begin == nil ? 0 : 1) - (encoding.end == nil ? 0 : 1)
        var start = Self.skippingSpaces(of: text, from: 0)
        while start < text.endIndex {
            guard let (window, whole) = try window(of: text, from: start, room: room) else { return }
            var drawn = whole
            var part = Array(window[drawn.bytes])
            let cut = longestPrefix(of: part, tokens: room)
            if cut < part.count {
                guard cut > 0, let less = try first(of: Array(part[..<cut])) else { return }
                start += drawn.bytes.lowerBound
                drawn = less
                part = Array(part[less.bytes])
            }
            start = Self.skippingSpaces(of: text, from: start + drawn.bytes.upperBound)
            var ids = encoding.encode(part)
            if let begin = encoding.begin { ids.insert(begin, at: 0) }
            if let end = encoding.end, start == text.endIndex { ids.append(end) }
            if drawn.picture.textPatchCount > 0, ids.count > 1 {
                try emit(
                    TrainingExample(tokens: ids, pixels: drawn.picture.pixels, patches: drawn.picture.patchCount))
            }
        }
    }

    /// As much of a text from `start` on as makes the next pair what it is with all of the text behind it, but for a word longer
    /// than the margin; and the first picture of it. Nil where nothing can be drawn.
    private func window(of text: [UInt8], from start: Int, room: Int) throws -> ([UInt8], Drawn)? {
        let margin = 64
        var length = margin + 8 * renderer.options.maxPatches
        while true {
            var end = min(start + length, text.endIndex)
            while end < text.endIndex, end > start, text[end] & 0xC0 == 0x80 { end -= 1 }
            let window = Array(text[start..<end])
            guard let drawn = try first(of: window), !drawn.bytes.isEmpty else {
                if end == text.endIndex { return nil }
                length *= 2
                continue
            }
            if end == text.endIndex || drawn.bytes.upperBound + margin <= window.count
                || encoding.encode(window).count > room + margin
            {
                return (window, drawn)
            }
            length *= 2
        }
    }

    private func first(of text: [UInt8]) throws -> Drawn? {
        var first: PatchSequence?
        do {
            _ = try renderer.render(.single(text)) {
                first = $0
                throw Enough()
            }
        } catch is Enough {}
        return first.map { Drawn(picture: $0, bytes: $0.source.utf8.clamped(to: 0..<text.count)) }
    }

    /// Bytes of the longest prefix that has at most `tokens` tokens and ends before a space or at the end of a character; found
    /// by halving, so tokens of a longer prefix are taken to be as many or more.
    private func longestPrefix(of text: [UInt8], tokens: Int) -> Int {
        func fits(_ count: Int) -> Bool { encoding.encode(Array(text[..<count])).count <= tokens }
        if fits(text.count) { return text.count }
        var (low, high) = (0, text.count)  // low fits, high does not
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

    private static func skippingSpaces(of text: [UInt8], from start: Int) -> Int {
        text[start...].firstIndex { !isSpace($0) } ?? text.endIndex
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
