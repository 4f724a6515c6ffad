extension Tape {
    /// Sequence after sequence: for each of B, L rows of x, then S rows of y. Shapes: x [B, L, D] and y [B, S, D] of one type;
    /// gives [B, L+S, D]. `places` takes parts out again; without a copy, columns of the result seen as [B, (L+S) D].
    public func concatenateSequences(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
        let name = "concatenateSequences"
        try check(
            x.shape.count == 3 && y.shape.count == 3 && x.shape[0] == y.shape[0] && x.columns == y.columns, name,
            "[B, L, D] and [B, S, D]", "\(x.shape) and \(y.shape)")
        try checkNumbers(name, "x", x)
        try check(name, "y", y, of: x.type)
        let (first, second) = (x.shape[1], y.shape[1])
        let joined = try result([x.shape[0], first + second, x.columns], x.type, of: [x, y])
        let (head, tail) = (0..<first, first..<first + second)
        Places(joined, head).copy(Places(x, 0..<first), kernels, accumulate: false)
        Places(joined, tail).copy(Places(y, 0..<second), kernels, accumulate: false)
        let slots = [(x.slot, head), (y.slot, tail)]
        record(name, [joined]) { pass throws(TensorError) in
            let gradient = pass.gradient
            for (slot, range) in slots {
                guard let (target, accumulate) = try pass.accumulator(slot) else { continue }
                Places(target, of: gradient.shape[0], range.count, 0..<range.count, columns: gradient.columns)
                    .copy(Places(gradient, range), pass.kernels, accumulate: accumulate)
            }
        }
        return joined
    }

    /// Rows `range` of each sequence. Shapes: x [B, T, D]; gives [B, range, D] of x's type.
    public func places(_ x: Tensor, _ range: Range<Int>) throws(TensorError) -> Tensor {
        try check(
            x.shape.count == 3 && range.lowerBound >= 0 && range.upperBound <= x.shape[1], "places",
            "[B, T, D] with places \(range)", "\(x.shape)")
        try checkNumbers("places", "x", x)
        let y = try result([x.shape[0], range.count, x.columns], x.type, of: [x])
        Places(y, 0..<range.count).copy(Places(x, range), kernels, accumulate: false)
        let (slot, shape) = (x.slot, x.shape)
        record("places", [y]) { pass throws(TensorError) in
            guard let target = try pass.summand(slot, rows: shape[0] * shape[1], columns: shape[2]) else { return }
            Places(target, of: shape[0], shape[1], range, columns: shape[2])
                .copy(Places(pass.gradient, 0..<range.count), pass.kernels, accumulate: true)
        }
        return y
    }

    /// Matrices side by side. Shapes: each of `parts` [..., C_i] with as many rows, of one type; gives [..., sum of C_i].
    public func concatenateColumns(_ parts: [Tensor]) throws(TensorError) -> Tensor {
        let name = "concatenateColumns"
        guard let first = parts.first else { throw .value(operation: name, what: "nothing to join") }
        try checkNumbers(name, "the first part", first)
        for part in parts {
            try check(name, "each part", part, rows: first.rows, columns: part.columns)
            try check(name, "each part", part, of: first.type)
        }
        let width = parts.reduce(0) { $0 + $1.columns }
        let y = try result(first.shape.dropLast() + [width], first.type, of: parts)
        var begin = 0
        for part in parts {
            kernels.copy(
                part.operand, to: y.operand.advanced(by: begin), rows: part.rows, columns: part.columns, scale: 1,
                accumulate: false)
            begin += part.columns
        }
        let slots = parts.map { (slot: $0.slot, columns: $0.columns) }
        record(name, [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            var begin = 0
            for (slot, columns) in slots {
                if let (target, accumulate) = try pass.accumulator(slot) {
                    pass.kernels.copy(
                        dy.operand.advanced(by: begin), to: target, rows: dy.rows, columns: columns, scale: 1,
                        accumulate: accumulate)
                }
                begin += columns
            }
        }
        return y
    }
}

/// Some rows of each of a number of equally long sequences.
private struct Places {
    private let operand: Operand
    private let sequences: Int
    private let length: Int
    private let count: Int
    private let columns: Int

    /// Rows `range` of the sequences of `tensor`, [B, T, D].
    init(_ tensor: Tensor, _ range: Range<Int>) {
        self.init(tensor.operand, of: tensor.shape[0], tensor.shape[1], range, columns: tensor.columns)
    }

    /// Rows `range` of `sequences` sequences of `length` rows.
    init(_ operand: Operand, of sequences: Int, _ length: Int, _ range: Range<Int>, columns: Int) {
        self.operand = operand.advanced(rows: range.lowerBound)
        self.sequences = sequences
        self.length = length
        self.columns = columns
        count = range.count
    }

    /// Takes the numbers of `other`: in one go where rows lie close together, else sequence by sequence.
    func copy(_ other: Places, _ kernels: any KernelSet, accumulate: Bool) {
        if operand.stride == columns && other.operand.stride == columns {
            var (target, source) = (operand, other.operand)
            target.stride = length * columns
            source.stride = other.length * columns
            kernels.copy(
                source, to: target, rows: sequences, columns: count * columns, scale: 1, accumulate: accumulate)
            return
        }
        for sequence in 0..<sequences {
            kernels.copy(
                other.operand.advanced(rows: sequence * other.length),
                to: operand.advanced(rows: sequence * length), rows: count, columns: columns, scale: 1,
                accumulate: accumulate)
        }
    }
}
