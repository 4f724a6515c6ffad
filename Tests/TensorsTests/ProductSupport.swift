@testable import Tensors

/// Matrices in the memory of CPU kernels, with poison around and between their rows, and naive loops over what they hold.
struct CPUBench {
    let kernels: CPUKernels

    init(threads: Int = 2, widening: Bool = false) throws {
        kernels = try CPUKernels(threads: threads)
        for worker in kernels.products { worker.usesPrimitives = !widening }
    }

    /// Numbers of `type` in rows `gap` apart from each other, `offset` numbers into a buffer full of NaN.
    func matrix(
        _ rows: Int, _ columns: Int, _ type: ElementType, gap: Int = 0, offset: Int = 0,
        value: (Int, Int) -> Double
    ) throws -> Operand {
        let stride = columns + gap
        let count = offset + rows * stride + 3
        let buffer = try kernels.allocate(byteCount: count * type.byteCount)
        let all = Operand(buffer, type: type, stride: count)
        for place in 0..<count { all.put(.nan, at: place) }
        let operand = Operand(buffer, offset: offset, type: type, stride: stride)
        for row in 0..<rows {
            for column in 0..<columns { operand.put(value(row, column), at: row * stride + column) }
        }
        return operand
    }

    func indices(_ values: [Int]) throws -> Operand {
        try matrix(1, values.count, .int32) { Double(values[$1]) }
    }

    /// Whether everything outside [rows, columns] is still NaN.
    func poisonIsWhole(_ operand: Operand, _ rows: Int, _ columns: Int) -> Bool {
        let all = Operand(operand.buffer, type: operand.type, stride: 0)
        return (0..<operand.buffer.byteCount / operand.type.byteCount).allSatisfy { place in
            let inside = place - operand.offset
            let isOwn = inside >= 0 && inside < rows * operand.stride && inside % operand.stride < columns
            return isOwn || all.get(place).isNaN
        }
    }
}

extension Operand {
    /// The number `place` numbers behind the first.
    func get(_ place: Int) -> Double {
        let at = (offset + place) * type.byteCount
        switch type {
        case .float32: return Double(buffer.address.load(fromByteOffset: at, as: Float.self))
        case .bfloat16: return Double(HostNumbers.float(buffer.address.load(fromByteOffset: at, as: UInt16.self)))
        case .int32: return Double(buffer.address.load(fromByteOffset: at, as: Int32.self))
        default: preconditionFailure("no number of this kind is tested")
        }
    }

    func put(_ value: Double, at place: Int) {
        let at = (offset + place) * type.byteCount
        switch type {
        case .float32: buffer.address.storeBytes(of: Float(value), toByteOffset: at, as: Float.self)
        case .bfloat16:
            buffer.address.storeBytes(of: HostNumbers.bfloat16(Float(value)), toByteOffset: at, as: UInt16.self)
        case .int32:
            buffer.address.storeBytes(of: value.isNaN ? .min : Int32(value), toByteOffset: at, as: Int32.self)
        default: preconditionFailure("no number of this kind is tested")
        }
    }

    /// The numbers of [rows, columns], row-major.
    func numbers(_ rows: Int, _ columns: Int) -> [Double] {
        (0..<rows * columns).map { get($0 / columns * stride + $0 % columns) }
    }
}

extension Matrix {
    /// Number `row`, `column` as the product sees the matrix.
    func get(_ row: Int, _ column: Int) -> Double {
        operand.get(transposed ? column * operand.stride + row : row * operand.stride + column)
    }
}

/// Numbers of a test, the same in every run.
struct Dice {
    private let key: RandomKey
    private var drawn = 0

    init(_ seed: Int) { key = RandomKey(seed: UInt64(seed)).with("tests") }

    /// 0 ..< limit.
    mutating func roll(_ limit: Int) -> Int {
        drawn += 1
        return Int(key.bits(at: drawn) >> 33) % limit
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[roll(values.count)] }

    /// A number of -1 ... 1 that bfloat16 holds.
    mutating func number() -> Double { Double(roll(129) - 64) / 64 }
}

/// One product of random sides, strides, types and kinds, with what a double loop makes of it.
struct ProductCase {
    let a, b: Matrix
    let bias: Operand?
    let c: Operand
    let scale: Double
    let accumulate: Bool
    let before: [Double]

    init(
        _ bench: CPUBench, _ dice: inout Dice, sides: [Int], type: ElementType? = nil, scales: [Double] = [1, 1, -0.75]
    ) throws {
        let (m, n, k) = (dice.pick(sides), dice.pick(sides), dice.pick(sides))
        let type = type ?? dice.pick([.float32, .bfloat16])
        func factor(_ rows: Int, _ columns: Int, _ dice: inout Dice) throws -> Matrix {
            let transposed = dice.roll(2) == 1
            let (height, width) = transposed ? (columns, rows) : (rows, columns)
            let (gap, offset) = (dice.pick([0, 1, 7]), dice.pick([0, 3]))
            let operand = try bench.matrix(height, width, type, gap: gap, offset: offset) { _, _ in dice.number() }
            return Matrix(operand, rows: height, columns: width, transposed: transposed)
        }
        a = try factor(m, k, &dice)
        b = try factor(k, n, &dice)
        bias = dice.roll(2) == 1 ? try bench.matrix(1, n, .float32) { _, _ in dice.number() } : nil
        accumulate = dice.roll(2) == 1
        scale = dice.pick(scales)
        let fills = accumulate
        c = try bench.matrix(m, n, dice.pick([type, .float32]), gap: dice.pick([0, 5])) { _, _ in
            fills ? dice.number() : .nan
        }
        before = c.numbers(m, n)
    }

    func run(_ kernels: CPUKernels) {
        kernels.product(a, b, bias: bias, into: c, scale: scale, accumulate: accumulate)
    }

    /// The first number that is further from the double loop's than rounding explains.
    func flaw() -> String? {
        for row in 0..<a.height {
            for column in 0..<b.width {
                let old = accumulate ? before[row * b.width + column] : 0
                var (sum, size) = (0.0, abs(old))
                for k in 0..<a.width {
                    sum += a.get(row, k) * b.get(k, column)
                    size += abs(scale * a.get(row, k) * b.get(k, column))
                }
                let wanted = scale * sum + (bias?.get(column) ?? 0) + old
                let found = c.get(row * c.stride + column)
                let room = 2e-6 * (size + 1) + (c.type == .bfloat16 ? abs(wanted) / 256 : 0)
                if !(abs(found - wanted) <= room) { return "[\(row), \(column)]: \(found), not \(wanted); \(sides)" }
            }
        }
        return nil
    }

    private var sides: String {
        "\(a.height)x\(b.width)x\(a.width) \(a.transposed)\(b.transposed) \(a.operand.type) to \(c.type), "
            + "bias \(bias != nil), scale \(scale), accumulate \(accumulate)"
    }
}
