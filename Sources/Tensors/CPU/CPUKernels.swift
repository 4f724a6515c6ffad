internal import CKernels
internal import COneDNN

/// The kernel set of the processor at hand: float32 and bfloat16, C loops and oneDNN's products on threads of its own.
///
/// A set is used from one thread at a time. Every loop is cut into pieces whose size depends on shapes alone and sums are
/// joined in the order of the pieces, so that results do not depend on the number of threads. Kernels that call oneDNN on the
/// caller's thread begin with `lp_openmp_alone()`, since that thread may be another than the one that made the set.
@safe public final class CPUKernels: KernelSet {
    /// "cpu" with the version of oneDNN.
    public let name: String
    /// Single precision, and products of bfloat16.
    public let precisions: [Precision] = [.fp32, .bf16]
    /// Counts of what ran.
    public var counters = KernelCounters()
    /// What loops run on.
    let pool: ThreadPool
    /// What each of the threads multiplies with.
    let products: [ProductWorker]
    /// Memory for what kernels keep while they run; grows to a high-water mark.
    private var scratchMemory: Buffer?

    /// A set that works on `threads` threads, the caller's among them. Throws: `value` unless there is at least one,
    /// `outOfMemory` if the system gives no more threads.
    public init(threads: Int) throws(TensorError) {
        guard threads > 0 else {
            throw .value(operation: "CPUKernels", what: "wants at least 1 thread, got \(threads)")
        }
        pool = try ThreadPool(count: threads) { lp_openmp_alone() }
        var workers: [ProductWorker] = []
        for _ in 0..<threads { workers.append(try ProductWorker()) }
        products = workers
        if let version = unsafe dnnl_version() {
            name = unsafe "cpu (oneDNN \(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch))"
        } else {
            name = "cpu"
        }
    }

    /// How many threads work.
    public var threads: Int { pool.count }

    /// At least `byteCount` bytes aligned to 64 that stay as they are until the next call; their contents are undefined. One
    /// kernel asks once.
    func scratch(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let before = scratchMemory?.byteCount ?? 0
        let memory = unsafe Self.grow(&scratchMemory, to: byteCount)
        if let after = scratchMemory?.byteCount, after != before {
            counters.allocations += 1
            counters.allocatedBytes += after
        }
        return unsafe memory
    }

    /// `memory`, made anew where it is smaller than `byteCount`; its contents are undefined.
    static func grow(_ memory: inout Buffer?, to byteCount: Int) -> UnsafeMutableRawPointer {
        if let memory, memory.byteCount >= byteCount { return unsafe memory.address }
        memory = nil
        guard let larger = try? Self.memory(max(byteCount, 1 << 16)) else {
            preconditionFailure("no memory: the system refused \(byteCount) bytes of scratch")
        }
        memory = larger
        return unsafe larger.address
    }
}
