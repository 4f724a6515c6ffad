extension Tape {
    /// x W' + bias + factor ((D(x) A') * scale) B' (+ residual): a projection with a side path of low rank. Shapes: x [..., K],
    /// weight [N, K], a [r, K] and b [N, r] of one type; bias [N]; scale [r] (one a rank) or [R, r] (one a row and rank) of the
    /// stream type; residual and result as in `linear`. D drops parts of x by `dropout` and draws nothing else; the way back
    /// draws them again from the key. A `b` of zeros gives `linear`'s numbers. Source: Hu et al. 2021; `scale` ours.
    public func lowRank(
        _ x: Tensor, weight: Tensor, bias: Tensor? = nil, a: Tensor, b: Tensor, scale: Tensor? = nil,
        factor: Double, dropout: Dropout? = nil, adding residual: Tensor? = nil,
        to type: ElementType? = nil
    ) throws(TensorError) -> Tensor {
        let name = "lowRank"
        try checkLinear(name, x, weight, bias, residual)
        try checkSidePath(name, x, weight, a, b, scale)
        if let dropout { try checkRate(name, dropout.rate) }
        let y = try linearResult(
            name, x, weight, residual, type, of: [x, weight, bias, a, b, scale, residual])
        project(x, weight, bias, residual, into: y)

        let draw = dropout.flatMap { $0.rate > 0 ? $0 : nil }
        let inner = try workspace.empty([x.rows, a.rows], scale == nil ? x.type : precision.stream)
        try kernels.product(
            LowRankPass.dropped(x, draw, workspace).matrix, a.matrix.transpose, bias: nil, into: inner.operand,
            scale: 1, accumulate: false)
        let scaled = try LowRankPass.scaled(inner, scale, to: x.type, workspace)
        kernels.product(
            scaled.matrix, b.matrix.transpose, bias: nil, into: y.operand, scale: factor, accumulate: true)

        let way = LowRankPass(
            x: x, weight: weight, bias: bias, a: a, b: b, scale: scale, residual: residual, factor: factor, draw: draw,
            inner: inner, scaled: scaled)
        record(name, [y]) { pass throws(TensorError) in try way.run(pass) }
        return y
    }

    private func checkSidePath(
        _ name: String, _ x: Tensor, _ weight: Tensor, _ a: Tensor, _ b: Tensor, _ scale: Tensor?
    ) throws(TensorError) {
        try check(
            a.shape.count == 2 && a.columns == x.columns, name, "a [r, \(x.columns)] for x \(x.shape)", "\(a.shape)")
        try check(name, "b", b, is: [weight.rows, a.rows])
        try check(name, "a", a, of: x.type)
        try check(name, "b", b, of: x.type)
        guard let scale else { return }
        try check(
            scale.shape == [a.rows] || (scale.rows == x.rows && scale.columns == a.rows && scale.shape.count > 1),
            name, "scale [\(a.rows)] or [\(x.rows), \(a.rows)]", "\(scale.shape)")
        try check(name, "scale", scale, of: precision.stream)
    }
}

/// The way back over `lowRank`: what it keeps depends on which operands want a gradient.
private struct LowRankPass {
    private let x, weight, a, b, scale, inner, scaled: Tensor?
    private let xSlot, weightSlot, biasSlot, aSlot, bSlot, scaleSlot, residualSlot: GradientSlot?
    private let factor: Double
    private let draw: Dropout?
    private let type: ElementType
    private let rank: Int
    private let wantsInner: Bool
    private let isScaled: Bool
    private let scaleIsPerRow: Bool

    init(
        x: Tensor, weight: Tensor, bias: Tensor?, a: Tensor, b: Tensor, scale: Tensor?, residual: Tensor?,
        factor: Double, draw: Dropout?, inner: Tensor, scaled: Tensor
    ) {
        (xSlot, weightSlot, biasSlot, aSlot) = (x.slot, weight.slot, bias?.slot, a.slot)
        (bSlot, scaleSlot, residualSlot) = (b.slot, scale?.slot, residual?.slot)
        (self.factor, self.draw) = (factor, draw)
        (type, rank) = (x.type, a.rows)
        wantsInner = x.needsGradient || a.needsGradient
        isScaled = scale != nil
        scaleIsPerRow = scale.map { $0.shape.count > 1 } ?? false
        let scaleNeeds = scale?.needsGradient ?? false
        self.x = weight.needsGradient || a.needsGradient ? x : nil
        self.weight = x.needsGradient ? weight : nil
        self.a = x.needsGradient ? a : nil
        self.b = wantsInner || scaleNeeds ? b : nil
        // b's gradient wants the scaled rows: kept, or made again where the bare ones are kept for the scale's gradient.
        self.inner = scaleNeeds ? inner : nil
        self.scaled = b.needsGradient && !scaleNeeds ? scaled : nil
        self.scale = wantsInner || (scaleNeeds && b.needsGradient) ? scale : nil
    }

