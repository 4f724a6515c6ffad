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
    ///   - captions: short texts below each patch, one beneath the other; patches beyond the last have none.
    ///
    /// Throws what the typesetter throws for the labels.
    public func picture(of strip: Picture, title: String? = nil, captions: [[String]] = []) throws -> Picture {
        let cell = strip.height * scale
        let patches = strip.width / strip.height
        let perRow = min(columns, max(patches, 1))
        let rows = (patches + perRow - 1) / perRow
        // A row is as high as the most captions of a patch in it; without any at all there is no room for them.
        let lines = (0..<rows).map { row in
            captions.dropFirst(row * perRow).prefix(perRow).map(\.count).max() ?? (captions.isEmpty ? 0 : 1)
        }
        var tops = [title == nil ? 0 : labelHeight + 4]
        for count in lines { tops.append(tops[tops.count - 1] + labelHeight + cell + count * labelHeight + 4) }
        var out = Picture(width: perRow * (cell + 1) + 1, height: tops[rows], channels: 3)
        if let title { out.place(try label(title, width: out.width - 4), x: 2, y: 0) }
        let large = strip.rgb
        for patch in 0..<patches {
            let x = patch % perRow * (cell + 1)
            let y = tops[patch / perRow]
            out.place(try label(String(patch), width: cell), x: x + 2, y: y)
            out.fill(x: x, y: y + labelHeight, width: cell + 2, height: cell + 2, Self.line)
            out.place(large.patch(patch).enlarged(by: scale), x: x + 1, y: y + labelHeight + 1)
            guard patch < captions.count else { continue }
            for (line, caption) in captions[patch].enumerated() {
                out.place(
                    try label(caption, width: cell), x: x + 2, y: y + (1 + line) * labelHeight + cell + 2)
            }
        }
        return out
    }

    /// The grid of a rendered sequence, captioned with the byte ranges of its spans when it has them.
    public func picture(of sequence: PatchSequence, title: String? = nil) throws -> Picture {
        let spans = sequence.spans?.map { ($0.patch, $0.segment, $0.utf8.lowerBound, $0.utf8.upperBound) }
        return try picture(
            of: Picture(sequence), title: title, captions: spans.map { Self.captions($0, sequence.patchCount) } ?? [])
    }

    /// The grid of a stored sequence, captioned with the byte ranges of its spans when its record has them.
    public func picture(of example: StoredExample, title: String? = nil) throws -> Picture {
        var captions: [[String]] = []
        if case .array(let stored)? = example.record["spans"] {
            let spans = stored.compactMap { span -> (Int, Int, Int, Int)? in
                guard case .array(let items) = span, items.count == 6 else { return nil }
                let numbers = items.compactMap { if case .integer(let value) = $0 { value } else { nil } }
                return numbers.count == 6 ? (numbers[0], numbers[1], numbers[2], numbers[3]) : nil
            }
            captions = Self.captions(spans, example.patchCount)
        }
        return try picture(of: example.strip, title: title, captions: captions)
    }

    /// The spans of each patch as texts, in their order.
    private static func captions(_ spans: [(Int, Int, Int, Int)], _ count: Int) -> [[String]] {
        var captions = [[String]](repeating: [], count: count)
        for (patch, segment, start, end) in spans where captions.indices.contains(patch) {
            captions[patch].append((segment == 0 ? "" : "\(segment):") + "\(start)-\(end)")
        }
        return captions
    }

    /// A line of text in black on white, one patch high, cut at `width` pixels. Throws what the typesetter throws.
    public func label(_ text: String, width: Int = 1024) throws -> Picture {
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
