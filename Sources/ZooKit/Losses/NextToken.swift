public import Layers
public import Tensors

extension LanguageModel {
    /// Minus the log-probabilities of next tokens: the sum over every token that follows another of its segment, in one pass over
    /// rows of `hidden` [B*T, D]. The first text token after a picture is no target (section 3.4).
    public func nextTokenLoss(
        _ hidden: Tensor, _ input: ModelInput, coefficient: Double = 1, _ context: ForwardContext
    ) throws(TensorError) -> LossTerm {
        guard input.tokens != nil else {
            throw .value(operation: "next-token loss", what: "the batch holds no tokens")
        }
        let (places, targets) = input.nextTokens()
        let tape = context.tape
        let (rows, indices) = try LossRows.pick(hidden, places, targets, none: -1, context)
        let logp = try tokenLogProbabilities(rows, targets: tape.workspace.indices(indices), context)
        let sum = try tape.weightedSum(logp, weights: nil, scale: -1)
        return LossTerm("next_token", sum: sum, weight: Double(places.count), coefficient: coefficient)
    }

    /// Log-probabilities [R] of `targets` [R] int32 (negative: 0) after the rows of `hidden` [R, D].
    public func tokenLogProbabilities(
        _ hidden: Tensor, targets: Tensor, temperature: Double = 1, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        guard let weight = tokenHeadWeight else {
            let logits = try context.tape.cast(tokenLogits(hidden, context), to: context.tape.precision.stream)
            return try context.tape.logProbabilities(ofLogits: logits, targets: targets, temperature: temperature)
        }
        return try context.tape.logProbabilities(
            hidden, weight: context.tape.leaf(weight), targets: targets, temperature: temperature
        ).values
    }
}

extension ModelInput {
    /// The tokens that are predicted: for each the row of the stream that predicts it and its id. O(B S).
    func nextTokens() -> (places: [Int32], targets: [Int32]) {
        guard let tokens else { return ([], []) }
        var places: [Int32] = []
        var targets: [Int32] = []
        for b in 0..<tokens.sequences {
            for i in 0..<max(tokens.length - 1, 0) {
                let at = b * tokens.length + i
                guard !tokens.isPadding[at], !tokens.isPadding[at + 1] else { continue }
                if let segments, segments[at] != segments[at + 1] { continue }
                places.append(row(ofToken: i, b))
                targets.append(tokens.hostIDs[at + 1])
            }
        }
        return (places, targets)
    }
}

extension LanguageModel {
    /// As `tokenLogProbabilities`, with the entropy of each row and the rank of its target; without gradient.
    func tokenDistributions(
        _ hidden: Tensor, targets: Tensor, _ context: ForwardContext
    ) throws(TensorError) -> LogProbabilities {
        guard let weight = tokenHeadWeight else {
            let logits = try context.tape.cast(tokenLogits(hidden, context), to: context.tape.precision.stream)
            return try context.tape.distributions(ofLogits: logits, targets: targets)
        }
        return try context.tape.logProbabilities(
            hidden, weight: context.tape.leaf(weight), targets: targets, wantsStatistics: true)
    }
}

/// Chooses between computing a head on all rows, most of which count, and on those that count alone.
enum LossRows {
    /// Rows of `hidden` and for each its entry of `entries`; `none` for rows that count nothing.
    static func pick(
        _ hidden: Tensor, _ places: [Int32], _ entries: [Int32], none: Int32, _ context: ForwardContext
    ) throws(TensorError) -> (rows: Tensor, entries: [Int32]) {
        if places.count * 10 >= hidden.rows * 9 {
            var all = [Int32](repeating: none, count: hidden.rows)
            for (place, entry) in zip(places, entries) { all[Int(place)] = entry }
            return (hidden, all)
        }
        let indices = try context.tape.workspace.indices(places)
        return (try context.tape.gatherRows(hidden, indices: indices), entries)
    }
}
