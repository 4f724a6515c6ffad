extension Tape {
    /// Logarithms of the probabilities that softmax(logits / temperature) gives to targets, from logits that are there. Shapes:
    /// logits [..., V] of the stream type, targets int32, one a row, negative for none (which gives 0); gives [...]. The logits
    /// are kept for the way back; `logProbabilities(_:weight:targets:)` needs not hold them all.
    public func logProbabilities(
        ofLogits logits: Tensor, targets: Tensor, temperature: Double = 1
    ) throws(TensorError) -> Tensor {
        let name = "logProbabilities"
        try check(name, "logits", logits, of: precision.stream)
        try check(name, indices: targets, logits.rows, "targets")
        try check(name, temperature > 0, "a temperature of \(temperature) is not above 0")
        let shape = Array(logits.shape.dropLast())
        let values = try result(shape, precision.stream, of: [logits])
        let logSums = try workspace.empty(shape, precision.stream)
        let (rows, vocabulary) = (logits.rows, logits.columns)
        kernels.logProbabilities(
            logits.operand, targets: targets.operand, temperature: temperature, rows: rows, vocabulary: vocabulary,
            to: values.operand, logSums: logSums.operand)
        let slot = logits.slot
        record(name, [values]) { pass throws(TensorError) in
            let gradient = try pass.workspace.empty(logits.shape, logits.type)
            pass.kernels.logProbabilitiesBackward(
                logits.operand, targets: targets.operand, logSums: logSums.operand,
                gradient: pass.gradient.operand, temperature: temperature, rows: rows, vocabulary: vocabulary,
                to: gradient.operand)
            try pass.give(gradient, to: slot)
        }
        return values
    }

    /// As `logProbabilities(ofLogits:targets:)`, with the entropy of each row and the rank of its target, all without gradient.
    public func distributions(ofLogits logits: Tensor, targets: Tensor) throws(TensorError) -> LogProbabilities {
        let name = "distributions"
        try check(name, "logits", logits, of: precision.stream)
        try check(name, indices: targets, logits.rows, "targets")
        let shape = Array(logits.shape.dropLast())
        let values = try workspace.empty(shape, precision.stream)
        let logSums = try workspace.empty(shape, precision.stream)
        let entropy = try workspace.empty(shape, precision.stream)
        let ranks = try workspace.empty(shape, .int32)
        let (rows, vocabulary) = (logits.rows, logits.columns)
        kernels.logProbabilities(
            logits.operand, targets: targets.operand, temperature: 1, rows: rows, vocabulary: vocabulary,
            to: values.operand, logSums: logSums.operand)
        kernels.distributionStatistics(
            logits.operand, targets: targets.operand, logSums: logSums.operand, temperature: 1, rows: rows,
            vocabulary: vocabulary, entropy: entropy.operand, ranks: ranks.operand)
        return LogProbabilities(values: values, logSums: logSums, entropy: entropy, ranks: ranks)
    }
}
