import Corpora

/// Cleaned text that is drawn in one go, with the way back to the bytes that were given.
struct TextRun {
    /// A stretch of the run that comes from one cleaned text.
    struct Piece {
        /// First byte in the run.
        var start: Int
        /// Where the bytes come from.
        var text: CleanText
        /// The byte of `text` that became the run's byte `start`.
        var offset: Int
        /// The byte of the segment where the text that was cleaned begins.
        var base: Int
    }

    /// The bytes to draw.
    var bytes: [UInt8]
    /// The segment they come from.
    var segment: Int
    private var first: Piece
    private var others: [Piece] = []

    /// A whole segment.
    init(_ text: CleanText, segment: Int) {
        bytes = text.bytes
        self.segment = segment
        first = Piece(start: 0, text: text, offset: 0, base: 0)
    }

    private init(bytes: [UInt8], segment: Int, first: Piece) {
        self.bytes = bytes
        self.segment = segment
        self.first = first
    }

    /// Lines of one segment, joined with a space. `lines` holds each line's text and where it begins in the segment.
    init(joining lines: [(text: CleanText, base: Int)], segment: Int) {
        let pieces = lines.map { Piece(start: 0, text: $0.text, offset: 0, base: $0.base) }
        guard let first = pieces.first else {
            self.init(TextCleaner.clean([]), segment: segment)
            return
        }
        self.init(bytes: first.text.bytes, segment: segment, first: first)
        for var piece in pieces.dropFirst() {
            bytes.append(UInt8(ascii: " "))
            piece.start = bytes.count
            bytes += piece.text.bytes
            others.append(piece)
        }
    }

    /// The bytes in `range` as a run of their own.
    func slice(_ range: Range<Int>) -> TextRun {
        var start = others.last { $0.start <= range.lowerBound } ?? first
        start.offset += range.lowerBound - start.start
        start.start = 0
        var slice = TextRun(bytes: Array(bytes[range]), segment: segment, first: start)
        for var piece in others where piece.start > range.lowerBound && piece.start < range.upperBound {
            piece.start -= range.lowerBound
            slice.others.append(piece)
        }
        return slice
    }

    /// Where byte `offset` of the run stands in the segment; the end maps to the end.
    func original(_ offset: Int) -> Int {
        let piece = others.last { $0.start <= offset } ?? first
        let inText = min(piece.offset + offset - piece.start, piece.text.bytes.count)
        return piece.base + piece.text.originalOffset(of: inText)
    }

    /// Where the bytes in `range` stand in the segment.
    func original(_ range: Range<Int>) -> Range<Int> {
        let lower = original(range.lowerBound)
        return lower..<max(original(range.upperBound), lower)
    }
}
