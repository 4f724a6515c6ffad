import CKernels
import COneDNN
import Tensors

/// Products by one call of oneDNN on each thread, undivided: what the machine can do.
final class PlainProducts {
    private let pool: OpaquePointer
    private let engine: dnnl_engine_t
    private var threads: [PerThread]

    private struct PerThread {
        var matmul = lp_matmul()
        var stream: dnnl_stream_t
        var result: UnsafeMutableRawPointer
        var scratch: UnsafeMutableRawPointer
    }

    private static let resultBytes = 4 * 256 * 49152
    private static let scratchBytes = 64 << 20

    /// Throws: `outOfMemory`.
    init(threads count: Int) throws {
        var engine: dnnl_engine_t?
        guard dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success, let engine,
            let pool = lp_pool_create(Int32(count), { lp_openmp_alone() })
        else { throw TensorError.outOfMemory(bytes: 1 << 20) }
        self.engine = engine
        self.pool = pool
        threads = []
        for _ in 0..<count {
            var stream: dnnl_stream_t?
            let flags = UInt32(dnnl_stream_default_flags.rawValue)
            guard dnnl_stream_create(&stream, engine, flags) == dnnl_success, let stream,
                let result = lp_memory_take(Self.resultBytes), let scratch = lp_memory_take(Self.scratchBytes)
            else { throw TensorError.outOfMemory(bytes: Self.resultBytes + Self.scratchBytes) }
            threads.append(PerThread(stream: stream, result: result, scratch: scratch))
        }
    }

    deinit {
        lp_pool_destroy(pool)
        for index in threads.indices {
            lp_matmul_free(&threads[index].matmul)
            dnnl_stream_destroy(threads[index].stream)
            lp_memory_give(threads[index].result, Self.resultBytes)
            lp_memory_give(threads[index].scratch, Self.scratchBytes)
        }
        dnnl_engine_destroy(engine)
    }

    /// Makes primitives for `run`. Throws: `type` where oneDNN cannot multiply bfloat16 numbers.
    func prepare(_ run: ProductRun) throws {
        guard run.a.operand.type == .bfloat16 else { return }
        var shape = run.shape
        for index in threads.indices {
            lp_matmul_free(&threads[index].matmul)
            guard lp_matmul_make(engine, &shape, false, &threads[index].matmul) == dnnl_success else {
                throw TensorError.type(operation: "products", expected: "a processor for it", got: .bfloat16)
            }
        }
    }

    /// The whole product on each thread.
    func run(_ run: ProductRun) {
        withUnsafePointer(to: (self, run)) { context in
            lp_pool_run(
                pool, Int32(threads.count),
                { context, index, _ in
                    guard let context else { return }
                    let (plain, run) = context.assumingMemoryBound(to: (PlainProducts, ProductRun).self).pointee
                    plain.one(run, plain.threads[Int(index)])
                }, UnsafeMutableRawPointer(mutating: context))
        }
    }

    private func one(_ run: ProductRun, _ thread: PerThread) {
        let (a, b) = (run.a.operand, run.b.operand)
        if a.type == .bfloat16 {
            var (shape, matmul) = (run.shape, thread.matmul)
            let status = lp_matmul_run(
                &matmul, &shape, engine, thread.stream, a.buffer.address, b.buffer.address, nil, thread.result,
                thread.scratch)
            precondition(status == dnnl_success, "oneDNN stopped with status \(status.rawValue)")
            return
        }
        func letter(_ matrix: Matrix) -> CChar { matrix.transposed ? 84 : 78 }  // T, N
        let sides = run.sides
        let status = dnnl_sgemm(
            letter(run.a), letter(run.b), dnnl_dim_t(sides.m), dnnl_dim_t(sides.n), dnnl_dim_t(sides.k), 1,
            a.buffer.address.assumingMemoryBound(to: Float.self), dnnl_dim_t(a.stride),
            b.buffer.address.assumingMemoryBound(to: Float.self), dnnl_dim_t(b.stride), 0,
            thread.result.assumingMemoryBound(to: Float.self), dnnl_dim_t(sides.n))
        precondition(status == dnnl_success, "oneDNN stopped with status \(status.rawValue)")
    }
}

extension ProductRun {
    fileprivate var shape: lp_matmul_shape {
        lp_matmul_shape(
            m: Int64(sides.m), n: Int64(sides.n), k: Int64(sides.k), a_stride: Int64(a.operand.stride),
            b_stride: Int64(b.operand.stride), c_stride: Int64(sides.n), a_transposed: sides.transposesA,
            b_transposed: sides.transposesB, narrow: false, biased: false, accumulate: false)
    }
}
