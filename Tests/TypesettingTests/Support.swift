import Foundation
import Foundations
import TestSupport
import Testing
import Typesetting

/// Fonts of the default stack; opened once, for hashing them takes its time.
enum Fonts {
    static let stack: Result<FontSet, any Error> = Result {
        try FontSet(stack: FontStackManifest.load(path: Repository.root + "/fonts/default.json"))
    }
    static func all() throws -> FontSet { try stack.get() }

    /// One font by file name.
    static func named(_ files: String...) throws -> FontSet {
        let finder = FontFinder(folders: FontFinder.systemFolders)
        return try FontSet(paths: files.map { try #require(finder.path(of: $0), "\($0) is not installed") })
    }
}

/// Pixels and widths of a text, drawn alone.
struct Drawing: Equatable {
    var width: Int
    var gray: [UInt8]
    var missing: [MissingGlyph]

    init(_ text: String, _ typesetter: Typesetter, canvas: Canvas? = nil, x: Int = 2) throws {
        try self.init(Array(text.utf8), typesetter, canvas: canvas, x: x)
    }

    init(_ text: [UInt8], _ typesetter: Typesetter, canvas: Canvas? = nil, x: Int = 2) throws {
        let line = try typesetter.line(text)
        let canvas =
            canvas ?? typesetter.canvas(patchCount: max(1, (line.width + 64) / typesetter.options.patchSize + 1))
        canvas.clear()
        try typesetter.draw(line, on: canvas, x: x)
        width = line.width
        missing = line.missing
        gray = canvas.gray(of: canvas.firstPatch..<canvas.firstPatch + canvas.patchCount, from: .alpha)
    }

    /// Sum of 255 minus the pixel.
    var ink: Int { gray.reduce(0) { $0 + 255 - Int($1) } }
}

/// Random text that mixes what itemisation, shaping and caching find hard.
struct RandomText {
    var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    private static let blocks: [ClosedRange<UInt32>] = [
        0x20...0x7E, 0xA0...0x24F, 0x300...0x36F, 0x370...0x52F, 0x590...0x6FF, 0x700...0x74F, 0x900...0x97F,
        0x980...0x9FF, 0xB80...0xBFF, 0xE00...0xE7F, 0xF00...0xFFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF,
        0x1800...0x18AF, 0x2000...0x206F, 0x20D0...0x20F0, 0x2190...0x27BF, 0x3000...0x30FF, 0x4E00...0x4E80,
        0xAC00...0xAC80, 0xFE00...0xFE0F, 0xFE70...0xFEFF, 0x1F1E6...0x1F1FF, 0x1F300...0x1F64F, 0xE0020...0xE007F,
    ]

    /// A text of up to `limit` characters from a few blocks, with many spaces.
    mutating func next(limit: Int) -> String {
        let palette = (0..<3).map { _ in Self.blocks[Int.random(in: 0..<Self.blocks.count, using: &generator)] }
        var text = ""
        for _ in 0..<Int.random(in: 1...limit, using: &generator) {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...2: text.unicodeScalars.append(" ")
            case 3: text.unicodeScalars.append(Unicode.Scalar(UInt8.random(in: 0x21...0x7E, using: &generator)))
            default:
                let block = palette[Int.random(in: 0..<palette.count, using: &generator)]
                if let scalar = Unicode.Scalar(UInt32.random(in: block, using: &generator)) {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    /// Any scalar of any plane.
    mutating func anything(limit: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 1...limit, using: &generator) {
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
