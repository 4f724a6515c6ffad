/// Rows of pixels, 8 bits a channel, no padding between rows.
///
/// Shapes: `pixels` is `[height, width, channels]`.
public struct Picture: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// 1 (gray) or 3 (red, green, blue).
    public let channels: Int
    /// The pixels, row after row.
    public var pixels: [UInt8]

    /// A picture of the given pixels. Traps when the sizes do not agree.
    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && (channels == 1 || channels == 3), "a picture has pixels")
        precondition(pixels.count == width * height * channels, "the pixels do not fill the picture")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// The strip of a sequence, its end patch included.
    public init(_ sequence: PatchSequence) {
        self.init(
            width: sequence.patchCount * sequence.patchSize, height: sequence.patchSize, channels: sequence.channels,
            pixels: sequence.strip())
    }

    /// A picture of one colour.
    public init(width: Int, height: Int, channels: Int, filledWith level: UInt8 = 255) {
        self.init(
            width: width, height: height, channels: channels,
            pixels: [UInt8](repeating: level, count: width * height * channels))
    }

    /// The same picture with three channels.
    public var rgb: Picture {
        guard channels == 1 else { return self }
        return Picture(width: width, height: height, channels: 3, pixels: Self.tripled(pixels))
    }

    /// Every level three times: gray pixels as red, green and blue.
    static func tripled(_ gray: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: gray.count * 3) { out, count in
            for index in 0..<gray.count {
                unsafe out[3 * index] = gray[index]
                unsafe out[3 * index + 1] = gray[index]
                unsafe out[3 * index + 2] = gray[index]
            }
            count = gray.count * 3
        }
    }

    /// The patches of a strip, patch-major: `[width / height, height, height, channels]`.
    ///
    /// `nil` when the width is no multiple of the height.
    public func patches() -> [UInt8]? {
        guard width % height == 0 else { return nil }
        return PatchSequence.patches(fromStrip: pixels, patchSize: height, channels: channels)
    }
}
