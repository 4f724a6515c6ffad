import Tensors

/// Sides of a product, and which of its factors are taken transposed.
struct ProductSides: CustomStringConvertible {
    let m: Int
    let n: Int
    let k: Int
    /// N or T for each factor.
    let kind: String

    /// Those of a step of a model of width 512 and one of width 1024, of one token, and of small products.
    static let cases = [
        ProductSides(m: 2048, n: 512, k: 512, kind: "NT"), ProductSides(m: 2048, n: 768, k: 512, kind: "NT"),
        ProductSides(m: 2048, n: 1408, k: 512, kind: "NT"), ProductSides(m: 2048, n: 512, k: 1408, kind: "NT"),
        ProductSides(m: 2048, n: 512, k: 512, kind: "NN"), ProductSides(m: 2048, n: 512, k: 1408, kind: "NN"),
        ProductSides(m: 2048, n: 1408, k: 512, kind: "NN"), ProductSides(m: 512, n: 512, k: 2048, kind: "TN"),
        ProductSides(m: 1408, n: 512, k: 2048, kind: "TN"), ProductSides(m: 512, n: 1408, k: 2048, kind: "TN"),
        ProductSides(m: 4096, n: 2816, k: 1024, kind: "NT"), ProductSides(m: 4096, n: 1024, k: 2816, kind: "NN"),
        ProductSides(m: 2816, n: 1024, k: 4096, kind: "TN"), ProductSides(m: 256, n: 49152, k: 512, kind: "NT"),
        ProductSides(m: 1, n: 1408, k: 512, kind: "NT"), ProductSides(m: 8, n: 512, k: 512, kind: "NT"),
        ProductSides(m: 64, n: 64, k: 64, kind: "NN"),
    ]

    var operations: Double { 2 * Double(m) * Double(n) * Double(k) }
    var transposesA: Bool { kind.first == "T" }
    var transposesB: Bool { kind.last == "T" }
    var description: String { "\(m) x \(n) x \(k) \(kind)" }
}

/// Operands of one product.
struct ProductRun {
    let sides: ProductSides
    let a: Matrix
    let b: Matrix
    let c: Operand

    init(_ sides: ProductSides, _ type: ElementType, _ kernels: CPUKernels) throws {
        self.sides = sides
        func factor(_ rows: Int, _ columns: Int, _ transposed: Bool) throws -> Matrix {
            let (height, width) = transposed ? (columns, rows) : (rows, columns)
            let numbers = try random(height, width, type, kernels)
            return Matrix(numbers, rows: height, columns: width, transposed: transposed)
        }
        a = try factor(sides.m, sides.k, sides.transposesA)
        b = try factor(sides.k, sides.n, sides.transposesB)
        let buffer = try kernels.allocate(byteCount: sides.m * sides.n * 4)
        c = Operand(buffer, type: .float32, stride: sides.n)
    }

    func run(_ kernels: CPUKernels) {
        kernels.product(a, b, bias: nil, into: c, scale: 1, accumulate: false)
    }
}

/// Operands of one causal attention of 8 heads of width 64.
struct AttentionRun {
    private let shape: AttentionShape
    private let q, k, v, o, logSums, gradient: Operand
    private let results: AttentionGradients
    private let mask = AttentionMask(causalOffset: 0)

    init(length: Int, sequences: Int, _ type: ElementType, _ kernels: CPUKernels) throws {
        shape = AttentionShape(sequences: sequences, queries: length, keys: length, heads: 8, groups: 8, width: 64)
        func numbers() throws -> Operand { try random(sequences * length, 512, type, kernels) }
        (q, k, v, o, gradient) = try (numbers(), numbers(), numbers(), numbers(), numbers())
        logSums = try random(sequences * 8, length, .float32, kernels)
        results = try AttentionGradients(
            q: numbers(), k: numbers(), v: numbers(), accumulate: (q: false, k: false, v: false))
    }

    /// Multiplications and additions of the forward pass, of what a causal mask leaves.
    var operations: Double {
        let pairs = Double(shape.queries) * Double(shape.queries + 1) / 2
        return 4 * pairs * Double(shape.sequences * shape.heads * shape.width)
    }

    func forward(_ kernels: CPUKernels) {
        kernels.attention(shape, q: q, k: k, v: v, mask: mask, to: o, logSums: logSums)
    }

    func backward(_ kernels: CPUKernels) {
        kernels.attentionBackward(
            shape, q: q, k: k, v: v, mask: mask, o: o, logSums: logSums, gradient: gradient, results: results)
    }
}

private func random(_ rows: Int, _ columns: Int, _ type: ElementType, _ kernels: CPUKernels) throws -> Operand {
    let buffer = try kernels.allocate(byteCount: rows * columns * type.byteCount)
    let numbers = Operand(buffer, type: type, stride: columns)
    kernels.fillUniform(numbers, rows: rows, columns: columns, low: -1, high: 1, key: RandomKey(seed: 1))
    return numbers
}
