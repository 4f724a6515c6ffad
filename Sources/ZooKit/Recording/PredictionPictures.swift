import Patches
import Tensors

/// Draws what a run's model makes of a few held-out strips: rows of true patches, each above the row of patches that were
/// predicted from all true ones before. A patch that nothing stands before is gray.
struct PredictionPictures {
    /// Strips that are drawn at most.
    var strips = 3
    /// Patches of a strip that are drawn at most.
    var patches = 64
    /// Patches in a row.
    var columns = 32

    /// One picture a strip, from the first of `batches` that hold pictures. O(strips * patches) rows through the model. Throws
    /// `TensorError`.
    func pictures(
        _ model: LanguageModel, _ batches: [ModelInput], endsAreSeen: Bool, _ workspace: Workspace
    ) throws(TensorError) -> [Picture] {
        let config = model.base.config
        let bytes = config.patchSize * config.patchSize * config.channels
        var pixels: [[UInt8]] = []
        var segments: [[Int32]] = []
        batches: for batch in batches {
            guard let patches = batch.patches else { continue }
            for b in 0..<patches.sequences {
                guard pixels.count < strips else { break batches }
                let first = b * patches.length
                let counted = (0..<min(patches.length, self.patches)).prefix { patches.isCounted[first + $0] }.count
                guard counted > 1 else { continue }
                let rows = try patches.pixels.rows(first..<first + counted)
                pixels.append(try workspace.values(rows).map { UInt8($0) })
                segments.append(
                    batch.segments.map { Array($0[first..<first + counted]) } ?? [Int32](repeating: 0, count: counted))
            }
        }
        guard !pixels.isEmpty else { return [] }
        let input = try ModelInput.images(
            pixels, seen: pixels.map { $0.count / bytes }, patchBytes: bytes, segments: segments,
            endsAreSeen: endsAreSeen, workspace: workspace)
        let length = input.patches?.length ?? 0
        var drawn = pixels.map { [UInt8](repeating: 160, count: $0.count) }
        for prediction in try model.patchPredictions(input, in: workspace) {
            let (strip, place) = (prediction.target / length, prediction.target % length)
            let range = place * bytes..<(place + 1) * bytes
            let level = config.patchHead.pixels(prediction.numbers, truth: Array(pixels[strip][range]))
            drawn[strip].replaceSubrange(range, with: level)
        }
        return zip(pixels, drawn).map { rows(truth: $0, predicted: $1, config) }
    }

    private func rows(truth: [UInt8], predicted: [UInt8], _ config: DecoderConfig) -> Picture {
        let bytes = config.patchSize * config.patchSize * config.channels
        func strip(_ pixels: ArraySlice<UInt8>) -> Picture {
            let count = pixels.count / bytes
            var strip = [UInt8](repeating: 255, count: pixels.count)
            let line = config.patchSize * config.channels
            for (offset, value) in pixels.enumerated() {
                let (patch, inside) = (offset / bytes, offset % bytes)
                strip[(inside / line * count + patch) * line + inside % line] = value
            }
            return Picture(
                width: count * config.patchSize, height: config.patchSize, channels: config.channels, pixels: strip)
        }
        var pairs: [Picture] = []
        for start in stride(from: 0, to: truth.count, by: columns * bytes) {
            let range = start..<min(start + columns * bytes, truth.count)
            pairs.append(.stacked([strip(truth[range]), strip(predicted[range])], gap: 1))
        }
        return .stacked(pairs, gap: config.patchSize / 2)
    }
}
