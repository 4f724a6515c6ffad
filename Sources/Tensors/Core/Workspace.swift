/// Where tensors live and what computes them: a kernel set, a precision and an arena. There is none by default and there may
/// be several in a process.
public final class Workspace {
    /// What computes.
    public let kernels: any KernelSet
    /// What it computes in.
    public let precision: Precision
    /// Memory of the tensors of a step.
    public let arena: Arena

    /// A workspace on `kernels`. Throws: `precision` if the set cannot compute in it.
    public init(kernels: any KernelSet, precision: Precision) throws(TensorError) {
        guard kernels.precisions.contains(precision) else { throw .precision(precision, kernels: kernels.name) }
        self.kernels = kernels
        self.precision = precision
        arena = Arena(kernels: kernels)
    }

    /// A tensor with undefined contents.
    public func empty(_ shape: [Int], _ type: ElementType) throws(TensorError) -> Tensor {
        let count = shape.reduce(1, *)
        let block = try arena.take(count * type.byteCount)
        return Tensor(shape: shape, block: block, operand: block.operand(type, stride: shape.last ?? 1), slot: nil)
    }

    /// A tensor full of `value`.
    public func full(_ shape: [Int], _ type: ElementType, _ value: Double) throws(TensorError) -> Tensor {
        let tensor = try empty(shape, type)
        kernels.fill(tensor.operand, rows: tensor.rows, columns: tensor.columns, value: value)
        return tensor
    }

    /// A tensor of the stream type holding `values`, row-major. Throws: `shape` if their count does not fit.
    public func numbers(_ values: [Double], _ shape: [Int], _ type: ElementType? = nil) throws(TensorError) -> Tensor {
        try check(values.count == shape.reduce(1, *), "numbers", "\(shape)", "\(values.count) values")
        let tensor = try empty(shape, type ?? precision.stream)
        HostNumbers.write(values, to: tensor.operand, kernels)
        return tensor
    }

    /// A tensor of int32 holding `values`.
    public func indices(_ values: [Int32], _ shape: [Int]? = nil) throws(TensorError) -> Tensor {
        let shape = shape ?? [values.count]
        try check(values.count == shape.reduce(1, *), "indices", "\(shape)", "\(values.count) values")
        let tensor = try empty(shape, .int32)
        unsafe values.withUnsafeBytes { bytes in unsafe kernels.write(bytes, to: tensor.operand) }
        return tensor
    }

    /// A tensor of bytes holding `values`.
    public func bytes(_ values: [UInt8], _ shape: [Int]) throws(TensorError) -> Tensor {
        try check(values.count == shape.reduce(1, *), "bytes", "\(shape)", "\(values.count) values")
        let tensor = try empty(shape, .uint8)
        unsafe values.withUnsafeBytes { bytes in unsafe kernels.write(bytes, to: tensor.operand) }
        return tensor
    }

    /// The numbers of `tensor` on the host, row-major. Waits for all work before.
    public func values(_ tensor: Tensor) throws(TensorError) -> [Double] {
        var source = tensor
        if tensor.operand.stride != tensor.columns {
            source = try empty(tensor.shape, tensor.type)
            kernels.copy(
                tensor.operand, to: source.operand, rows: tensor.rows, columns: tensor.columns, scale: 1,
                accumulate: false)
        }
        return HostNumbers.read(source.operand, count: source.count, kernels)
    }
}

/// Throws `shape` unless `condition` holds; the texts are made only then.
func check(
    _ condition: Bool, _ operation: String, _ expected: @autoclosure () -> String, _ got: @autoclosure () -> String
) throws(TensorError) {
    if !condition { throw .shape(operation: operation, expected: expected(), got: got()) }
}
