public import Layers
public import Tensors

extension LanguageModel {
    /// The error of predicted next patches: the sum over every patch of a picture but its first of the mean over its pixels
    /// (section 3.4). `countsEnd` false leaves out each picture's last patch, the black one.
    public func nextPatchLoss(
        _ hidden: Tensor, _ input: ModelInput, coefficient: Double = 1, countsEnd: Bool = true,
        _ context: ForwardContext
    ) throws(TensorError) -> LossTerm {
        guard let patches = input.patches, let patchHead else {
            throw .value(
                operation: "next-patch loss", what: "the batch holds no patches, or the model has no head for them")
        }
        let (places, targets) = input.nextPatches(countsEnd: countsEnd)
        let tape = context.tape
        let (rows, indices) = try LossRows.pick(hidden, places, targets, none: -1, context)
        let prediction = try patchHead(rows, scoped(context))
        let errors = try tape.patchErrors(
            base.config.patchHead.error, prediction, targets: patches.pixels,
            indices: tape.workspace.indices(indices))
        let sum = try tape.weightedSum(errors, weights: nil, scale: 1)
        return LossTerm("next_patch", sum: sum, weight: Double(places.count), coefficient: coefficient)
    }
}

extension ModelInput {
    /// The patches that are predicted: for each the row of the stream that predicts it and its place among the [B*L] patches.
    /// O(B L).
    func nextPatches(countsEnd: Bool) -> (places: [Int32], targets: [Int32]) {
        guard let patches else { return ([], []) }
        var places: [Int32] = []
        var targets: [Int32] = []
        for b in 0..<patches.sequences {
            for i in 0..<max(patches.length - 1, 0) {
                let at = b * patches.length + i
                guard patches.isCounted[at + 1] else { continue }
                if let segments, segments[at] != segments[at + 1] { continue }
                let isLast =
                    i + 2 == patches.length || !patches.isCounted[at + 2]
                    || segments.map { $0[at + 1] != $0[at + 2] } ?? false
                if isLast && !countsEnd { continue }
                places.append(row(ofPatch: i, b))
                targets.append(Int32(at + 1))
            }
        }
        return (places, targets)
    }
}

extension DecoderConfig.PatchHead {
    /// How its predictions are compared with pixels.
    var error: PatchLoss {
        switch self {
        case .regressionNorm: .normalised
        case .regressionRaw: .raw
        case .bernoulli: .bernoulli
        }
    }
}
