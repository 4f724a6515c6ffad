extension Tape {
    /// scale * op(a) op(b), where op transposes if told to. Shapes: a [M, K] ([K, M] transposed) and b [K, N] ([N, K]
    /// transposed) of one type, leading dimensions count rows; gives [M, N] of `type`, that of a (nil) or the stream's.
    public func matmul(
        _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false, scale: Double = 1,
        to type: ElementType? = nil
    ) throws(TensorError) -> Tensor {
        let left = Matrix(a.operand, rows: a.rows, columns: a.columns, transposed: transposeA)
        let right = Matrix(b.operand, rows: b.rows, columns: b.columns, transposed: transposeB)
        try checkFactors("matmul", a, left, b, right, type)
        let y = try result([left.height, right.width], type ?? a.type, of: [a, b])
        kernels.product(left, right, bias: nil, into: y.operand, scale: scale, accumulate: false)

        // An operand is kept for the gradient of the other one alone.
        let (keptA, keptB) = (b.needsGradient ? a : nil, a.needsGradient ? b : nil)
        let (aSlot, bSlot, kind) = (a.slot, b.slot, a.type)
        record("matmul", [y]) { pass throws(TensorError) in
            let dy = try pass.cast(pass.gradient, to: kind).matrix
            if let keptB {
                let other = Matrix(keptB.operand, rows: keptB.rows, columns: keptB.columns, transposed: transposeB)
                let (first, second) = transposeA ? (other, dy.transpose) : (dy, other.transpose)
                try pass.product(first, second, scale: scale, to: aSlot)
            }
            if let keptA {
                let other = Matrix(keptA.operand, rows: keptA.rows, columns: keptA.columns, transposed: transposeA)
                let (first, second) = transposeB ? (dy.transpose, other) : (other.transpose, dy)
                try pass.product(first, second, scale: scale, to: bSlot)
            }
        }
        return y
    }

    /// G products at once: scale * op(a_g) op(b_g). Shapes: a [G, M, K] ([G, K, M] transposed), b [G, K, N] ([G, N, K]
    /// transposed) of one type; gives [G, M, N] of `type`, that of a (nil) or the stream's.
    public func batchedMatmul(
        _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false, scale: Double = 1,
        to type: ElementType? = nil
    ) throws(TensorError) -> Tensor {
        try check(
            a.shape.count == 3 && b.shape.count == 3 && a.shape[0] == b.shape[0], "batchedMatmul",
            "as many matrices on both sides, [G, M, K] and [G, K, N]", "\(a.shape) and \(b.shape)")
        let left = Stack(a, transposed: transposeA)
        let right = Stack(b, transposed: transposeB)
        try checkFactors("batchedMatmul", a, left.matrix, b, right.matrix, type)
        let y = try result([a.shape[0], left.matrix.height, right.matrix.width], type ?? a.type, of: [a, b])
        let out = Stack(y, transposed: false)
        kernels.productBatch(
            count: a.shape[0], left.matrix, aStep: left.step, right.matrix, bStep: right.step, into: y.operand,
            cStep: out.step, scale: scale, accumulate: false)

        let (keptA, keptB) = (b.needsGradient ? a : nil, a.needsGradient ? b : nil)
        let (aSlot, bSlot, kind) = (a.slot, b.slot, a.type)
        let (aRows, bRows) = (a.shape[1], b.shape[1])
        record("batchedMatmul", [y]) { pass throws(TensorError) in
            let gradient = try pass.cast(pass.gradient, to: kind)
            let dy = Stack(gradient, transposed: false)
            if let keptB {
                let other = Stack(keptB, transposed: transposeB)
                let (first, second) = transposeA ? (other, dy.transpose) : (dy, other.transpose)
                try pass.products(first, second, count: gradient.shape[0], rows: aRows, scale: scale, to: aSlot)
            }
            if let keptA {
                let other = Stack(keptA, transposed: transposeA)
                let (first, second) = transposeB ? (dy.transpose, other) : (other.transpose, dy)
                try pass.products(first, second, count: gradient.shape[0], rows: bRows, scale: scale, to: bSlot)
            }
        }
        return y
    }

    private func checkFactors(
        _ name: String, _ a: Tensor, _ left: Matrix, _ b: Tensor, _ right: Matrix, _ type: ElementType?
    ) throws(TensorError) {
        try check(
            left.width == right.height, name, "\(left.width) rows on the right of \(a.shape)", "\(b.shape)")
        try checkNumbers(name, "a", a)
        try check(name, "b", b, of: a.type)
        if let type, type != a.type, type != precision.stream {
            throw .type(operation: name, expected: "a result of \(a.type.rawValue) or of the stream's", got: type)
        }
    }
}

/// The matrices of a tensor [G, M, K], equally far apart.
private struct Stack {
    let matrix: Matrix
    let step: Int

    init(_ tensor: Tensor, transposed: Bool) {
        matrix = Matrix(
            tensor.operand, rows: tensor.shape[1], columns: tensor.shape[2], transposed: transposed)
        step = tensor.shape[1] * tensor.operand.stride
    }

    private init(matrix: Matrix, step: Int) {
        self.matrix = matrix
        self.step = step
    }

    var transpose: Stack { Stack(matrix: matrix.transpose, step: step) }
}

extension Tape.Pass {
    /// The gradient of `input`, matrices of `rows` rows, (+)= scale * a_g b_g.
    fileprivate func products(
        _ a: Stack, _ b: Stack, count: Int, rows: Int, scale: Double, to input: GradientSlot?
    ) throws(TensorError) {
        guard let (target, accumulate) = try accumulator(input) else { return }
        kernels.productBatch(
            count: count, a.matrix, aStep: a.step, b.matrix, bStep: b.step, into: target, cStep: rows * target.stride,
            scale: scale, accumulate: accumulate)
    }
}
