import Foundations
public import Typesetting

/// A picture in which a person sees each patch of a sequence: enlarged, parted by lines, numbered, and with the bytes
/// of the text that it shows.
///
/// Labels are drawn by the renderer itself.
public struct PatchGrid {
    /// Times that a pixel is enlarged.
    public var scale: Int
    /// Patches in a row.
    public var columns: Int
    private let typesetter: Typesetter
    private let labelHeight: Int

    private static let line = RGBColour(red: 0x3B, green: 0x82, blue: 0xC4)
    private static let frame = RGBColour(red: 0xC8, green: 0xDC, blue: 0xEE)

    /// A grid whose labels are drawn by `typesetter`, made with patches of `patchSize` pixels.
    public init(typesetter: Typesetter, patchSize: Int, scale: Int = 5, columns: Int = 12) {
        precondition((1...16).contains(scale) && columns >= 1, "grids are enlarged 1 to 16 times")
        self.typesetter = typesetter
        self.scale = scale
        self.columns = columns
        labelHeight = patchSize
    }

    /// The grid of a strip of square patches.
    ///
    /// - Parameters:
    ///   - strip: the pixels; its height is the side of a patch.
    ///   - title: a line above the grid.
    ///   - captions: a short text below each patch; patches beyond the last have none.
    ///
    /// Throws what the typesetter throws for the labels.
    public func picture(of strip: Picture, title: String? = nil, captions: [String] = []) throws -> Picture {
        let cell = strip.height * scale
        let patches = strip.width / strip.height
        let perRow = min(columns, max(patches, 1))
        let rows = (patches + perRow - 1) / perRow
        let rowHeight = labelHeight + cell + (captions.isEmpty ? 4 : labelHeight + 4)
        let top = title == nil ? 0 : labelHeight + 4
        var out = Picture(width: perRow * (cell + 1) + 1, height: top + rows * rowHeight, channels: 3)
        if let title { out.place(try label(title, width: out.width - 4), x: 2, y: 0) }
        let large = strip.rgb
        for patch in 0..<patches {
            let x = patch % perRow * (cell + 1)
            let y = top + patch / perRow * rowHeight
            out.place(try label(String(patch), width: cell), x: x + 2, y: y)
            out.fill(x: x, y: y + labelHeight, width: cell + 2, height: cell + 2, Self.line)
            out.place(large.patch(patch).enlarged(by: scale), x: x + 1, y: y + labelHeight + 1)
            if patch < captions.count {
                out.place(try label(captions[patch], width: cell), x: x + 2, y: y + labelHeight + cell + 2)
            }
        }
        return out
    }

    /// The grid of a rendered sequence, captioned with the byte ranges of its spans when it has them.
    public func picture(of sequence: PatchSequence, title: String? = nil) throws -> Picture {
        let strip = Picture(
            width: sequence.patchCount * sequence.patchSize, height: sequence.patchSize,
            channels: sequence.channels, pixels: sequence.strip())
        var captions = [String](repeating: "", count: sequence.spans == nil ? 0 : sequence.patchCount)
        for span in sequence.spans ?? [] where captions.indices.contains(span.patch) && captions[span.patch].isEmpty {
            let segment = span.segment == 0 ? "" : "\(span.segment):"
            captions[span.patch] = "\(segment)\(span.utf8.lowerBound)-\(span.utf8.upperBound)"
        }
        return try picture(of: strip, title: title, captions: captions)
    }

    /// A line of text in black on white, cut at `width` pixels.
    private func label(_ text: String, width: Int) throws -> Picture {
        let line = try typesetter.line(Array(text.utf8))
        let patches = max(1, (line.width + labelHeight - 1) / labelHeight)
        let canvas = typesetter.canvas(patchCount: patches)
        try typesetter.draw(line, on: canvas, x: 0)
        let strip = StoredExample(
            key: "", record: .null, patchSize: labelHeight, channels: 3, patches: canvas.rgb(of: 0..<patches)
        ).strip
        var out = Picture(width: max(1, min(width, line.width)), height: labelHeight, channels: 3)
        out.place(strip, x: 0, y: 0)
        return out
    }
}

extension Picture {
    /// One patch of a strip.
    fileprivate func patch(_ index: Int) -> Picture {
        var out = Picture(width: height, height: height, channels: channels)
        out.place(self, x: -index * height, y: 0)
        return out
    }
}
