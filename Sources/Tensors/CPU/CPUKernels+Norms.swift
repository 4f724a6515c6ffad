internal import CKernels

extension CPUKernels {
    /// y = x / sqrt(mean(x^2) + epsilon) * weight.
    public func rmsNorm(
        _ x: Operand, weight: Operand, to y: Operand, reciprocals: Operand, rows: Int, columns: Int, epsilon: Double
    ) {
        let (from, w, to) = unsafe (x.view(rows, columns), weight.view(columns), y.view(rows, columns))
        let statistics = unsafe reciprocals.view(rows)
        parallel(rows: rows, columns: columns) { area in unsafe lpn_rms_norm(from, w, to, statistics, epsilon, area) }
    }

    /// dx (+)= ...; dWeight (nil: not wanted) (+)= sum over rows of dy x reciprocal.
    public func rmsNormBackward(
        _ x: Operand, weight: Operand, reciprocals: Operand, gradient dy: Operand, to dx: Operand?, accumulate: Bool,
        weightGradient: Operand?, accumulateWeight: Bool, rows: Int, columns: Int
    ) {
        let (from, w, d) = unsafe (x.view(rows, columns), weight.view(columns), dy.view(rows, columns))
        let (to, statistics) = unsafe (dx?.view(rows, columns) ?? lp_view(), reciprocals.view(rows))
        guard let weightGradient else {
            parallel(rows: rows, columns: columns) { area in
                unsafe lpn_rms_norm_backward(from, w, statistics, d, to, accumulate, nil, area)
            }
            return
        }
        unsafe sumOverRows(rows: rows, columns: columns) { area, partial in
            unsafe lpn_rms_norm_backward(from, w, statistics, d, to, accumulate, partial, area)
        } join: { chunks, partial, step in
            unsafe joinColumns(
                partial, chunks, step, to: weightGradient, columns: columns, accumulate: accumulateWeight)
        }
    }

    /// y = (x - mean) * reciprocal * weight + bias; statistics[R,2] = mean, reciprocal.
    public func layerNorm(
        _ x: Operand, weight: Operand, bias: Operand, to y: Operand, statistics: Operand, rows: Int, columns: Int,
        epsilon: Double
    ) {
        let (from, w, b) = unsafe (x.view(rows, columns), weight.view(columns), bias.view(columns))
        let (to, kept) = unsafe (y.view(rows, columns), statistics.view(rows, 2))
        parallel(rows: rows, columns: columns) { area in unsafe lpn_layer_norm(from, w, b, to, kept, epsilon, area) }
    }

    /// As `rmsNormBackward`.
    public func layerNormBackward(
        _ x: Operand, weight: Operand, statistics: Operand, gradient dy: Operand, to dx: Operand?, accumulate: Bool,
        weightGradient: Operand?, biasGradient: Operand?, accumulateWeights: Bool, rows: Int, columns: Int
    ) {
        precondition((weightGradient == nil) == (biasGradient == nil), "layerNormBackward: one of two gradients")
        let (from, w, d) = unsafe (x.view(rows, columns), weight.view(columns), dy.view(rows, columns))
        let (to, kept) = unsafe (dx?.view(rows, columns) ?? lp_view(), statistics.view(rows, 2))
        guard let weightGradient, let biasGradient else {
            parallel(rows: rows, columns: columns) { area in
                unsafe lpn_layer_norm_backward(from, w, kept, d, to, accumulate, nil, nil, area)
            }
            return
        }
        unsafe sumOverRows(rows: rows, columns: columns, sums: 2) { area, partial in
            unsafe lpn_layer_norm_backward(from, w, kept, d, to, accumulate, partial, partial + columns, area)
        } join: { chunks, partial, step in
            unsafe joinColumns(
                partial, chunks, step, to: weightGradient, columns: columns, accumulate: accumulateWeights)
            unsafe joinColumns(
                partial + columns, chunks, step, to: biasGradient, columns: columns, accumulate: accumulateWeights)
        }
    }

    /// Half-split rotation of `heads` heads of `width` columns a row; a row of negative position is copied.
    public func rotary(
        _ x: Operand, positions: Operand, cosines: Operand, sines: Operand, inverse: Bool, to y: Operand, rows: Int,
        heads: Int, width: Int, accumulate: Bool
    ) {
        precondition(width % 2 == 0, "rotary: heads of odd width \(width)")
        let index = unsafe positions.indices(rows)
        let height = min(cosines.rowsAvailable(width / 2), sines.rowsAvailable(width / 2))
        unsafe checkIndices(index, rows, from: Int.min, below: height, "rotary")
        let (from, to) = unsafe (x.view(rows, heads * width), y.view(rows, heads * width))
        let (c, s) = unsafe (cosines.view(height, width / 2), sines.view(height, width / 2))
        parallel(rows: rows, columns: heads * width) { area in
            unsafe lpn_rotary(from, index, c, s, inverse, to, heads, width, accumulate, area)
        }
    }
}
