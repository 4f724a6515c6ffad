extension PatchSequence {
    /// The sequence as one picture, row after row: [P, P(N + 1), C].
    public func strip() -> [UInt8] {
        Self.strip(fromPatches: pixels, patchSize: patchSize, channels: channels)
    }

    /// The sequence in three channels; itself where it has them.
    public func withThreeChannels() -> PatchSequence {
        guard channels == 1 else { return self }
        return PatchSequence(
            patchSize: patchSize, channels: 3, pixels: Picture.tripled(pixels), textPatchCount: textPatchCount,
            innerSeparators: innerSeparators, wordStarts: wordStarts, spans: spans,
            referenceMapping: referenceMapping, source: source)
    }

    /// Puts patches side by side. Traps when `pixels` are no whole number of patches. The inverse of
    /// ``patches(fromStrip:patchSize:channels:)``.
    public static func strip(fromPatches pixels: [UInt8], patchSize: Int, channels: Int) -> [UInt8] {
        rearranged(pixels, patchSize: patchSize, channels: channels, toStrip: true)
    }

    /// Cuts a strip of P rows into patches. Traps when `strip` is no whole number of patches.
    public static func patches(fromStrip strip: [UInt8], patchSize: Int, channels: Int) -> [UInt8] {
        rearranged(strip, patchSize: patchSize, channels: channels, toStrip: false)
    }

    private static func rearranged(_ bytes: [UInt8], patchSize: Int, channels: Int, toStrip: Bool) -> [UInt8] {
        let row = patchSize * channels
        let patch = row * patchSize
        precondition(bytes.count % patch == 0, "\(bytes.count) bytes are no whole number of \(patch) byte patches")
        let patchCount = bytes.count / patch
        var result = [UInt8](repeating: 0, count: bytes.count)
        for index in 0..<patchCount {
            for y in 0..<patchSize {
                let inPatches = index * patch + y * row
                let inStrip = (y * patchCount + index) * row
                let from = toStrip ? inPatches : inStrip
                let to = toStrip ? inStrip : inPatches
                for offset in 0..<row { result[to + offset] = bytes[from + offset] }
            }
        }
        return result
    }
}
