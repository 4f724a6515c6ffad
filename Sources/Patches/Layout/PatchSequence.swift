import Foundations

/// The patches of one text, ready for a model. N is ``textPatchCount``, P ``patchSize``, C ``channels``.
public struct PatchSequence: Sendable, Equatable {
    /// P: side of a patch in pixels.
    public let patchSize: Int
    /// C: 1 (gray) or 3 (red, green, blue).
    public let channels: Int
    /// Patch after patch, [N + 1, P, P, C], 0 black to 255 white; the black end patch is the last.
    public var pixels: [UInt8]
    /// N: patches before the black end patch, separators included.
    public let textPatchCount: Int
    /// Black patches between texts; empty but for pairs.
    public let innerSeparators: [Int]
    /// With words: the patch where each drawn word starts, and N.
    public let wordStarts: [Int]?
    /// Under exact offsets: what each patch shows, by patch, in visual order; separators and blank patches have none,
    /// and a patch where the direction of writing changes may have several.
    public let spans: [PatchSpan]?
    /// Under compatible offsets: one entry a patch of a reference canvas, padded to its length.
    public let referenceMapping: [CharacterPair]?
    /// Which part of the document is shown.
    public let source: SourceSpan

    /// A sequence from its parts. Traps when the pixels do not fill N + 1 patches.
    public init(
        patchSize: Int, channels: Int, pixels: [UInt8], textPatchCount: Int, innerSeparators: [Int] = [],
        wordStarts: [Int]? = nil, spans: [PatchSpan]? = nil, referenceMapping: [CharacterPair]? = nil,
        source: SourceSpan
    ) {
        precondition(
            pixels.count == (textPatchCount + 1) * patchSize * patchSize * channels,
            "\(pixels.count) bytes are not \(counted(textPatchCount + 1, "patch")) of \(patchSize) px and \(channels) channels"
        )
        self.patchSize = patchSize
        self.channels = channels
        self.pixels = pixels
        self.textPatchCount = textPatchCount
        self.innerSeparators = innerSeparators
        self.wordStarts = wordStarts
        self.spans = spans
        self.referenceMapping = referenceMapping
        self.source = source
    }

    /// Indices of the black patches; the end patch is the last.
    public var separators: [Int] { innerSeparators + [textPatchCount] }

    /// Patches with the end patch: N + 1.
    public var patchCount: Int { textPatchCount + 1 }

    /// Bytes of one patch: P * P * C.
    public var patchByteCount: Int { patchSize * patchSize * channels }

    /// Ones for min(N + 1, length) patches, then zeros. Without `eosAttended` the end patch is a zero, too.
    public func attentionMask(length: Int, eosAttended: Bool = true) -> [UInt8] {
        let ones = min(textPatchCount + (eosAttended ? 1 : 0), length)
        return [UInt8](repeating: 1, count: ones) + [UInt8](repeating: 0, count: max(length - ones, 0))
    }

    /// The pixels of `length` patches: white patches after the end patch. A sequence that is longer is cut, and its
    /// end patch may be missing then; nothing is ever resized.
    public func padded(to length: Int) -> [UInt8] {
        let wanted = length * patchByteCount
        if wanted <= pixels.count { return Array(pixels.prefix(wanted)) }
        return pixels + [UInt8](repeating: 255, count: wanted - pixels.count)
    }
}
