import Typesetting

extension Picture {
    /// Every pixel as a square of `factor` x `factor` pixels. Traps for a factor below 1.
    public func enlarged(by factor: Int) -> Picture {
        precondition(factor >= 1, "pictures are enlarged by whole factors")
        guard factor > 1 else { return self }
        var out = Picture(width: width * factor, height: height * factor, channels: channels)
        for y in 0..<out.height {
            for x in 0..<out.width {
                let from = ((y / factor) * width + x / factor) * channels
                let to = (y * out.width + x) * channels
                for channel in 0..<channels { out.pixels[to + channel] = pixels[from + channel] }
            }
        }
        return out
    }

    /// Lays another picture over this one with its top left corner at column `x`, row `y`; what lies outside is cut.
    /// Both must have the same number of channels.
    mutating func place(_ other: Picture, x: Int, y: Int) {
        precondition(channels == other.channels, "pictures with unequal channels")
        let (first, end) = (max(0, -x), min(other.width, width - x))
        guard first < end else { return }
        for row in max(0, -y)..<max(max(0, -y), min(other.height, height - y)) {
            let from = (row * other.width + first) * channels
            let to = ((y + row) * width + x + first) * channels
            let count = (end - first) * channels
            pixels.replaceSubrange(to..<to + count, with: other.pixels[from..<from + count])
        }
    }

    /// Fills a rectangle; what lies outside is cut. Needs three channels.
    mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: RGBColour) {
        precondition(channels == 3, "colours need three channels")
        for row in max(0, y)..<max(max(0, y), min(self.height, y + height)) {
            for column in max(0, x)..<max(max(0, x), min(self.width, x + width)) {
                let at = (row * self.width + column) * 3
                pixels[at] = colour.red
                pixels[at + 1] = colour.green
                pixels[at + 2] = colour.blue
            }
        }
    }

    /// Pictures above one another, left edges in line, white where they are narrower. Traps for no picture.
    ///
    /// The result has three channels when one of them has.
    public static func stacked(_ pictures: [Picture], gap: Int = 0) -> Picture {
        precondition(!pictures.isEmpty, "there is nothing to stack")
        let channels = pictures.map(\.channels).max() ?? 1
        var out = Picture(
            width: pictures.map(\.width).max() ?? 1,
            height: pictures.reduce(gap * (pictures.count - 1)) { $0 + $1.height }, channels: channels)
        var y = 0
        for picture in pictures {
            out.place(channels == 3 ? picture.rgb : picture, x: 0, y: y)
            y += picture.height + gap
        }
        return out
    }

    /// A strip folded into rows of `columns` patches, the last row filled up with white.
    ///
    /// Patches are squares of the picture's height; their order is kept.
    public func folded(columns: Int) -> Picture {
        precondition(columns >= 1, "a row holds a patch or more")
        let side = height
        let patches = (width + side - 1) / side
        let rows = (patches + columns - 1) / columns
        guard rows > 1 else { return self }
        var out = Picture(width: columns * side, height: rows * side, channels: channels)
        for row in 0..<rows { out.place(self, x: -row * columns * side, y: row * side) }
        return out
    }
}
