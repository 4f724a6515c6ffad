internal import CKernels
internal import COneDNN

/// oneDNN's products of bfloat16 factors on one thread, made ready once for each shape.
///
/// oneDNN's own scratch memory belongs to the thread that makes a primitive, so primitives are made with memory of the caller,
/// and each thread of the pool has primitives, memory objects and scratch of its own: nothing here is shared.
@safe final class MatmulPrimitives {
    /// Sides, leading dimensions and kinds of a product.
    private struct Shape: Hashable {
        var m, n, k, aStride, bStride, cStride: Int
        var kinds: UInt8

        init(_ product: TileProduct) {
            (m, n, k) = unsafe (product.rows, product.columns, product.depth)
            (aStride, bStride) = unsafe (product.a.view.stride, product.b.view.stride)
            cStride = unsafe product.c.stride
            kinds = unsafe product.a.transposed ? 1 : 0
            if unsafe product.b.transposed { kinds |= 2 }
            if unsafe product.c.isNarrow { kinds |= 4 }
            if unsafe product.bias != nil { kinds |= 8 }
            if unsafe product.accumulate { kinds |= 16 }
        }

        /// The shape of all products of these kinds.
        var open: Shape {
            var shape = self
            (shape.m, shape.n, shape.k) = (0, 0, 0)
            (shape.aStride, shape.bStride, shape.cStride) = (0, 0, 0)
            return shape
        }

        var description: lp_matmul_shape {
            func has(_ mark: UInt8) -> Bool { kinds & mark != 0 }
            return lp_matmul_shape(
                m: Int64(m), n: Int64(n), k: Int64(k), a_stride: Int64(aStride), b_stride: Int64(bStride),
                c_stride: Int64(cStride), a_transposed: has(1), b_transposed: has(2), narrow: has(4), biased: has(8),
                accumulate: has(16))
        }
    }

    /// A primitive, or nil where oneDNN refused to make one.
    @unsafe private struct Ready {
        let matmul: lp_matmul?
    }

    private let engine: dnnl_engine_t
    private let stream: dnnl_stream_t
    private var ready: [Shape: Ready] = unsafe [:]
    private var scratch: Buffer?
    /// More than a model has; one of ever new shapes begins anew here.
    private static let mostReady = 2048

    /// Throws: `outOfMemory` where oneDNN gives no engine.
    init() throws(TensorError) {
        var (engine, stream): (dnnl_engine_t?, dnnl_stream_t?) = (nil, nil)
        guard unsafe dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success, let engine = unsafe engine else {
            throw .outOfMemory(bytes: 1 << 10)
        }
        let flags = UInt32(dnnl_stream_default_flags.rawValue)
        guard unsafe dnnl_stream_create(&stream, engine, flags) == dnnl_success, let stream = unsafe stream else {
            unsafe dnnl_engine_destroy(engine)
            throw .outOfMemory(bytes: 1 << 10)
        }
        unsafe self.engine = engine
        unsafe self.stream = stream
    }

    deinit {
        forget()
        unsafe dnnl_stream_destroy(stream)
        unsafe dnnl_engine_destroy(engine)
    }

    /// Runs `product`, whose scale is 1; false where oneDNN cannot multiply bfloat16 numbers on this processor. Products that
    /// are not regular share a primitive: a new shape then costs nothing, where making one takes a tenth of a millisecond.
    func run(_ product: TileProduct) -> Bool {
        let shape = unsafe Shape(product)
        guard var matmul = unsafe primitive(product.isRegular ? shape : shape.open) else { return false }
        var description = shape.description
        let memory = unsafe room(matmul.scratch_bytes)
        let status = unsafe lp_matmul_run(
            &matmul, &description, engine, stream, product.a.view.data, product.b.view.data, product.bias,
            product.c.data, memory)
        precondition(status == dnnl_success, "product: oneDNN stopped with status \(status.rawValue)")
        return true
    }

    private func primitive(_ shape: Shape) -> lp_matmul? {
        if let found = unsafe ready[shape] { return unsafe found.matmul }
        if unsafe ready.count >= Self.mostReady { forget() }
        var (matmul, description) = unsafe (lp_matmul(), shape.description)
        let status = unsafe lp_matmul_make(engine, &description, shape.m == 0, &matmul)
        let made = unsafe Ready(matmul: status == dnnl_success ? matmul : nil)
        unsafe ready[shape] = made
        return unsafe made.matmul
    }

    private func forget() {
        for shape in unsafe Array(ready.keys) {
            if var matmul = unsafe ready.removeValue(forKey: shape)?.matmul { unsafe lp_matmul_free(&matmul) }
        }
    }

    private func room(_ byteCount: Int) -> UnsafeMutableRawPointer {
        unsafe CPUKernels.grow(&scratch, to: byteCount)
    }
}
