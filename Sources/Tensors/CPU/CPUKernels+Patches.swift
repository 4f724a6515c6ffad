internal import CKernels

extension CPUKernels {
    /// x[R,C] = pixels / 255, or scale pixels / 255 - origin.
    public func unpackPixels(
        _ pixels: Operand, to x: Operand, scale: Double, origin: Operand?, rows: Int, columns: Int, channels: Int,
        planar: Bool
    ) {
        precondition(pixels.type == .uint8, "unpackPixels: \(pixels.type.rawValue)")
        precondition(channels > 0 && columns % channels == 0, "unpackPixels: \(columns) columns, \(channels) channels")
        let (from, to) = unsafe (pixels.rawView(rows, columns), x.view(rows, columns))
        let zero = unsafe origin?.view(columns) ?? lp_view()
        parallel(rows: rows, columns: columns) { area in
            unsafe lpn_unpack_pixels(from, to, Float(scale), zero, channels, planar, area)
        }
    }

    /// errors[R] = mean over C of the error against targets[indices[r]] / 255.
    public func patchErrors(
        _ kind: PatchLoss, _ prediction: Operand, targets: Operand, indices: Operand, to errors: Operand, rows: Int,
        columns: Int
    ) {
        let index = unsafe indices.indices(rows)
        let (x, t) = unsafe (prediction.view(rows, columns), patches(targets, index, rows, columns, "patchErrors"))
        let (to, kind) = unsafe (errors.view(rows), kind.loopKind)
        parallel(rows: rows, columns: columns) { area in unsafe lpn_patch_errors(kind, x, t, index, to, area) }
    }

    /// dPrediction[R,C] (+)= gradient[r] * d errors[r] / d prediction.
    public func patchErrorsBackward(
        _ kind: PatchLoss, _ prediction: Operand, targets: Operand, indices: Operand, gradient: Operand,
        to dPrediction: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        let index = unsafe indices.indices(rows)
        let t = unsafe patches(targets, index, rows, columns, "patchErrorsBackward")
        let (x, g, to) = unsafe (prediction.view(rows, columns), gradient.view(rows), dPrediction.view(rows, columns))
        let kind = kind.loopKind
        parallel(rows: rows, columns: columns) { area in
            unsafe lpn_patch_errors_backward(kind, x, t, index, g, to, area, accumulate)
        }
    }

    /// The rows of `targets`, after a check that they are pixels and that indices lie among them.
    private func patches(
        _ targets: Operand, _ indices: UnsafePointer<Int32>, _ rows: Int, _ columns: Int, _ kernel: String
    ) -> lp_view {
        precondition(targets.type == .uint8, "\(kernel): targets are pixels, not \(targets.type.rawValue)")
        let height = targets.rowsAvailable(columns)
        unsafe checkIndices(indices, rows, from: Int.min, below: height, kernel)
        return unsafe targets.rawView(height, columns)
    }
}

extension PatchLoss {
    /// The kind's number in C loops.
    fileprivate var loopKind: Int32 {
        switch self {
        case .normalised: Int32(LP_NORMALISED)
        case .raw: Int32(LP_RAW)
        case .bernoulli: Int32(LP_BERNOULLI)
        }
    }
}
