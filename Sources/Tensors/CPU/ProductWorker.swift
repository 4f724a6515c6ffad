internal import CKernels
internal import COneDNN

/// What one thread of the pool multiplies with. While a loop runs only that thread touches it.
@safe final class ProductWorker {
    /// Whether oneDNN may multiply bfloat16 numbers. They are widened first otherwise, as on processors where it cannot.
    var usesPrimitives = true

    private let primitives: MatmulPrimitives
    private var scratch: Buffer?
    /// Rows that are summed in scratch memory at once.
    private static let stripHeight = 64
    /// K that is widened at once.
    private static let chunkDepth = 512

    /// Throws: `outOfMemory` where oneDNN gives no engine.
    init() throws(TensorError) { primitives = try MatmulPrimitives() }

    /// Runs `product`. Sides may be 0; float32 factors have a float32 result.
    func run(_ product: TileProduct) {
        guard unsafe product.rows > 0 && product.columns > 0 else { return }
        if unsafe product.depth == 0 { return unsafe finish(lp_view(), product) }
        if unsafe product.a.view.isNarrow {
            if unsafe usesPrimitives && product.scale == 1 && primitives.run(product) { return }
            unsafe runInStrips(product)
        } else {
            unsafe Self.multiplySingles(product)
            if let bias = unsafe product.bias {
                let row = unsafe lp_view(
                    data: UnsafeMutableRawPointer(mutating: bias), stride: 0, type: Int32(LP_FLOAT32))
                unsafe lpn_add_to_rows(row, product.c, lp_area(product.rows, product.columns))
            }
        }
    }

    /// c (+)= scale * a b of float32 numbers, without the bias.
    private static func multiplySingles(_ product: TileProduct) {
        func letter(_ factor: TileProduct.Factor) -> CChar { unsafe factor.transposed ? 84 : 78 }  // T, N
        let status = unsafe dnnl_sgemm(
            letter(product.a), letter(product.b), dnnl_dim_t(product.rows), dnnl_dim_t(product.columns),
            dnnl_dim_t(product.depth), product.scale, product.a.view.singles, dnnl_dim_t(product.a.view.stride),
            product.b.view.singles, dnnl_dim_t(product.b.view.stride), product.accumulate ? 1 : 0, product.c.singles,
            dnnl_dim_t(product.c.stride))
        precondition(status == dnnl_success, "product: oneDNN stopped with status \(status.rawValue)")
    }

    private func finish(_ sums: lp_view, _ product: TileProduct) {
        unsafe lpp_finish(
            sums, product.scale, product.bias, product.c, product.rows, product.columns, product.accumulate)
    }

    /// A product of bfloat16 factors, some rows at a time, with sums in scratch memory and what follows them in a loop.
    private func runInStrips(_ product: TileProduct) {
        let (height, depth) = unsafe (min(Self.stripHeight, product.rows), min(Self.chunkDepth, product.depth))
        let sizes = unsafe [height * product.columns, height * depth, depth * product.columns]
        let memory = unsafe CPUKernels.grow(&scratch, to: sizes.reduce(0) { $0 + ($1 + 15) / 16 * 64 })
        let sums = unsafe lp_view(data: memory, stride: product.columns, type: Int32(LP_FLOAT32))
        let a = unsafe memory + (sizes[0] + 15) / 16 * 64
        let b = unsafe a + (sizes[1] + 15) / 16 * 64
        for row in unsafe stride(from: 0, to: product.rows, by: height) {
            let rows = unsafe min(height, product.rows - row)
            let strip = unsafe product.part(
                ProductTiles.Tile(row: row, column: 0, rows: rows, columns: product.columns))
            var bare = unsafe strip
            unsafe (bare.c, bare.bias, bare.scale, bare.accumulate) = unsafe (sums, nil, 1, false)
            unsafe bare.isRegular = unsafe strip.isRegular && rows == height
            if unsafe !usesPrimitives || !primitives.run(bare) { unsafe multiplyWidened(bare, a, b, depth) }
            unsafe finish(sums, strip)
        }
    }

    /// c = a b of bfloat16 factors and a float32 result, the factors widened into `a` and `b`, `depth` of K at a time.
    private func multiplyWidened(
        _ product: TileProduct, _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ depth: Int
    ) {
        for first in unsafe stride(from: 0, to: product.depth, by: depth) {
            var part = unsafe product
            unsafe part.depth = unsafe min(depth, product.depth - first)
            unsafe part.a = unsafe Self.widened(
                product.a.from(row: 0, column: first), product.rows, part.depth, into: a)
            unsafe part.b = unsafe Self.widened(
                product.b.from(row: first, column: 0), part.depth, product.columns, into: b)
            unsafe part.accumulate = first > 0
            unsafe Self.multiplySingles(part)
        }
    }

    private static func widened(
        _ factor: TileProduct.Factor, _ rows: Int, _ columns: Int, into memory: UnsafeMutableRawPointer
    ) -> TileProduct.Factor {
        let (height, width) = unsafe factor.transposed ? (columns, rows) : (rows, columns)
        let wide = unsafe lp_view(data: memory, stride: width, type: Int32(LP_FLOAT32))
        unsafe lpn_copy(factor.view, wide, lp_area(height, width), 1, false)
        return unsafe TileProduct.Factor(wide, transposed: factor.transposed)
    }
}

extension lp_view {
    fileprivate var singles: UnsafeMutablePointer<Float> { unsafe data.assumingMemoryBound(to: Float.self) }
}

extension lp_area {
    /// All of a [rows, columns] matrix.
    init(_ rows: Int, _ columns: Int) {
        self.init(row: 0, rowEnd: rows, column: 0, columnEnd: columns)
    }
}
