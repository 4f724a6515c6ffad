/// A strike's picture in blue, green, red, alpha with premultiplied alpha, as FreeType hands it out.
@safe
struct ColourBitmap {
    let base: UnsafeMutablePointer<UInt8>
    let width: Int
    let rows: Int
    let pitch: Int

    init(base: UnsafeMutablePointer<UInt8>, width: Int, rows: Int, pitch: Int) {
        unsafe self.base = unsafe base
        self.width = width
        self.rows = rows
        self.pitch = pitch
    }

    /// The longest side of a scaled picture, in pixels: far above any that is drawn.
    static let longestSide = 4096.0

    /// The picture at `scale`, each target pixel the exact area average of what it covers; nil above ``longestSide``, which a damaged
    /// font may ask for.
    ///
    /// - Parameters:
    ///   - scale: target pixels per strike pixel, at most 1 for shrinking.
    ///   - left: column of the strike's left edge relative to the pen, strike pixels.
    ///   - top: rows from the baseline up to the strike's top edge, strike pixels.
    func scaled(by scale: Double, left: Int, top: Int) -> GlyphRaster? {
        guard Double(max(width, rows)) * scale <= Self.longestSide else { return nil }
        let x0 = Double(left) * scale
        let y0 = -Double(top) * scale
        let firstColumn = Int(x0.rounded(.down))
        let firstRow = Int(y0.rounded(.down))
        let endColumn = Int((x0 + Double(width) * scale).rounded(.up))
        let endRow = Int((y0 + Double(rows) * scale).rounded(.up))
        var raster = GlyphRaster()
        raster.left = firstColumn
        raster.top = -firstRow
        raster.width = endColumn - firstColumn
        raster.rows = endRow - firstRow
        raster.isColour = true
        raster.bytes = [UInt8](repeating: 0, count: max(0, raster.width * raster.rows * 4))
        for row in 0..<raster.rows {
            let vertical = cover(from: (Double(firstRow + row) - y0) / scale, length: 1 / scale, limit: rows)
            for column in 0..<raster.width {
                let horizontal = cover(
                    from: (Double(firstColumn + column) - x0) / scale, length: 1 / scale, limit: width)
                var sum = SIMD4<Double>.zero
                for (sourceRow, rowWeight) in vertical {
                    for (sourceColumn, columnWeight) in horizontal {
                        let pixel = unsafe base + sourceRow * pitch + sourceColumn * 4
                        let value = unsafe SIMD4<Double>(
                            Double(pixel[0]), Double(pixel[1]), Double(pixel[2]), Double(pixel[3]))
                        sum += value * (rowWeight * columnWeight)
                    }
                }
                let mean = sum * (scale * scale)
                for channel in 0..<4 {
                    raster.bytes[(row * raster.width + column) * 4 + channel] =
                        UInt8(min(255, max(0, mean[channel].rounded())))
                }
            }
        }
        return raster
    }

    /// Source cells under `[from, from + length)` with the share of each that is covered.
    private func cover(from: Double, length: Double, limit: Int) -> [(Int, Double)] {
        let low = max(0, from)
        let high = min(Double(limit), from + length)
        guard low < high else { return [] }
        return (Int(low)..<min(limit, Int(high.rounded(.up)))).map { cell in
            (cell, min(high, Double(cell + 1)) - max(low, Double(cell)))
        }
    }
}
