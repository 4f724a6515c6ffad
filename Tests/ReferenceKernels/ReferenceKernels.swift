public import Tensors

/// The kernel list in double precision, as plain loops written from the list's own lines: what other kernel sets are compared
/// with and what finite differences run on. One thread, no care for speed. Numbers of every type are read and written, so that
/// parameters kept in another type can be converted, but all arithmetic is in doubles.
public final class ReferenceKernels: KernelSet {
    /// The set's name.
    public let name = "reference kernels, float64"
    /// Double precision alone.
    public let precisions: [Precision] = [.fp64]
    /// What ran.
    public var counters = KernelCounters()

    /// A set without memory yet.
    public init() {}

    /// New memory, zeroed.
    public func allocate(byteCount: Int) throws(TensorError) -> Buffer {
        let address = UnsafeMutableRawPointer.allocate(byteCount: max(1, byteCount), alignment: 64)
        address.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        counters.allocations += 1
        counters.allocatedBytes += byteCount
        return Buffer(taking: address, byteCount: byteCount) { $0.deallocate() }
    }

    /// The host's own memory, whatever the type.
    public func wrap(_ bytes: UnsafeRawBufferPointer, type: ElementType, owner: AnyObject) -> Buffer? {
        guard let base = bytes.baseAddress, Int(bitPattern: base) % type.byteCount == 0 else { return nil }
        return Buffer(taking: UnsafeMutableRawPointer(mutating: base), byteCount: bytes.count) { _ in
            withExtendedLifetime(owner) {}
        }
    }

    /// Copies host bytes.
    public func write(_ bytes: UnsafeRawBufferPointer, to target: Operand) {
        let start = target.offset * target.type.byteCount
        precondition(start >= 0 && start + bytes.count <= target.buffer.byteCount, "write: outside the buffer")
        UnsafeMutableRawBufferPointer(start: target.buffer.address + start, count: bytes.count).copyMemory(from: bytes)
    }

    /// Copies to host bytes.
    public func read(_ source: Operand, into bytes: UnsafeMutableRawBufferPointer) {
        let start = source.offset * source.type.byteCount
        precondition(start >= 0 && start + bytes.count <= source.buffer.byteCount, "read: outside the buffer")
        bytes.copyMemory(from: UnsafeRawBufferPointer(start: source.buffer.address + start, count: bytes.count))
    }
}
