import Layers
public import Tensors

/// What a model thinks of the patches of a picture.
public struct PatchScore: Sendable, Equatable {
    /// For each patch how far the prediction is from it (section 3.4 of the specification, by the model's kind of patch head); nil
    /// for those that nothing stands before.
    public let losses: [Double?]

    /// The mean over the patches that were predicted; NaN where there is none.
    public var mean: Double {
        let known = losses.compactMap { $0 }
        return known.reduce(0, +) / Double(known.count)
    }
}

/// Computes how well a model predicts the patches of pictures, without gradients.
public final class PatchScorer {
    /// The model; it may go on being trained between calls.
    public let model: LanguageModel
    /// Where tensors live.
    public let workspace: Workspace
    /// How long pictures are cut. Positions begin at 0 in each window.
    public let windows: ScoreWindows

    /// A scorer on `model`. Throws: `GenerationError.noHead`, and `TensorError.value` for windows longer than the model's positions.
    public init(_ model: LanguageModel, windows: ScoreWindows, in workspace: Workspace) throws {
        guard model.patchHead != nil, model.base.patches != nil else { throw GenerationError.noHead("patch") }
        try windows.check(model)
        self.model = model
        self.windows = windows
        self.workspace = workspace
    }

    /// The score of a picture, pixels [N, P*P*channels] as shards hold them. Throws: `TensorError.shape` for a part of a patch,
    /// `TensorError.nonFinite` where the model gives no numbers. O(patches * window / stride) rows through the model.
    public func score(_ pixels: [UInt8]) throws(TensorError) -> PatchScore {
        let config = model.base.config
        let bytes = config.patchSize * config.patchSize * config.channels
        guard pixels.count % bytes == 0 else {
            throw .shape(operation: "score", expected: "patches of \(bytes) bytes", got: "\(pixels.count) bytes")
        }
        var losses = [Double?](repeating: nil, count: pixels.count / bytes)
        for window in windows.over(losses.count) where !window.targets.isEmpty {
            let part = Array(pixels[window.places.lowerBound * bytes..<window.places.upperBound * bytes])
            for (place, loss) in zip(window.targets, try self.losses(of: part, window)) { losses[place] = loss }
        }
        return PatchScore(losses: losses)
    }

    private func losses(of pixels: [UInt8], _ window: ScoreWindows.Window) throws(TensorError) -> [Double] {
        let config = model.base.config
        let input = try ModelInput.images(
            [pixels], seen: [window.places.count], patchBytes: pixels.count / window.places.count, workspace: workspace)
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let hidden = try model.hidden(input, context)
        guard let head = model.patchHead, let patches = input.patches else { return [] }
        let begin = window.places.lowerBound
        let rows = try context.tape.gatherRows(
            hidden, indices: workspace.indices(window.targets.map { Int32($0 - begin - 1) }))
        let errors = try context.tape.patchErrors(
            config.patchHead.error, head(rows, model.scoped(context)), targets: patches.pixels,
            indices: workspace.indices(window.targets.map { Int32($0 - begin) }))
        let values = try workspace.values(errors)
        if let place = values.firstIndex(where: { !$0.isFinite }) {
            let count = values.count { !$0.isFinite }
            throw .nonFinite(tensor: "patch errors", step: window.targets.lowerBound + place, count: count)
        }
        return values
    }
}
