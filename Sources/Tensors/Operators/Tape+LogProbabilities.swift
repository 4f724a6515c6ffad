/// What `Tape.logProbabilities` gives.
public struct LogProbabilities {
    /// [...]: the logarithm of each target's probability; 0 where there is no target.
    public let values: Tensor
    /// [...]: the logarithm of each row's sum of exponentials; without gradient.
    public let logSums: Tensor
    /// [...]: each row's entropy in nats; nil where no statistics were wanted; without gradient.
    public let entropy: Tensor?
    /// [...] int32: how many tokens are likelier than the target; nil where no statistics were wanted.
    public let ranks: Tensor?
}

extension Tape {
    /// Logarithms of the probabilities that softmax(hidden weight' / temperature) gives to targets. Shapes: hidden [..., D] and
    /// weight [V, D] of the products' type, targets int32, one a row, negative for none; gives numbers [...] of the stream type.
    ///
    /// Rows are taken in chunks of about `chunk` logits, which live no longer than their chunk and are computed again on the way
    /// back; where one chunk holds all rows, its logits are kept instead. The way back needs as many bytes again for their
    /// gradient in the products' type where that is not the stream's.
    public func logProbabilities(
        _ hidden: Tensor, weight: Tensor, targets: Tensor, temperature: Double = 1, wantsStatistics: Bool = false,
        chunk: Int = 16 << 20
    ) throws(TensorError) -> LogProbabilities {
        let name = "logProbabilities"
        try checkLinear(name, hidden, weight, nil, nil)
        try check(name, indices: targets, hidden.rows, "targets")
        try check(name, temperature > 0, "a temperature of \(temperature) is not above 0")
        let shape = Array(hidden.shape.dropLast())
        let values = try result(shape, precision.stream, of: [hidden, weight])
        let logSums = try workspace.empty(shape, precision.stream)
        let entropy = wantsStatistics ? try workspace.empty(shape, precision.stream) : nil
        let ranks = wantsStatistics ? try workspace.empty(shape, .int32) : nil
        let head = LogHead(
            rows: hidden.rows, vocabulary: weight.rows, width: hidden.columns, temperature: temperature, chunk: chunk)

        let logits = try workspace.empty([head.chunkRows, weight.rows], precision.stream)
        for rows in head.chunks {
            let (first, count) = (rows.lowerBound, rows.count)
            head.logits(of: rows, hidden, weight, into: logits, kernels)
            kernels.logProbabilities(
                logits.operand, targets: targets.operand.advanced(by: first), temperature: temperature, rows: count,
                vocabulary: weight.rows, to: values.operand.advanced(by: first),
                logSums: logSums.operand.advanced(by: first))
            guard let entropy, let ranks else { continue }
            kernels.distributionStatistics(
                logits.operand, targets: targets.operand.advanced(by: first),
                logSums: logSums.operand.advanced(by: first), temperature: temperature, rows: count,
                vocabulary: weight.rows, entropy: entropy.operand.advanced(by: first),
                ranks: ranks.operand.advanced(by: first))
        }

        let kept = head.chunks.count == 1 ? logits : nil
        let keptHidden = kept == nil || weight.needsGradient ? hidden : nil
        let keptWeight = kept == nil || hidden.needsGradient ? weight : nil
        let (hiddenSlot, weightSlot, type) = (hidden.slot, weight.slot, hidden.type)
        record(name, [values]) { pass throws(TensorError) in
            let saved = LogHead.Saved(
                logits: kept, hidden: keptHidden, weight: keptWeight, targets: targets, logSums: logSums, type: type)
            try head.back(pass, saved, hiddenSlot, weightSlot)
        }
        return LogProbabilities(values: values, logSums: logSums, entropy: entropy, ranks: ranks)
    }
}

/// Sizes of `logProbabilities` and its way back.
private struct LogHead {
    /// What is kept for the way back; logits where all rows are one chunk.
    struct Saved {
        let logits, hidden, weight: Tensor?
        let targets, logSums: Tensor
        let type: ElementType
    }

    let vocabulary: Int
    let width: Int
    let temperature: Double
    let chunkRows: Int
    let chunks: [Range<Int>]

    /// Cuts `rows` so that a chunk has at most `chunk` logits, or one row; a chunk of more than 16 rows has a multiple of 16.
    init(rows: Int, vocabulary: Int, width: Int, temperature: Double, chunk: Int) {
        self.vocabulary = vocabulary
        self.width = width
        self.temperature = temperature
        let fitting = max(1, chunk / max(1, vocabulary))
        let size = fitting >= rows ? max(1, rows) : fitting > 16 ? fitting / 16 * 16 : fitting
        chunkRows = size
        // Without rows there is one empty chunk: it gives the weight its gradient of zero.
        chunks = rows == 0 ? [0..<0] : stride(from: 0, to: rows, by: size).map { $0..<min(rows, $0 + size) }
    }

    /// Logits of `rows`, in the stream type.
    func logits(
        of rows: Range<Int>, _ hidden: Tensor, _ weight: Tensor, into logits: Tensor, _ kernels: any KernelSet
    ) {
        let part = Matrix(hidden.operand.advanced(rows: rows.lowerBound), rows: rows.count, columns: width)
        kernels.product(
            part, weight.matrix.transpose, bias: nil, into: logits.operand, scale: 1, accumulate: false)
    }

    /// Gradients of the hidden rows and of the weight, chunk by chunk.
    func back(
        _ pass: Tape.Pass, _ saved: Saved, _ hiddenSlot: GradientSlot?, _ weightSlot: GradientSlot?
    ) throws(TensorError) {
        let dy = pass.gradient
        let dHidden = try pass.accumulator(hiddenSlot)
        let dWeight = try pass.accumulator(weightSlot)
        let logits: Tensor
        if let kept = saved.logits {
            logits = kept
        } else {
            logits = try pass.workspace.empty([chunkRows, vocabulary], dy.type)
        }
        let d = saved.type == logits.type ? logits : try pass.workspace.empty(logits.shape, saved.type)
        for rows in chunks {
            let (first, count) = (rows.lowerBound, rows.count)
            if saved.logits == nil, let hidden = saved.hidden, let weight = saved.weight {
                self.logits(of: rows, hidden, weight, into: logits, pass.kernels)
            }
            pass.kernels.logProbabilitiesBackward(
                logits.operand, targets: saved.targets.operand.advanced(by: first),
                logSums: saved.logSums.operand.advanced(by: first), gradient: dy.operand.advanced(by: first),
                temperature: temperature, rows: count, vocabulary: vocabulary, to: d.operand)
            let gradient = Matrix(d.operand, rows: count, columns: vocabulary)
            if let dHidden, let weight = saved.weight {
                pass.kernels.product(
                    gradient, weight.matrix, bias: nil, into: dHidden.operand.advanced(rows: first), scale: 1,
                    accumulate: dHidden.accumulate)
            }
            if let dWeight, let hidden = saved.hidden {
                let part = Matrix(hidden.operand.advanced(rows: first), rows: count, columns: width)
                pass.kernels.product(
                    gradient.transpose, part, bias: nil, into: dWeight.operand, scale: 1,
                    accumulate: dWeight.accumulate || first > 0)
            }
        }
    }
}
