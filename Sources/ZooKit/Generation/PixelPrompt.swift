public import Patches

/// Pictures as the beginnings of pictures.
public enum PixelPrompt {
    /// The patches of a picture [height, width, channels] whose sides are whole numbers of patches: those of the first row from left
    /// to right, then those of the next; [N, P, P, C] with as many channels as `channels` says. Throws: `GenerationError.picture`.
    public static func patches(
        of picture: Picture, patchSize: Int, channels: Int
    ) throws(GenerationError) -> [UInt8] {
        guard picture.width % patchSize == 0, picture.height % patchSize == 0 else {
            throw .picture(width: picture.width, height: picture.height, patchSize: patchSize)
        }
        guard channels == 3 || picture.channels == channels else {
            throw .channels(got: picture.channels, wanted: channels)
        }
        let source = channels == 3 ? picture.rgb : picture
        let rowBytes = patchSize * channels
        var patches: [UInt8] = []
        patches.reserveCapacity(source.pixels.count)
        for top in stride(from: 0, to: source.height, by: patchSize) {
            for left in stride(from: 0, to: source.width, by: patchSize) {
                for y in top..<top + patchSize {
                    let first = (y * source.width + left) * channels
                    patches += source.pixels[first..<first + rowBytes]
                }
            }
        }
        return patches
    }

    /// A strip of text moved so that `gap` white columns stand between its last ink and the edge of its last patch, where the next
    /// patch begins (as PIXAR's prompts; Tai et al. 2024): white columns are added in front to fill whole patches. A strip without
    /// ink stays as it is. `strip` is one patch high.
    public static func aligned(_ strip: Picture, gap: Int) -> Picture {
        let (size, channels) = (strip.height, strip.channels)
        let rowBytes = strip.width * channels
        let ink = (0..<strip.width).last { x in
            (0..<size).contains { y in
                strip.pixels[y * rowBytes + x * channels..<y * rowBytes + (x + 1) * channels].contains { $0 < 255 }
            }
        }
        guard let ink else { return strip }
        let used = ink + 1
        let width = (used + gap + size - 1) / size * size
        let front = width - gap - used
        var out = Picture(width: width, height: size, channels: channels)
        for y in 0..<size {
            let to = (y * width + front) * channels
            out.pixels.replaceSubrange(
                to..<to + used * channels, with: strip.pixels[y * rowBytes..<y * rowBytes + used * channels])
        }
        return out
    }
}
