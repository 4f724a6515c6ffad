internal import CKernels

extension CPUKernels {
    /// y[R,C] = softmax of each row of scale * x.
    public func softmax(_ x: Operand, to y: Operand, rows: Int, columns: Int, scale: Double) {
        let (from, to) = unsafe (x.view(rows, columns), y.view(rows, columns))
        parallel(rows: rows, columns: columns) { area in unsafe lpn_softmax(from, to, scale, area) }
    }

    /// dx[R,C] (+)= scale * y (dy - sum(y dy)).
    public func softmaxBackward(
        _ y: Operand, gradient dy: Operand, to dx: Operand, rows: Int, columns: Int, scale: Double, accumulate: Bool
    ) {
        let (p, d, to) = unsafe (y.view(rows, columns), dy.view(rows, columns), dx.view(rows, columns))
        parallel(rows: rows, columns: columns) { area in
            unsafe lpn_softmax_backward(p, d, to, scale, area, accumulate)
        }
    }

    /// logSums[R] and logp[R] of logits / temperature.
    public func logProbabilities(
        _ logits: Operand, targets: Operand, temperature: Double, rows: Int, vocabulary: Int, to logp: Operand,
        logSums: Operand
    ) {
        let index = unsafe targets.indices(rows)
        unsafe checkIndices(index, rows, from: Int.min, below: vocabulary, "logProbabilities")
        let (from, to, sums) = unsafe (logits.view(rows, vocabulary), logp.view(rows), logSums.view(rows))
        parallel(rows: rows, columns: vocabulary) { area in
            unsafe lpn_log_probabilities(from, index, temperature, to, sums, area)
        }
    }

    /// d[R,V] = gradient[r] (1[target] - exp(z - logSum)) / temperature.
    public func logProbabilitiesBackward(
        _ logits: Operand, targets: Operand, logSums: Operand, gradient: Operand, temperature: Double, rows: Int,
        vocabulary: Int, to d: Operand
    ) {
        let index = unsafe targets.indices(rows)
        unsafe checkIndices(index, rows, from: Int.min, below: vocabulary, "logProbabilitiesBackward")
        let (from, to) = unsafe (logits.view(rows, vocabulary), d.view(rows, vocabulary))
        let (sums, factors) = unsafe (logSums.view(rows), gradient.view(rows))
        parallel(rows: rows, columns: vocabulary) { area in
            unsafe lpn_log_probabilities_backward(from, index, sums, factors, temperature, to, area)
        }
    }

    /// entropy[R] of softmax(logits / temperature) and ranks[R] of the targets.
    public func distributionStatistics(
        _ logits: Operand, targets: Operand, logSums: Operand, temperature: Double, rows: Int, vocabulary: Int,
        entropy: Operand, ranks: Operand
    ) {
        let (index, places) = unsafe (targets.indices(rows), ranks.indices(rows))
        unsafe checkIndices(index, rows, from: Int.min, below: vocabulary, "distributionStatistics")
        let (from, sums, to) = unsafe (logits.view(rows, vocabulary), logSums.view(rows), entropy.view(rows))
        parallel(rows: rows, columns: vocabulary) { area in
            unsafe lpn_distribution_statistics(from, index, sums, temperature, to, places, area)
        }
    }
}
