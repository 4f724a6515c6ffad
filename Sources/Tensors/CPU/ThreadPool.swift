internal import CKernels

/// Threads that share the loops of kernels. The policy: a workspace's kernels run on these threads alone, oneDNN and OpenMP
/// work on the thread that calls them, and every loop is cut the same way whatever the number of threads, so that results do
/// not depend on it.
@safe final class ThreadPool {
    private let pool: OpaquePointer
    /// How many threads work, with the caller's.
    let count: Int

    /// `count` threads with the caller's, each of which runs `begin` first. Throws: `outOfMemory` if the system gives none.
    init(count: Int, begin: @convention(c) () -> Void) throws(TensorError) {
        guard let pool = unsafe lp_pool_create(Int32(count), begin) else { throw .outOfMemory(bytes: count << 20) }
        unsafe self.pool = pool
        self.count = count
    }

    deinit { unsafe lp_pool_destroy(pool) }

    /// body(index, worker) once for each index; returns when all are done.
    func run(_ indices: Int, _ body: (Int, Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            var loop = Loop(body: body)
            unsafe withUnsafeMutablePointer(to: &loop) { context in
                unsafe lp_pool_share(
                    pool, Int32(indices),
                    { context, pool, worker in
                        guard let context = unsafe context, let pool = unsafe pool else { return }
                        // Taken once: threads that count references to it for every index wait for each other.
                        let body = unsafe context.assumingMemoryBound(to: Loop.self).pointee.body
                        while case let index = unsafe lp_pool_next(pool), index >= 0 { body(Int(index), Int(worker)) }
                    }, context)
            }
        }
    }

    private struct Loop {
        let body: (Int, Int) -> Void
    }
}
