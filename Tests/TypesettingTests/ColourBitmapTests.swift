import Testing

@testable import Typesetting

/// Strikes of fonts, scaled; a damaged font may say anything of its size.
@Suite struct ColourBitmapTests {
    private func scaled(_ scale: Double, width: Int, rows: Int, left: Int = 0, top: Int = 0) -> GlyphRaster? {
        var pixels = [UInt8](repeating: 200, count: 4 * width * rows)
        return pixels.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let bitmap = ColourBitmap(base: base, width: width, rows: rows, pitch: 4 * width)
            return bitmap.scaled(by: scale, left: left, top: top)
        }
    }

    @Test func aStrikeIsShrunkToItsMean() throws {
        let raster = try #require(scaled(0.5, width: 4, rows: 2, left: 2, top: 4))
        #expect((raster.width, raster.rows, raster.left, raster.top) == (2, 1, 1, 2))
        #expect(raster.bytes == [UInt8](repeating: 200, count: 8) && raster.isColour)
    }

    @Test(arguments: [1e4, 16_384, 1e18, 1e308, .infinity, .nan]) func aSizeThatNoFontHasIsRefused(_ scale: Double) {
        #expect(scaled(scale, width: 1, rows: 1) == nil)
    }

    @Test func placesFarAwayAreKept() throws {
        let raster = try #require(scaled(1024, width: 1, rows: 1, left: Int(Int32.max), top: Int(Int32.min)))
        #expect(raster.left == Int(Int32.max) * 1024 && raster.rows == 1024)
    }
}
