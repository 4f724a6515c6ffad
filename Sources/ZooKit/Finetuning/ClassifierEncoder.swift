import Patches
import Typesetting

/// Turns one or two texts into what a classifier reads: a strip of patches, tokens, or both. One per thread.
///
/// Two texts are drawn with a black patch between them; as tokens they are `<s> A <s> B`, without an end token (section 3.7 of the
/// specification). What does not fit is lost: of pictures at the end, of tokens of two texts at the end of the longer.
public final class ClassifierEncoder {
    /// The form of the examples.
    public let kind: ExampleKind
    /// Patches at most, the black one included; 0 where none are made.
    public let patchLimit: Int
    /// Tokens at most; 0 where none are made.
    public let tokenLimit: Int
    private let single: PatchRenderer?
    /// Not every limit of text A leaves room for two texts; that matters only where there are two.
    private let double: Result<PatchRenderer, any Error>?
    private let encoding: TextEncoding?

    /// An encoder of the lengths in `options`: `length` for a kind alone, `pairPatches` and `pairTokens` for both. The layout's
    /// limit of patches of text A holds for two texts. Throws `PretrainingError` where fonts or tokenizer are missing, and
    /// `LayoutError`; that of a limit which leaves no room for two texts comes when there are two.
    public init(_ kind: ExampleKind, _ options: ExampleOptions) throws {
        self.kind = kind
        patchLimit = kind == .text ? 0 : kind == .image ? options.length : options.pairPatches
        tokenLimit = kind == .image ? 0 : kind == .text ? options.length : options.pairTokens
        encoding = kind == .image ? nil : try options.need(options.encoding)
        guard kind != .text else {
            (single, double) = (nil, nil)
            return
        }
        let fonts = try options.need(options.fonts)
        let typesetter = try Typesetter(fonts: fonts, options: options.render)
        var layout = options.layout
        layout.maxPatches = patchLimit
        layout.overflow = .truncate
        layout.stride = nil
        layout.channels = options.channels == 3 ? .rgb : .gray
        layout.layout = .pair
        double = Result { [layout] in try PatchRenderer(typesetter: typesetter, options: layout) }
        layout.layout = .single
        layout.textAMaxPatches = nil
        layout.rightToLeft = false
        single = try PatchRenderer(typesetter: typesetter, options: layout)
    }

    /// One text, or two. Throws what the renderer throws. O(bytes).
    public func encode(_ first: [UInt8], _ second: [UInt8]? = nil) throws -> ClassifierExample {
        var content = TrainingExample()
        var isTruncated = false
        if kind != .text {
            let (sequence, isCut) = try draw(first, second)
            (content.pixels, content.patches) = (sequence.pixels, sequence.patchCount)
            isTruncated = isCut
        }
        if let encoding {
            let (ids, isCut) = Self.tokens(encoding, first, second, limit: tokenLimit)
            content.tokens = ids
            isTruncated = isTruncated || isCut
        }
        return ClassifierExample(content, isTruncated: isTruncated)
    }

    private func draw(_ first: [UInt8], _ second: [UInt8]?) throws -> (PatchSequence, Bool) {
        var drawn: PatchSequence?
        let report: RenderReport?
        if let second {
            report = try double?.get().render(.pair(first, second)) { drawn = drawn ?? $0 }
        } else {
            report = try single?.render(.single(first)) { drawn = drawn ?? $0 }
        }
        guard let drawn else {
            throw PretrainingError.noExamples(what: "the renderer's layout and a text of \(first.count) bytes")
        }
        return (drawn, report?.truncated ?? false)
    }

    /// `<s> A` or `<s> A <s> B`; where no token stands before texts, that behind them stands between the two.
    static func tokens(
        _ encoding: TextEncoding, _ first: [UInt8], _ second: [UInt8]?, limit: Int
    ) -> (ids: [Int32], isTruncated: Bool) {
        var a = encoding.encode(first)
        var b = second.map(encoding.encode)
        let begin = encoding.begin.map { [$0] } ?? []
        let between = (encoding.begin ?? encoding.end).map { [$0] } ?? []
        let room = max(0, limit - begin.count - (b == nil ? 0 : between.count))
        let isTruncated = a.count + (b?.count ?? 0) > room
        if isTruncated {
            // As tokens that are taken one by one from the longer, from B where they are equal.
            let other = b?.count ?? 0
            let kept = a.count > other ? room - min(other, room / 2) : min(a.count, (room + 1) / 2)
            a = Array(a.prefix(kept))
            b = b.map { Array($0.prefix(room - kept)) }
        }
        return (begin + a + (b.map { between + $0 } ?? []), isTruncated)
    }
}
