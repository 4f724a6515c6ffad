/// A character that no font of the stack draws.
public struct MissingGlyph: Sendable, Equatable {
    /// The code point.
    public let scalar: UInt32
    /// Its script, ISO 15924.
    public let script: String
    /// Where it stands in the line's text.
    public let byteOffset: Int
}

/// The smallest stretch of text with a place of its own on the line: characters that HarfBuzz shaped together.
public struct Cluster: Sendable, Equatable {
    /// Bytes of the line's text.
    public let utf8: Range<Int>
    /// Pixels from the line's start; empty for text without width.
    public let x: Range<Int>
    /// Whether the cluster stands in a right-to-left run.
    public let isRightToLeft: Bool
}

/// A laid out line: where everything stands, nothing drawn yet. Made and drawn by one ``Typesetter``.
public struct Line: Sendable {
    /// The text, as handed in.
    public let text: [UInt8]
    /// Sum of the rounded advances in pixels, trailing spaces included. In profile `pygame`, width of the ink.
    public internal(set) var width = 0
    /// Whether a coloured glyph occurs.
    public internal(set) var hasColour = false
    /// Whether the paragraph's base direction is right to left.
    public internal(set) var isRightToLeft = false
    /// Characters that no font draws, in logical order.
    public internal(set) var missing: [MissingGlyph] = []
    /// Combining marks left out, because a cluster had more than 64.
    public internal(set) var droppedMarks = 0
    /// How often the paragraph was cut because it is longer than 65,536 characters.
    public internal(set) var forcedCuts = 0
    /// Runs in visual order.
    var runs: [LineRun] = []
    var pieces: [Piece] = []
    var glyphs: [PlacedGlyph] = []
    /// Whether all of it is one left-to-right run, and the byte after which its script is certain.
    var isSimple = false
    var firstRealScript = Int.max
}

extension Line {
    /// Appends a kept word, `x` pixels from its run's start in logical order.
    mutating func append(_ utf8: Range<Int>, _ word: WordHandle, width: Int, x: Int) {
        pieces.append(
            Piece(
                x: Int32(clamping: x), width: Int32(clamping: width),
                utf8: Int32(utf8.lowerBound)..<Int32(utf8.upperBound), word: word, glyphs: 0..<0))
    }
}

/// A run with its place on the line.
struct LineRun: Sendable {
    var kind: ItemRun.Kind
    var font: UInt8
    var script: UInt32
    var isRightToLeft: Bool
    /// Distance from the canvas top to the baseline, 1/1024 px.
    var baseline: Int32
    /// Pixels from the line's start.
    var x: Int32
    var width: Int32
    var pieces: Range<Int32>
    var utf8: Range<Int32>
    /// Whether its words were shaped as in a run with marks.
    var decomposes = false
}

/// A cached word or a stretch of placed glyphs.
struct Piece: Sendable {
    /// Advance before the piece, counted in logical order from the run's start.
    var x: Int32
    var width: Int32
    var utf8: Range<Int32>
    /// The word's picture, or `nil` when ``glyphs`` are to be drawn one by one.
    var word: WordHandle?
    var glyphs: Range<Int32>
}

/// A glyph with its origin.
struct PlacedGlyph: Sendable {
    var glyph: UInt32
    /// Column of the origin relative to the piece's left edge.
    var x: Int32
    /// Canvas row of the origin.
    var y: Int32
}
