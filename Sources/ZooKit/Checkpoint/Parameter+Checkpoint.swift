public import Foundations
public import Tensors

extension TensorTarget {
    /// A parameter under its path. Frozen ones are read in the file where the kernels can; others are copied.
    public init(_ parameter: Parameter) {
        self.init(
            name: parameter.path, shape: parameter.shape, types: [.float32, .bfloat16, .float16, .float64]
        ) { tensor in try parameter.load(tensor) }
    }
}

extension Parameter {
    /// How many numbers are converted at a time.
    private static let pieceCount = 1 << 20

    /// Takes the numbers of a tensor of this shape. A frozen parameter reads them in the mapped file where it can, in their own
    /// type, and keeps the file; otherwise they are copied and converted piece by piece. Whether they are read in the file.
    ///
    /// Throws ``CheckpointError/tensors(path:problems:)`` for another shape or integers, and `TensorError`.
    @discardableResult
    public func load(_ tensor: SafetensorsTensor) throws -> Bool {
        if let problem = TensorTarget(self).problem(with: [tensor]) {
            throw CheckpointError.tensors(path: tensor.file.path, problems: [problem])
        }
        if !isTrainable, count > 0, tensor.isAligned, let type = ElementType(rawValue: tensor.type.rawValue) {
            let isMapped = try unsafe tensor.withBytes { (bytes) throws(TensorError) in
                try unsafe map(bytes, as: type, owner: tensor.file.mapped)
            }
            if isMapped { return true }
        }
        for start in stride(from: 0, to: count, by: Self.pieceCount) {
            try copy(tensor, start..<min(count, start + Self.pieceCount))
        }
        return false
    }

    private func copy(_ tensor: SafetensorsTensor, _ range: Range<Int>) throws {
        if tensor.type.rawValue == type.rawValue {
            let size = type.byteCount
            try unsafe tensor.withBytes { (bytes) throws(TensorError) in
                let piece = unsafe UnsafeRawBufferPointer(
                    rebasing: bytes[range.lowerBound * size..<range.upperBound * size])
                try write { operand, kernels throws(TensorError) in
                    unsafe kernels.write(piece, to: operand.advanced(by: range.lowerBound))
                }
            }
        } else if type == .float64 {
            try write(try tensor.doubles(range), .float64, at: range.lowerBound)
        } else {
            try write(try tensor.floats(range), .float32, at: range.lowerBound)
        }
    }

    /// Writes host numbers of `stored`, which the kernels round where the parameter is kept in another type.
    private func write<Number: BitwiseCopyable>(
        _ numbers: [Number], _ stored: ElementType, at place: Int
    ) throws(TensorError) {
        try write { operand, kernels throws(TensorError) in
            let target = operand.advanced(by: place)
            try unsafe numbers.withUnsafeBufferPointer { (buffer) throws(TensorError) in
                let bytes = UnsafeRawBufferPointer(buffer)
                if operand.type == stored { return unsafe kernels.write(bytes, to: target) }
                let between = Operand(
                    try kernels.allocate(byteCount: bytes.count), type: stored, stride: numbers.count)
                unsafe kernels.write(bytes, to: between)
                kernels.copy(between, to: target, rows: 1, columns: numbers.count, scale: 1, accumulate: false)
            }
        }
    }
}

extension SafetensorsItem {
    /// The values of a parameter under its path (or `name`), in the type that it keeps them in; a piece at a time is on the host.
    public init(_ parameter: Parameter, name: String? = nil, in workspace: Workspace) {
        let type = SafetensorsType(rawValue: parameter.type.rawValue) ?? .float32
        self.init(name: name ?? parameter.path, type: type, shape: parameter.shape) { sink in
            let tensor = parameter.tensor
            let piece = (4 << 20) / tensor.type.byteCount
            for start in stride(from: 0, to: tensor.count, by: piece) {
                let count = min(piece, tensor.count - start)
                var bytes = [UInt8](repeating: 0, count: count * tensor.type.byteCount)
                unsafe bytes.withUnsafeMutableBytes { host in
                    unsafe workspace.kernels.read(tensor.operand.advanced(by: start), into: host)
                }
                unsafe try sink.append(bytes.span.bytes)
            }
        }
    }

    /// Integers from the host, one number where `shape` is empty.
    public init(name: String, shape: [Int], integers: [Int64]) {
        self.init(name: name, type: .int64, shape: shape) { sink in unsafe try sink.append(integers.span.bytes) }
    }

    /// A tensor of a file as it is stored.
    public init(_ tensor: SafetensorsTensor) {
        self.init(name: tensor.name, type: tensor.type, shape: tensor.shape) { sink in
            try unsafe tensor.withBytes { bytes in try unsafe sink.append(bytes) }
        }
    }
}
