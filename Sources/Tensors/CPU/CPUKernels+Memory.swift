internal import CKernels

extension CPUKernels {
    /// New memory, zeroed, aligned to 64 bytes. Throws: `TensorError.outOfMemory`.
    public func allocate(byteCount: Int) throws(TensorError) -> Buffer {
        let buffer = try Self.memory(byteCount)
        counters.allocations += 1
        counters.allocatedBytes += byteCount
        return buffer
    }

    static func memory(_ byteCount: Int) throws(TensorError) -> Buffer {
        precondition(byteCount >= 0, "memory of \(byteCount) bytes")
        guard let address = unsafe lp_memory_take(byteCount) else { throw .outOfMemory(bytes: byteCount) }
        return unsafe Buffer(taking: address, byteCount: byteCount) { unsafe lp_memory_give($0, byteCount) }
    }

    /// The set's view of host memory, read where it stands; nil for float64 and for addresses that are no multiple of a
    /// number's size.
    public func wrap(_ bytes: UnsafeRawBufferPointer, type: ElementType, owner: AnyObject) -> Buffer? {
        guard type != .float64, let start = bytes.baseAddress,
            Int(bitPattern: start) % type.byteCount == 0
        else { return nil }
        return unsafe Buffer(taking: UnsafeMutableRawPointer(mutating: start), byteCount: bytes.count) { _ in
            withExtendedLifetime(owner) {}
        }
    }

    /// Host bytes to `target`, close together from its offset on.
    public func write(_ bytes: UnsafeRawBufferPointer, to target: Operand) {
        guard let start = bytes.baseAddress else { return }
        let memory = unsafe target.bytes(bytes.count)
        unsafe memory.copyMemory(from: start, byteCount: bytes.count)
    }

    /// Numbers at `source` to host bytes, as many as fit.
    public func read(_ source: Operand, into bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        let memory = unsafe source.bytes(bytes.count)
        unsafe start.copyMemory(from: memory, byteCount: bytes.count)
    }
}

extension Operand {
    /// Where the first number stands, after a check that `byteCount` bytes from there on lie in the buffer.
    func bytes(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let start = offset * type.byteCount
        precondition(
            start >= 0 && byteCount >= 0 && start + byteCount <= buffer.byteCount,
            "operand: \(byteCount) bytes from \(start) on do not lie in a buffer of \(buffer.byteCount)")
        return unsafe buffer.address + start
    }

    /// The [rows, columns] matrix of numbers here for C loops, after a check that it lies in the buffer.
    func view(_ rows: Int, _ columns: Int) -> lp_view {
        precondition(type == .float32 || type == .bfloat16, "operand: wants numbers, not \(type.rawValue)")
        return unsafe rawView(rows, columns)
    }

    /// As `view`, of any type.
    func rawView(_ rows: Int, _ columns: Int) -> lp_view {
        let count = rows > 0 && columns > 0 ? (rows - 1) * stride + columns : 0
        precondition(rows <= 1 || stride >= 0, "operand: stride \(stride)")
        // Nothing may stand anywhere: empty parts of a whole begin behind its end.
        let data = unsafe count == 0 ? buffer.address : bytes(count * type.byteCount)
        return unsafe lp_view(data: data, stride: stride, type: type.loopType)
    }

    /// As `view`, of indices.
    func indexView(_ rows: Int, _ columns: Int) -> lp_view {
        precondition(type == .int32, "operand: indices are int32, not \(type.rawValue)")
        return unsafe rawView(rows, columns)
    }

    /// How many rows of `columns` numbers the buffer holds from here on; any number of empty ones.
    func rowsAvailable(_ columns: Int) -> Int {
        let count = buffer.byteCount / type.byteCount - offset
        if columns == 0 || stride == 0 { return count < columns ? 0 : Int(Int32.max) }
        return count < columns ? 0 : (count - columns) / stride + 1
    }

    /// How many columns of the last of `rows` rows the buffer holds, at most a row's.
    func width(_ rows: Int) -> Int {
        let count = buffer.byteCount / type.byteCount - offset - max(0, rows - 1) * stride
        return rows > 1 ? min(stride, count) : count
    }

    /// `count` numbers that lie close together, for C loops, after a check that they lie in the buffer.
    func view(_ count: Int) -> lp_view {
        unsafe Operand(buffer, offset: offset, type: type, stride: count).view(1, count)
    }

    /// `count` indices that lie close together, after a check of type and place.
    func indices(_ count: Int) -> UnsafeMutablePointer<Int32> {
        precondition(type == .int32, "operand: indices are int32, not \(type.rawValue)")
        return unsafe bytes(count * 4).assumingMemoryBound(to: Int32.self)
    }

    /// `count` singles that lie close together, after a check of type and place.
    func singles(_ count: Int) -> UnsafeMutablePointer<Float> {
        precondition(type == .float32, "operand: wants float32, not \(type.rawValue)")
        return unsafe bytes(count * 4).assumingMemoryBound(to: Float.self)
    }
}

extension ElementType {
    /// The type's number in C loops.
    fileprivate var loopType: Int32 {
        switch self {
        case .float32: Int32(LP_FLOAT32)
        case .bfloat16: Int32(LP_BFLOAT16)
        case .int32: Int32(LP_INT32)
        case .uint8: Int32(LP_UINT8)
        case .float64: preconditionFailure("operand: CPU kernels do not compute in double precision")
        }
    }
}