    func run(_ pass: Tape.Pass) throws(TensorError) {
        let dy = pass.gradient
        if x != nil || weight != nil || bSlot != nil || scaleSlot != nil {
            let gradient = try pass.cast(dy, to: type).matrix
            try pass.product(gradient, weight?.matrix, to: xSlot)
            try pass.product(gradient.transpose, x?.matrix, to: weightSlot)
            try sidePath(gradient, pass)
        }
        try pass.biasGradient(dy, to: biasSlot)
        try pass.give(dy, to: residualSlot)
    }

    private func sidePath(_ gradient: Matrix, _ pass: Tape.Pass) throws(TensorError) {
        if bSlot != nil {
            var rows = scaled
            if let inner { rows = try Self.scaled(inner, scale, to: type, pass.workspace) }
            try pass.product(gradient.transpose, rows?.matrix, scale: factor, to: bSlot)
        }
        guard let b else { return }
        let dScaled = try pass.workspace.empty(
            [gradient.height, rank], isScaled ? pass.workspace.precision.stream : type)
        pass.kernels.product(
            gradient, b.matrix, bias: nil, into: dScaled.operand, scale: factor, accumulate: false)
        try scaleGradient(dScaled, pass)
        guard wantsInner else { return }
        let dInner = try Self.scaled(dScaled, scale, to: type, pass.workspace)
        if let x, aSlot != nil {
            let dropped = try Self.dropped(x, draw, pass.workspace)
            try pass.product(dInner.matrix.transpose, dropped.matrix, to: aSlot)
        }
        guard let a else { return }
        guard let draw else { return try pass.product(dInner.matrix, a.matrix, to: xSlot) }
        guard let (dx, accumulate) = try pass.accumulator(xSlot) else { return }
        let dDropped = try pass.workspace.empty([gradient.height, a.columns], type)
        pass.kernels.product(
            dInner.matrix, a.matrix, bias: nil, into: dDropped.operand, scale: 1, accumulate: false)
        pass.kernels.dropout(
            dDropped.operand, to: dx, rows: gradient.height, columns: a.columns, rate: draw.rate, key: draw.key,
            firstRow: draw.firstRow, accumulate: accumulate)
    }

    private func scaleGradient(_ dScaled: Tensor, _ pass: Tape.Pass) throws(TensorError) {
        guard let inner, let (target, accumulate) = try pass.accumulator(scaleSlot) else { return }
        if scaleIsPerRow {
            pass.kernels.multiply(
                dScaled.operand, inner.operand, to: target, rows: inner.rows, columns: rank, accumulate: accumulate)
        } else {
            pass.kernels.columnDots(
                dScaled.operand, inner.operand, to: target, rows: inner.rows, columns: rank, accumulate: accumulate)
        }
    }

    /// x, or what `draw` leaves of it.
    static func dropped(
        _ x: Tensor, _ draw: Dropout?, _ workspace: Workspace
    ) throws(TensorError) -> Tensor {
        guard let draw else { return x }
        let y = try workspace.empty(x.shape, x.type)
        workspace.kernels.dropout(
            x.operand, to: y.operand, rows: x.rows, columns: x.columns, rate: draw.rate, key: draw.key,
            firstRow: draw.firstRow, accumulate: false)
        return y
    }

    /// x times `scale`, of one a column or one a number, in `type`.
    static func scaled(
        _ x: Tensor, _ scale: Tensor?, to type: ElementType, _ workspace: Workspace
    ) throws(TensorError) -> Tensor {
        var y = x
        if let scale {
            y = try workspace.empty(x.shape, x.type)
            if scale.shape.count == 1 {
                workspace.kernels.scaleColumns(
                    x.operand, by: scale.operand, to: y.operand, rows: x.rows, columns: x.columns, accumulate: false)
            } else {
                workspace.kernels.multiply(
                    x.operand, scale.operand, to: y.operand, rows: x.rows, columns: x.columns, accumulate: false)
            }
        }
        guard y.type != type else { return y }
        let copy = try workspace.empty(x.shape, type)
        workspace.kernels.copy(
            y.operand, to: copy.operand, rows: x.rows, columns: x.columns, scale: 1, accumulate: false)
        return copy
    }
}
