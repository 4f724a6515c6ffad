extension Tape {
    /// Pixels to rows of the residual stream: x = values of 0 ... 1, or `scale` times these minus an origin, channel by channel,
    /// through one projection; dweight = dy^T x. Shapes: pixels [..., P] uint8, each row pixel by pixel with `channels` numbers
    /// each; weight [D, ...] with P numbers for each of D (a convolution's [D, channels, height, width]) of the products' type,
    /// bias [D] of the stream type, and origin [P], channel by channel,; gives [..., D] of the stream type. What is kept for the
    /// way back are the bytes.
    public func patches(
        _ pixels: Tensor, weight: Tensor, bias: Tensor? = nil, channels: Int, scale: Double = 1, origin: Tensor? = nil
    ) throws(TensorError) -> Tensor {
        let (size, width) = (pixels.columns, weight.shape.first ?? 0)
        try check("patches", "pixels", pixels, of: .uint8)
        try check("patches", channels > 0 && size % max(1, channels) == 0, "\(channels) channels in \(size) numbers")
        try check(
            weight.count == width * size && weight.shape.count > 1, "patches",
            "weight [D, ...] of \(size) for each of D", "\(weight.shape)")
        if let origin {
            try check("patches", "origin", origin, vector: size, of: precision.stream)
        }
        let matrix = try weight.reshaped([width, size])
        let x = try unpacked(pixels, channels, scale, origin)
        try checkLinear("patches", x, matrix, bias, nil)
        let y = try result(pixels.shape.dropLast() + [width], precision.stream, of: [matrix, bias])
        project(x, matrix, bias, nil, into: y)

        let kept = weight.needsGradient ? pixels : nil
        let (weightSlot, biasSlot) = (matrix.slot, bias?.slot)
        record("patches", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            if let kept {
                let x = try pass.tape.unpacked(kept, channels, scale, origin)
                try pass.product(pass.cast(dy, to: x.type).matrix.transpose, x.matrix, to: weightSlot)
            }
            try pass.biasGradient(dy, to: biasSlot)
        }
        return y
    }

    /// Pixels as numbers of the products' type, channel by channel.
    private func unpacked(
        _ pixels: Tensor, _ channels: Int, _ scale: Double, _ origin: Tensor?
    ) throws(TensorError) -> Tensor {
        let x = try workspace.empty([pixels.rows, pixels.columns], precision.compute)
        kernels.unpackPixels(
            pixels.operand, to: x.operand, scale: scale, origin: origin?.operand, rows: x.rows, columns: x.columns,
            channels: channels, planar: true)
        return x
    }

    /// How far each predicted patch is from the true one. Shapes: prediction [..., P], targets [N, P] uint8, indices int32, for
    /// each predicted row its row of targets or a negative number for an error of 0; gives [...] of the stream type.
    public func patchErrors(
        _ kind: PatchLoss, _ prediction: Tensor, targets: Tensor, indices: Tensor
    ) throws(TensorError) -> Tensor {
        try checkNumbers("patchErrors", "prediction", prediction)
        try check("patchErrors", "targets", targets, rows: targets.rows, columns: prediction.columns)
        try check("patchErrors", "targets", targets, of: .uint8)
        try check("patchErrors", indices: indices, prediction.rows)
        try check(
            "patchErrors", kind != .normalised || prediction.columns > 1, "the variance of one number is undefined")
        let y = try result(prediction.shape.dropLast(), precision.stream, of: [prediction])
        kernels.patchErrors(
            kind, prediction.operand, targets: targets.operand, indices: indices.operand, to: y.operand,
            rows: prediction.rows, columns: prediction.columns)
        let slot = prediction.slot
        record("patchErrors", [y]) { pass throws(TensorError) in
            guard let (target, accumulate) = try pass.accumulator(slot) else { return }
            pass.kernels.patchErrorsBackward(
                kind, prediction.operand, targets: targets.operand, indices: indices.operand,
                gradient: pass.gradient.operand, to: target, rows: prediction.rows, columns: prediction.columns,
                accumulate: accumulate)
        }
        return y
    }
}
