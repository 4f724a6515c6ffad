import ReferenceKernels

@testable import Tensors

/// The same numbers in the memory of several kernel sets: the first holds them in double precision, the others in the type
/// under test.
final class ParityArray {
    let rows: Int
    let columns: Int
    let type: ElementType
    let stride: Int
    var isResult: Bool
    private(set) var operands: [Operand] = []
    private let offset: Int
    /// What stood in the memory of each set when it was last filled.
    private var bytes: [[UInt8]] = []

    init(rows: Int, columns: Int, type: ElementType, offset: Int, stride: Int, isResult: Bool) {
        self.rows = rows
        self.columns = columns
        self.type = type
        self.offset = offset
        self.stride = stride
        self.isResult = isResult
    }

    private var total: Int { offset + rows * stride + 11 }

    /// Whether the place in memory belongs to the matrix.
    private func isInside(_ place: Int) -> Bool {
        place >= offset && stride > 0 && (place - offset) / stride < rows && (place - offset) % stride < columns
    }

    /// Fills gaps with poison and the matrix with `values` (nil: poison too), in all sets.
    func begin(_ values: [Double]?, sets: [any KernelSet]) {
        let poison: Double = type == .int32 ? 2_147_483_000 : type == .uint8 ? 201 : .nan
        var numbers = [Double](repeating: poison, count: total)
        if let values {
            precondition(values.count == rows * columns, "\(values.count) values for \(rows) x \(columns)")
            for row in 0..<rows {
                for column in 0..<columns {
                    numbers[offset + row * stride + column] = rounded(values[row * columns + column])
                }
            }
        }
        operands = []
        bytes = []
        for (place, set) in sets.enumerated() {
            let type = place == 0 && isNumber ? ElementType.float64 : type
            guard let buffer = try? set.allocate(byteCount: total * type.byteCount) else {
                preconditionFailure("memory")
            }
            let whole = Operand(buffer, type: type, stride: total)
            HostNumbers.write(numbers, to: whole, set)
            operands.append(Operand(buffer, offset: offset, type: type, stride: stride))
            bytes.append(allBytes(of: place, set))
        }
    }

    private var isNumber: Bool { type != .int32 && type != .uint8 }

    /// The value as the type under test holds it.
    private func rounded(_ value: Double) -> Double {
        switch type {
        case .float32: Double(Float(value))
        case .bfloat16: Double(HostNumbers.float(HostNumbers.bfloat16(Float(value))))
        case .float64, .int32, .uint8: value
        }
    }

    private func allBytes(of place: Int, _ set: any KernelSet) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: total * operands[place].type.byteCount)
        let whole = Operand(operands[place].buffer, type: operands[place].type, stride: total)
        bytes.withUnsafeMutableBytes { set.read(whole, into: $0) }
        return bytes
    }

    /// The matrix as set number `place` holds it, row-major.
    func numbers(of place: Int, _ set: any KernelSet) -> [Double] {
        let whole = Operand(operands[place].buffer, type: operands[place].type, stride: total)
        let numbers = HostNumbers.read(whole, count: total, set)
        return numbers.indices.filter(isInside).map { numbers[$0] }
    }

    /// What is wrong after the call, one line a flaw.
    func flaws(_ reference: any KernelSet, _ sets: [any KernelSet], _ tolerance: Tolerance) -> [String] {
        var flaws: [String] = []
        var first: [UInt8] = []
        for (place, set) in ([reference] + sets).enumerated() {
            let now = allBytes(of: place, set)
            let size = operands[place].type.byteCount
            let changed = now.indices.filter { now[$0] != bytes[place][$0] && !(isResult && isInside($0 / size)) }
            if let byte = changed.first {
                flaws.append("set \(place) wrote to number \(byte / size - offset), outside")
            }
            if place == 1 { first = now }
            if place > 1, now != first { flaws.append("sets 1 and \(place) differ in bits") }
        }
        guard isResult, !sets.isEmpty else { return flaws }
        let (got, expected) = (numbers(of: 1, sets[0]), numbers(of: 0, reference))
        let deviation = Deviation.between(
            got, expected, relative: tolerance.relative, scaled: tolerance.scaled, absolute: tolerance.absolute)
        if let deviation { flaws.append("\(deviation)") }
        return flaws
    }
}
