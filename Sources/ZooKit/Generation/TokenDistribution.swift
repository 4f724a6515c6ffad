import Foundation
public import Tensors

/// What a next token is drawn from: weights of some tokens, all others have none.
public struct TokenDistribution {
    /// The tokens; nil for all of the vocabulary, in order.
    public let ids: [Int32]?
    /// The weight of each, 0 or more.
    public let weights: [Double]

    /// Each token with its probability.
    public var probabilities: [(id: Int32, probability: Double)] {
        let total = weights.reduce(0, +)
        return weights.enumerated().map { (ids?[$0] ?? Int32($0), $1 / total) }
    }

    /// The token at `share` (0 ..< 1) of the weights laid end to end.
    func token(at share: Double) -> Int32 {
        let wanted = share * weights.reduce(0, +)
        var sum = 0.0
        var last = 0
        for (place, weight) in weights.enumerated() where weight > 0 {
            sum += weight
            last = place
            if sum > wanted { break }
        }
        return ids?[last] ?? Int32(last)
    }

    /// What `options` leave of the model's prediction. `logits` [1, V] of the stream type stay as they are; `distinct` are the
    /// tokens that prompt and text have, each once; `banned` are not drawn (ends, before the least length). Of equal logits at the
    /// edge of the top k the smaller ids stay. Throws: `nonFinite` where logits are no numbers. O(V).
    public static func of(
        _ logits: Tensor, _ options: SamplingOptions, distinct: [Int32] = [], banned: [Int32] = [], step: Int = 0,
        in workspace: Workspace
    ) throws(TensorError) -> TokenDistribution {
        let row = try adjusted(logits, penalty: options.repetitionPenalty, distinct, banned, workspace)
        let vocabulary = row.columns
        let tape = Tape(workspace, mode: .inference)
        let temperature = options.isGreedy ? 1 : options.temperature
        var count = options.topK == 0 ? vocabulary : min(options.topK, vocabulary)
        if options.isGreedy { count = 1 }
        var found: TokenDistribution
        if count < vocabulary {
            let best = try tape.topK(row, count: count)
            let values = try workspace.values(best.values)
            let most = values[0]
            found = TokenDistribution(
                ids: try workspace.values(best.indices).map { Int32($0) },
                weights: values.map { exp(($0 - most) / temperature) })
        } else {
            let shares = try tape.softmax(row, scale: 1 / temperature)
            found = TokenDistribution(ids: nil, weights: try workspace.values(shares))
        }
        let total = found.weights.reduce(0, +)
        guard total.isFinite, total > 0 else { throw .nonFinite(tensor: "logits", step: step, count: vocabulary) }
        if options.topP < 1 { found = found.likeliest(options.topP, of: total) }
        if options.minP > 0 { found = found.atLeast(options.minP) }
        return found
    }

    /// The likeliest tokens that have `share` of the weights together, likeliest first.
    private func likeliest(_ share: Double, of total: Double) -> TokenDistribution {
        // Tokens this rare do not have the rest of the weights together.
        let rare = (1 - share) * total / Double(weights.count)
        var order = weights.indices.filter { weights[$0] >= rare }
        order.sort { (weights[$0], $1) > (weights[$1], $0) }
        var before = 0.0
        var kept = 0
        while kept < order.count, kept == 0 || before < share * total {
            before += weights[order[kept]]
            kept += 1
        }
        return picking(order[..<kept])
    }

    /// Tokens of at least `share` of the largest weight.
    private func atLeast(_ share: Double) -> TokenDistribution {
        let least = share * (weights.max() ?? 0)
        return picking(weights.indices.filter { weights[$0] >= least }[...])
    }

    private func picking(_ places: ArraySlice<Int>) -> TokenDistribution {
        TokenDistribution(ids: places.map { ids?[$0] ?? Int32($0) }, weights: places.map { weights[$0] })
    }

    /// Logits with the penalty of tokens that stand there already, and without banned ones; `logits` itself where neither is.
    private static func adjusted(
        _ logits: Tensor, penalty: Double, _ distinct: [Int32], _ banned: [Int32], _ workspace: Workspace
    ) throws(TensorError) -> Tensor {
        let kernels = workspace.kernels
        let penalised = penalty == 1 ? [] : distinct
        guard !penalised.isEmpty || !banned.isEmpty else { return logits }
        let row = try workspace.empty(logits.shape, logits.type)
        kernels.copy(logits.operand, to: row.operand, rows: 1, columns: row.columns, scale: 1, accumulate: false)
        func add(_ values: [Double], to indices: Tensor) throws(TensorError) {
            let values = try workspace.numbers(values, [1, values.count])
            kernels.scatterAddElements(
                values.operand, indices: indices.operand, into: row.operand, rows: 1, count: values.columns)
        }
        if !penalised.isEmpty {
            let indices = try workspace.indices(penalised, [1, penalised.count])
            let old = try workspace.values(Tape(workspace, mode: .inference).gatherElements(row, indices: indices))
            // First to 0, so that the sum is the new number to the bit.
            try add(old.map { -$0 }, to: indices)
            try add(old.map { $0 < 0 ? $0 * penalty : $0 / penalty }, to: indices)
        }
        if !banned.isEmpty {
            let all = Set(banned).filter { 0..<row.columns ~= Int($0) }.sorted()
            try add(
                [Double](repeating: -.infinity, count: all.count), to: workspace.indices(all, [1, all.count]))
        }
        return row
    }
}
