@testable import Tensors

/// Numbers in and out of a kernel set's memory.
extension CPUKernels {
    /// Room for `count` numbers as rows of `columns` numbers (nil: one row), zeroed.
    func room(_ count: Int, _ type: ElementType = .float32, columns: Int? = nil) throws -> Operand {
        Operand(try allocate(byteCount: count * type.byteCount), type: type, stride: columns ?? count)
    }

    /// `values` as rows of `columns` numbers (nil: one row), in a type of numbers.
    func numbers(_ values: [Float], _ type: ElementType = .float32, columns: Int? = nil) throws -> Operand {
        let operand = try room(values.count, type, columns: columns)
        if type == .bfloat16 {
            values.map { HostNumbers.bfloat16($0) }.withUnsafeBytes { write($0, to: operand) }
        } else {
            values.withUnsafeBytes { write($0, to: operand) }
        }
        return operand
    }

    /// `values` as they are.
    func raw<Value: BitwiseCopyable>(_ values: [Value], _ type: ElementType, columns: Int? = nil) throws -> Operand {
        let operand = try room(values.count, type, columns: columns)
        values.withUnsafeBytes { write($0, to: operand) }
        return operand
    }

    /// `count` values at `operand`.
    func values<Value: BitwiseCopyable>(_ operand: Operand, _ count: Int, _ zero: Value) -> [Value] {
        var values = [Value](repeating: zero, count: count)
        values.withUnsafeMutableBytes { read(operand, into: $0) }
        return values
    }

    func singles(_ operand: Operand, _ count: Int) -> [Float] { values(operand, count, Float(0)) }
    func integers(_ operand: Operand, _ count: Int) -> [Int32] { values(operand, count, Int32(0)) }
}

/// `count` numbers of low ..< high.
func draw(_ count: Int, _ low: Double = -1, _ high: Double = 1, seed: UInt64 = 1) -> [Float] {
    let key = RandomKey(seed: seed)
    return (0..<count).map { Float(low + (high - low) * key.uniform(at: $0)) }
}

/// How far `value` is from `exact` in units of the last place of a single.
func unitsOfTheLastPlace(_ value: Float, _ exact: Double) -> Double {
    let nearest = Float(exact)
    if value.isNaN || nearest.isNaN { return value.isNaN && nearest.isNaN ? 0 : .infinity }
    if value.isInfinite || nearest.isInfinite { return value == nearest ? 0 : .infinity }
    return abs(Double(value) - exact) / Double(nearest.ulp)
}
