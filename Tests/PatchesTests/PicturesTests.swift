import Foundations
import Testing

@testable import Patches

@Suite struct PicturesTests {
    static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test(arguments: [(1, 16, 1), (16, 16, 3), (33, 5, 3), (4096, 16, 1)])
    func decodingWhatWasEncodedGivesTheSamePixels(width: Int, height: Int, channels: Int) throws {
        let picture = Picture(
            width: width, height: height, channels: channels,
            pixels: Self.noise(width * height * channels, seed: UInt64(width)))
        for filter in PNGSettings.Filter.allCases {
            let bytes = try PNGEncoder(settings: PNGSettings(level: 3, filter: filter)).encode(picture)
            #expect(try PNG.decode(bytes) == picture)
        }
    }

    @Test(arguments: [1, 3]) func patchesAndTheirStripEncodeToTheSameBytes(channels: Int) throws {
        let patches = Self.noise(7 * 256 * channels, seed: 3)
        let encoder = PNGEncoder()
        let bytes = try encoder.encode(patches: patches, patchSize: 16, channels: channels)
        let strip = try PNG.decode(bytes)
        #expect(strip.width == 112 && strip.height == 16 && strip.channels == channels)
        #expect(strip.patches() == patches)
        #expect(try encoder.encode(strip) == bytes)
        #expect(try PNGEncoder().encode(strip) == bytes)
    }

    @Test func aPictureAboveTheLimitIsRefused() throws {
        let bytes = try PNGEncoder().encode(Picture(width: 160, height: 16, channels: 3))
        #expect(throws: PictureError.tooLarge(width: 160, height: 16, limit: 7679)) {
            try PNG.decode(bytes, limit: 7679)
        }
        #expect(try PNG.decode(bytes, limit: 7680).pixels.allSatisfy { $0 == 255 })
    }

    @Test func damagedPicturesThrowAndNeverTrap() throws {
        let whole = try PNGEncoder().encode(
            Picture(width: 64, height: 16, channels: 1, pixels: Self.noise(1024, seed: 9)))
        for end in stride(from: 0, to: whole.count - 1, by: 7) {
            #expect(throws: PictureError.self) { try PNG.decode(Array(whole[..<end])) }
        }
        var generator = SplitMix64(seed: 1)
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? PNG.decode(bytes, limit: 1 << 20)
        }
    }

    /// A patch in which several pieces of the text are drawn has a line for each of them, and its row is as high as they need.
    @Test func everySpanOfAPatchStandsBelowIt() throws {
        let renderer = try makeRenderer()
        let grid = PatchGrid(typesetter: renderer.typesetter, patchSize: 16, scale: 2, columns: 4)
        let drawn = try renderer.render(single("abc def")).sequences[0]
        func picture(_ spans: [[Int]]) throws -> Picture {
            let stored = JSONValue.array(spans.map { .array($0.map { .integer($0) }) })
            return try grid.picture(
                of: StoredExample(
                    key: "k", record: .object(["spans": stored]), patchSize: 16, channels: drawn.channels,
                    patches: drawn.pixels))
        }
        let one = try picture([[0, 0, 0, 2, 0, 2]])
        let two = try picture([[0, 0, 0, 2, 0, 2], [0, 0, 5, 7, 5, 7]])
        #expect(two.height == one.height + 16 && two.width == one.width)
        // The upper part is the same, and the second caption stands alone in its line.
        let line = 16 + 2 * 16 + 2 + 16
        #expect(two.pixels.prefix(3 * two.width * line) == one.pixels.prefix(3 * one.width * line))
        let label = try grid.label("5-7", width: 32)
        for y in 0..<label.height {
            let row = 3 * ((line + y) * two.width + 2)
            #expect(
                two.pixels[row..<row + 3 * label.width] == label.pixels[3 * y * label.width..<3 * (y + 1) * label.width]
            )
        }
    }

    @Test func grayBecomesEqualChannels() {
        let gray = Picture(width: 2, height: 1, channels: 1, pixels: [7, 200])
        #expect(gray.rgb.pixels == [7, 7, 7, 200, 200, 200])
        #expect(gray.rgb.rgb == gray.rgb)
    }
}
