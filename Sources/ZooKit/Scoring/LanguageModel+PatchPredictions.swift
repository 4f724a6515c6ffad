import Foundation
import Layers
public import Tensors

/// What a model predicts where a patch stands.
public struct PatchPrediction: Sendable, Equatable {
    /// The place of the predicted patch among the [B*L] patches of the input.
    public let target: Int
    /// What the head gives, [P*P*channels]: normalised pixels, pixels, or logits of brightness.
    public let numbers: [Double]
}

extension LanguageModel {
    /// Predictions of every patch that the next-patch loss counts, each from the true patches before it, without gradients.
    public func patchPredictions(
        _ input: ModelInput, in workspace: Workspace
    ) throws(TensorError) -> [PatchPrediction] {
        guard let patchHead, input.patches != nil else {
            throw .value(
                operation: "patch predictions", what: "the batch holds no patches, or the model has no head for them")
        }
        let (places, targets) = input.nextPatches(countsEnd: true)
        guard !places.isEmpty else { return [] }
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let rows = try context.tape.gatherRows(hidden(input, context), indices: workspace.indices(places))
        let values = try workspace.values(streamOutput(of: patchHead, rows, context))
        let size = values.count / places.count
        return targets.enumerated().map { index, target in
            PatchPrediction(target: Int(target), numbers: Array(values[index * size..<(index + 1) * size]))
        }
    }
}

extension DecoderConfig.PatchHead {
    /// Predicted numbers as pixels. Normalised ones have no brightness of their own and take the mean and the deviation of the
    /// true patch (section 3.4), so only their pattern is the model's. Numbers that are not finite become a middle gray.
    func pixels(_ numbers: [Double], truth: [UInt8]) -> [UInt8] {
        var (mean, deviation) = (0.0, 1.0)
        if self == .regressionNorm, truth.count > 1 {
            mean = truth.reduce(0) { $0 + Double($1) } / Double(truth.count) / 255
            let squares = truth.reduce(0) { $0 + (Double($1) / 255 - mean) * (Double($1) / 255 - mean) }
            deviation = (squares / Double(truth.count - 1) + 1e-6).squareRoot()
        }
        return numbers.map { number in
            let level = self == .bernoulli ? 1 / (1 + exp(-number)) : number * deviation + mean
            return level.isNaN ? 128 : UInt8((min(1, max(0, level)) * 255).rounded())
        }
    }
}
