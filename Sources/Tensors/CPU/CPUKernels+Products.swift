internal import CKernels

// Products. Each is cut into tiles whatever the number of threads, and each tile is summed as a whole on one thread.
extension CPUKernels {
    /// c[M,N] (+)= scale * a[M,K] b[K,N] (+ bias[N]). Factors of bfloat16 are multiplied as such and summed in float32; the
    /// result is rounded once.
    public func product(_ a: Matrix, _ b: Matrix, bias: Operand?, into c: Operand, scale: Double, accumulate: Bool) {
        var whole = unsafe TileProduct(a, b, into: c)
        unsafe whole.bias = unsafe bias.map { unsafe UnsafePointer($0.singles(b.width)) }
        unsafe (whole.scale, whole.accumulate) = (Float(scale), accumulate)
        count(1, a.height, b.width, a.width)
        if unsafe multiplyFewRows(whole) { return }
        let tiles = ProductTiles(a, b)
        run(tiles.count) { index, worker in unsafe products[worker].run(whole.part(tiles[index])) }
    }

    /// `count` products, operands `aStep`, `bStep`, `cStep` numbers apart.
    public func productBatch(
        count products: Int, _ a: Matrix, aStep: Int, _ b: Matrix, bStep: Int, into c: Operand, cStep: Int,
        scale: Double, accumulate: Bool
    ) {
        guard products > 0 else { return }
        let last = products - 1
        _ = unsafe TileProduct(
            a.advanced(by: last * aStep), b.advanced(by: last * bStep), into: c.advanced(by: last * cStep))
        var first = unsafe TileProduct(a, b, into: c)
        unsafe (first.scale, first.accumulate) = (Float(scale), accumulate)
        count(products, a.height, b.width, a.width)
        let tiles = ProductTiles(a, b, among: products)
        run(products * tiles.count) { index, worker in
            let (number, tile) = (index / tiles.count, index % tiles.count)
            let one = unsafe first.advanced(a: number * aStep, b: number * bStep, c: number * cStep)
            unsafe self.products[worker].run(one.part(tiles[tile]))
        }
    }

    /// body(index, worker) once for each index, on threads on which oneDNN works alone.
    func run(_ indices: Int, _ body: (Int, Int) -> Void) {
        lp_openmp_alone()
        pool.run(indices, body)
    }

    /// Notes `products` products of sides m, n, k.
    func count(_ products: Int, _ m: Int, _ n: Int, _ k: Int) {
        counters.products += products
        counters.productOperations += 2 * products * m * n * k
    }
}

extension ProductTiles {
    /// Tiles of a b.
    fileprivate init(_ a: Matrix, _ b: Matrix, among products: Int = 1) {
        self.init(
            m: a.height, n: b.width, k: a.width, among: products,
            packsSlowly: b.transposed && b.operand.type == .float32)
    }
}

extension TileProduct {
    /// c = a b as one tile, after a check of sides, types and places.
    init(_ a: Matrix, _ b: Matrix, into c: Operand) {
        precondition(a.width == b.height, "product: \(a.height)x\(a.width) by \(b.height)x\(b.width)")
        precondition(
            a.operand.type == b.operand.type && (c.type == a.operand.type || c.type == .float32),
            "product: \(a.operand.type.rawValue) by \(b.operand.type.rawValue) into \(c.type.rawValue)")
        unsafe self.init(
            rows: a.height, columns: b.width, depth: a.width, a: a.factor, b: b.factor, bias: nil,
            c: c.rowsView(a.height, b.width))
        // A product with a vector streams the matrix once; packing it costs more.
        unsafe isRegular = a.height >= 4 && b.width >= 4
    }

    /// The product of operands that stand some numbers later.
    func advanced(a: Int, b: Int, c: Int) -> TileProduct {
        var product = unsafe self
        unsafe product.a = unsafe Factor(self.a.view.advanced(by: a), transposed: self.a.transposed)
        unsafe product.b = unsafe Factor(self.b.view.advanced(by: b), transposed: self.b.transposed)
        unsafe product.c = unsafe self.c.advanced(by: c)
        return unsafe product
    }
}

extension Matrix {
    /// The matrix for C and oneDNN, after a check of its place.
    var factor: TileProduct.Factor {
        unsafe TileProduct.Factor(operand.rowsView(rows, columns), transposed: transposed)
    }

    /// The matrix `numbers` numbers later.
    func advanced(by numbers: Int) -> Matrix {
        Matrix(operand.advanced(by: numbers), rows: rows, columns: columns, transposed: transposed)
    }
}

extension Operand {
    /// As `view`, for oneDNN: the stride of a single row, which means nothing, is taken to be its length.
    func rowsView(_ rows: Int, _ columns: Int) -> lp_view {
        precondition(type == .float32 || type == .bfloat16, "product: of \(type.rawValue)")
        var seen = unsafe view(rows, columns)
        precondition(rows <= 1 || stride >= columns, "product: rows of \(columns) numbers stand \(stride) apart")
        if rows <= 1 { unsafe seen.stride = max(1, columns) }
        return unsafe seen
    }
}
