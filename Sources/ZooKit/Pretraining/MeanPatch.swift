import Patches

/// The mean image of the patches that a training reads: the origin of centred input. Source: ours.
struct MeanPatch {
    /// Patches that are read at most.
    static let patches = 16_384
    private let size: Int
    private let channels: Int

    /// Of a model of this shape.
    init(_ config: DecoderConfig) {
        size = config.patchSize * config.patchSize * config.channels
        channels = config.channels
    }

    /// The mean over the first patches of the training's part of `data`, black end patches left out, in units of
    /// ``DecoderConfig/meanUnit``: one channel where all have the same. The same at every call, on every rank. O(patches).
    ///
    /// Throws what the data throw, and `noExamples` where they hold no patch.
    func numbers(
        of data: PretrainingData, _ kind: ExampleKind, _ options: ExampleOptions, _ settings: PretrainSettings
    ) throws -> [Int] {
        let reader = try data.open(
            kind, options, split: DataSplit(heldOut: settings.heldOut, part: .training), stream: (0, 1),
            order: DocumentOrder(block: settings.shuffle, key: PretrainingLoader.documentKey), workers: 1, at: nil)
        var sums = [Int](repeating: 0, count: size)
        var count = 0
        while count < Self.patches, let example = try reader.next() {
            let seen = min(example.patches - 1, Self.patches - count)
            guard seen > 0 else { continue }
            add(example.pixels, seen, to: &sums)
            count += seen
        }
        guard count > 0 else {
            throw PretrainingError.noExamples(what: "the mean image of the data, which hold no patch")
        }
        let means = sums.map { ($0 * DecoderConfig.meanUnit + 255 * count / 2) / (255 * count) }
        let isGray = means.indices.allSatisfy { means[$0] == means[$0 - $0 % channels] }
        return isGray ? stride(from: 0, to: size, by: channels).map { means[$0] } : means
    }

    private func add(_ pixels: [UInt8], _ patches: Int, to sums: inout [Int]) {
        let (bytes, count) = (pixels.span, size)
        var totals = sums.mutableSpan
        for patch in 0..<patches {
            for place in 0..<count { totals[place] += Int(bytes[patch * count + place]) }
        }
    }
}
