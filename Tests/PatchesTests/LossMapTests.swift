import Patches
import TestSupport
import Testing
import Typesetting

@Suite struct LossMapTests {
    private func map(scale: Int = 2, columns: Int = 4) throws -> LossMap {
        var options = RenderOptions()
        options.wordCache = false
        let fonts = try FontSet(stack: FontStackManifest.load(path: "\(Repository.root)/fonts/default.json"))
        return LossMap(
            typesetter: try Typesetter(fonts: fonts, options: options), patchSize: 16, scale: scale, columns: columns)
    }

    private func pixel(_ picture: Picture, _ x: Int, _ y: Int) -> [UInt8] {
        Array(picture.pixels[(y * picture.width + x) * 3..<(y * picture.width + x) * 3 + 3])
    }

    @Test func paperTakesTheColourInkStaysAndTheBarIsTheColour() throws {
        var strip = Picture(width: 6 * 16, height: 16, channels: 1)
        for y in 0..<16 { strip.pixels[y * 96 + 24] = 0 }
        let picture = try map().picture(of: strip, values: [nil, 0, 1, 0.5, 2, 0.25], limit: 1)
        // Two rows of four patches; below each patch a bar of 32 / 6 pixels.
        let dark: [UInt8] = [128, 0, 38]
        #expect(pixel(picture, 2, 33) == [0xB0, 0xB0, 0xB0] && pixel(picture, 2, 2) == [255, 255, 255])
        #expect(pixel(picture, 34, 33) == [255, 255, 204] && pixel(picture, 34, 2) == [255, 255, 225])
        #expect(pixel(picture, 48, 2) == [0, 0, 0])
        #expect(pixel(picture, 66, 33) == dark && pixel(picture, 98, 33) == [253, 141, 60])
        // What is above the scale is as its end.
        #expect(pixel(picture, 2, 41 + 33) == dark && pixel(picture, 34, 41 + 33) == [254, 217, 118])
    }

    /// Limits and losses that no scale was made for: a map all the same, and what is no number has the bar of no number.
    @Test(arguments: [1e18, 1e308, .greatestFiniteMagnitude, 0x1p-1063, 1e-9, 0.0004, 12.3456])
    func anyLimitAndAnyLossIsDrawn(_ limit: Double) throws {
        let strip = Picture(width: 6 * 16, height: 16, channels: 1)
        let values = [Double.nan, .infinity, -.infinity, 1e308, 0x1p-1063, -1]
        let picture = try map().picture(of: strip, values: values, limit: limit)
        #expect(pixel(picture, 2, 33) == [0xB0, 0xB0, 0xB0])
        #expect(pixel(picture, 34, 33) == [128, 0, 38] && pixel(picture, 66, 33) == [255, 255, 204])
        #expect(pixel(picture, 34, 41 + 33) == [255, 255, 204])
    }

    @Test func theDarkEndLeavesSingleOutliersOut() {
        #expect(LossMap.limit(of: [nil] + [Double?](repeating: 1, count: 19) + [50]) == 50)
        #expect(LossMap.limit(of: [nil] + [Double?](repeating: 1, count: 39) + [50]) == 1)
        #expect(LossMap.limit(of: [nil, 0, 0]) == 1 && LossMap.limit(of: []) == 1)
        #expect(LossMap.limit(of: [Double?](repeating: 0, count: 39) + [3]) == 3)
    }
}
