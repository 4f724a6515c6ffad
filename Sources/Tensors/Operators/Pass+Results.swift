extension Tape.Pass {
    /// `tensor` in `type`: itself or a copy.
    func cast(_ tensor: Tensor, to type: ElementType) throws(TensorError) -> Tensor {
        if tensor.type == type { return tensor }
        let copy = try workspace.empty(tensor.shape, type)
        kernels.copy(
            tensor.operand, to: copy.operand, rows: tensor.rows, columns: tensor.columns, scale: 1, accumulate: false)
        return copy
    }

    /// Where to add to the gradient of `input`, `rows` x `columns` numbers: what stands there is a whole gradient, zeros where
    /// nothing had gathered. For kernels that only add.
    func summand(_ input: GradientSlot?, rows: Int, columns: Int) throws(TensorError) -> Operand? {
        guard let (operand, accumulate) = try accumulator(input) else { return nil }
        if !accumulate { kernels.fill(operand, rows: rows, columns: columns, value: 0) }
        return operand
    }

    /// Places for the gradients of `inputs`, which one kernel writes in one call. Results of a kernel must not overlap, but two
    /// inputs may be the same tensor or overlapping views: all but the first of such get memory of their own, which is added
    /// after `body`.
    func together(
        _ inputs: [Tensor], _ body: ([(operand: Operand, accumulate: Bool)?]) -> Void
    ) throws(TensorError) {
        var places: [(operand: Operand, accumulate: Bool)?] = []
        var apart: [(scratch: Tensor, target: Operand)] = []
        for input in inputs {
            guard let place = try accumulator(input.slot) else {
                places.append(nil)
                continue
            }
            let area = Area(place.operand, input)
            let overlaps = zip(places, inputs).contains { known, other in
                known.map { Area($0.operand, other).overlaps(area) } ?? false
            }
            if overlaps {
                let scratch = try workspace.empty([input.rows, input.columns], place.operand.type)
                apart.append((scratch, place.operand))
                places.append((scratch.operand, false))
            } else {
                places.append(place)
            }
        }
        body(places)
        for (scratch, target) in apart {
            kernels.copy(
                scratch.operand, to: target, rows: scratch.rows, columns: scratch.columns, scale: 1, accumulate: true)
        }
    }
}

/// The places a matrix takes in a buffer.
private struct Area {
    let operand: Operand
    let rows: Int
    let columns: Int

    /// `operand` with as many rows and columns as `tensor`.
    init(_ operand: Operand, _ tensor: Tensor) {
        self.operand = operand
        rows = tensor.rows
        columns = tensor.columns
    }

    /// False only where no number is in both.
    func overlaps(_ other: Area) -> Bool {
        guard operand.buffer === other.operand.buffer, rows > 0, other.rows > 0 else { return false }
        let bytes = operand.type.byteCount
        let otherBytes = other.operand.type.byteCount
        let begin = operand.offset * bytes
        let end = begin + ((rows - 1) * operand.stride + columns) * bytes
        let otherBegin = other.operand.offset * otherBytes
        let otherEnd = otherBegin + ((other.rows - 1) * other.operand.stride + other.columns) * otherBytes
        if end <= otherBegin || otherEnd <= begin { return false }
        guard bytes == otherBytes, operand.stride == other.operand.stride, operand.stride > 0 else { return true }
        // Rows in step: windows of columns side by side share nothing.
        let stride = operand.stride
        let distance = (other.operand.offset - operand.offset) % stride
        let ahead = distance < 0 ? distance + stride : distance
        return ahead < columns || ahead + other.columns > stride
    }
}
