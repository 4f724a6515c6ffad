public import Layers
public import Tensors

/// Next patch and next token, each with its coefficient, on pictures, texts or pairs of both (PixelGPT, section 3.4 of the
/// specification).
public struct Pretraining: Objective {
    /// The model, with the heads that its data need.
    public let model: LanguageModel
    /// The token loss weight.
    public var tokenCoefficient: Double
    /// The patch loss weight.
    public var patchCoefficient: Double
    /// True if the black patch at a picture's end is predicted (`eos_in_loss`).
    public var countsEnd: Bool

    /// Both losses at weight 1, as the paper has them.
    public init(
        _ model: LanguageModel, tokenCoefficient: Double = 1, patchCoefficient: Double = 1, countsEnd: Bool = true
    ) {
        self.model = model
        self.tokenCoefficient = tokenCoefficient
        self.patchCoefficient = patchCoefficient
        self.countsEnd = countsEnd
    }

    /// Tokens and patches.
    public var termNames: [String] { ["next_token", "next_patch"] }

    /// The model.
    public var root: (any Part)? { model }
    /// All rows, padding among them.
    public func rows(of batch: ModelInput) -> Rows? { batch.rows }

    /// "text", "image" or "pair".
    public func kind(of batch: ModelInput) -> String {
        switch (batch.tokens != nil, batch.patches != nil) {
        case (true, true): "pair"
        case (false, true): "image"
        default: "text"
        }
    }

    /// Predicted tokens and patches.
    public func weights(of batch: ModelInput) -> [String: Double] {
        var weights: [String: Double] = [:]
        if batch.tokens != nil { weights["next_token"] = Double(batch.nextTokens().places.count) }
        if batch.patches != nil {
            weights["next_patch"] = Double(batch.nextPatches(countsEnd: countsEnd).places.count)
        }
        return weights
    }

    /// One forward pass, and the loss of each kind that the micro-batch holds.
    public func terms(of batch: ModelInput, _ context: ForwardContext) throws(TensorError) -> [LossTerm] {
        let hidden = try model.hidden(batch, context)
        var terms: [LossTerm] = []
        if batch.tokens != nil {
            terms.append(try model.nextTokenLoss(hidden, batch, coefficient: tokenCoefficient, context))
        }
        if batch.patches != nil {
            terms.append(
                try model.nextPatchLoss(
                    hidden, batch, coefficient: patchCoefficient, countsEnd: countsEnd, context))
        }
        return terms
    }
}
