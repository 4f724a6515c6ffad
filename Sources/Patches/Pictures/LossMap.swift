public import Typesetting

/// A picture that shows a number for each patch of a strip: the patch itself laid over a colour, and the colour alone below it.
///
/// Colours go from pale yellow over orange to dark red; patches without a number stand on white above a gray bar. A legend below
/// says which number each end of the scale is.
public struct LossMap {
    /// Times that a pixel is enlarged.
    public var scale: Int
    /// Patches in a row.
    public var columns: Int
    private let grid: PatchGrid
    private let labelHeight: Int

    /// Stops of the scale at equal distances (ColorBrewer's YlOrRd).
    private static let stops: [[Double]] = [
        [255, 255, 204], [254, 217, 118], [253, 141, 60], [227, 26, 28], [128, 0, 38],
    ]
    private static let none = RGBColour(red: 0xB0, green: 0xB0, blue: 0xB0)

    /// A map whose labels are drawn by `typesetter`, made with patches of `patchSize` pixels.
    public init(typesetter: Typesetter, patchSize: Int, scale: Int = 3, columns: Int = 32) {
        precondition((1...16).contains(scale) && columns >= 1, "maps are enlarged 1 to 16 times")
        self.scale = scale
        self.columns = columns
        grid = PatchGrid(typesetter: typesetter, patchSize: patchSize)
        labelHeight = patchSize
    }

    /// The number at the scale's dark end: that which one in twenty of `values` is above, so that single outliers leave the others
    /// apart; 1 where there is none above 0.
    public static func limit(of values: [Double?]) -> Double {
        let known = values.compactMap { $0 }.sorted()
        guard !known.isEmpty else { return 1 }
        let place = min(known.count - 1, known.count * 19 / 20)
        return known[place] > 0 ? known[place] : known.last.map { $0 > 0 ? $0 : 1 } ?? 1
    }

    /// The map of a strip of square patches; `values` has an entry for each, nil (or no number) where there is none. `limit` is the
    /// number at the dark end, above 0, `title` a line above. Throws what the typesetter throws for the labels.
    public func picture(
        of strip: Picture, values: [Double?], limit: Double, title: String? = nil
    ) throws -> Picture {
        let side = strip.height
        let cell = side * scale
        let bar = max(2, cell / 6)
        let patches = strip.width / side
        precondition(values.count == patches, "a number for each patch")
        let perRow = min(columns, max(patches, 1))
        let rows = (patches + perRow - 1) / perRow
        let rowHeight = cell + bar + 4
        let top = title == nil ? 0 : labelHeight + 4
        let width = max(perRow * cell, 12 * labelHeight)
        var out = Picture(width: width, height: top + rows * rowHeight + labelHeight + 8, channels: 3)
        if let title { out.place(try grid.label(title, width: width), x: 0, y: 0) }
        let colours = strip.rgb
        for patch in 0..<patches {
            let colour = values[patch].flatMap { $0.isNaN ? nil : Self.colour($0 / limit) }
            let (x, y) = (patch % perRow * cell, top + patch / perRow * rowHeight)
            let tinted = Self.tinted(colours, patch, colour ?? RGBColour(red: 255, green: 255, blue: 255))
            out.place(tinted.enlarged(by: scale), x: x, y: y)
            out.fill(x: x, y: y + cell, width: cell, height: bar, colour ?? Self.none)
        }
        try legend(on: &out, y: top + rows * rowHeight + 4, limit: limit)
        return out
    }

    /// The scale from 0 to `limit` with both numbers.
    private func legend(on out: inout Picture, y: Int, limit: Double) throws {
        let low = try grid.label("0")
        // Three digits behind the point, of numbers that have so many.
        let shown = (1e-3...1e12).contains(limit) ? (limit * 1000).rounded() / 1000 : limit
        let high = try grid.label("\(shown) and more")
        out.place(low, x: 0, y: y)
        let (start, width) = (low.width + 4, 6 * labelHeight)
        for x in 0..<width {
            let colour = Self.colour(Double(x) / Double(width - 1))
            out.fill(x: start + x, y: y + 2, width: 1, height: labelHeight - 4, colour)
        }
        out.place(high, x: start + width + 4, y: y)
    }

    /// One patch of a strip, its pixels times a paler colour: ink stays dark and readable, paper takes the colour.
    private static func tinted(_ strip: Picture, _ patch: Int, _ colour: RGBColour) -> Picture {
        let side = strip.height
        var out = Picture(width: side, height: side, channels: 3)
        let factors = [colour.red, colour.green, colour.blue].map { 255 - (255 - Int($0)) * 3 / 5 }
        for y in 0..<side {
            for x in 0..<side {
                let from = (y * strip.width + patch * side + x) * 3
                for channel in 0..<3 {
                    let level = (Int(strip.pixels[from + channel]) * factors[channel] + 127) / 255
                    out.pixels[(y * side + x) * 3 + channel] = UInt8(level)
                }
            }
        }
        return out
    }

    /// The colour of a share of the scale; what lies outside is as its end.
    static func colour(_ share: Double) -> RGBColour {
        let place = share > 0 ? min(share, 1) * Double(stops.count - 1) : 0
        let index = min(Int(place), stops.count - 2)
        let levels = (0..<3).map { channel in
            let (a, b) = (stops[index][channel], stops[index + 1][channel])
            return UInt8((a + (b - a) * (place - Double(index))).rounded())
        }
        return RGBColour(red: levels[0], green: levels[1], blue: levels[2])
    }
}
