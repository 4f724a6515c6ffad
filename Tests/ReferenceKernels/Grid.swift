import Tensors

/// A matrix on the host, row-major.
struct Grid {
    let rows: Int
    let columns: Int
    var values: [Double]

    init(_ rows: Int, _ columns: Int, _ value: Double = 0) {
        self.rows = rows
        self.columns = columns
        values = [Double](repeating: value, count: rows * columns)
    }

    init(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Double) {
        self.init(rows, columns)
        for row in 0..<rows { for column in 0..<columns { self[row, column] = value(row, column) } }
    }

    subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    func row(_ row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }

    var transposed: Grid { Grid(columns, rows) { self[$1, $0] } }

    func map(_ function: (Double) -> Double) -> Grid {
        var result = self
        result.values = values.map(function)
        return result
    }
}

/// Numbers one at a time, whatever their type. A place outside the buffer traps.
extension Operand {
    /// The number at `row`, `column`.
    subscript(row: Int, column: Int) -> Double {
        get { self[row * stride + column] }
        nonmutating set { self[row * stride + column] = newValue }
    }

    /// The number `place` numbers behind the first.
    subscript(place: Int) -> Double {
        get {
            let at = byte(of: place)
            switch type {
            case .float64: return buffer.address.load(fromByteOffset: at, as: Double.self)
            case .float32: return Double(buffer.address.load(fromByteOffset: at, as: Float.self))
            case .bfloat16:
                let half = buffer.address.load(fromByteOffset: at, as: UInt16.self)
                return Double(Float(bitPattern: UInt32(half) << 16))
            case .int32: return Double(buffer.address.load(fromByteOffset: at, as: Int32.self))
            case .uint8: return Double(buffer.address.load(fromByteOffset: at, as: UInt8.self))
            }
        }
        nonmutating set {
            let at = byte(of: place)
            switch type {
            case .float64: buffer.address.storeBytes(of: newValue, toByteOffset: at, as: Double.self)
            case .float32: buffer.address.storeBytes(of: Float(newValue), toByteOffset: at, as: Float.self)
            case .bfloat16:
                buffer.address.storeBytes(of: Self.half(Float(newValue)), toByteOffset: at, as: UInt16.self)
            case .int32: buffer.address.storeBytes(of: Int32(newValue), toByteOffset: at, as: Int32.self)
            case .uint8: buffer.address.storeBytes(of: UInt8(newValue), toByteOffset: at, as: UInt8.self)
            }
        }
    }

    private func byte(of place: Int) -> Int {
        let at = (offset + place) * type.byteCount
        precondition(at >= 0 && at + type.byteCount <= buffer.byteCount, "number \(place) is outside the buffer")
        return at
    }

    private static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
    }

    /// [rows, columns] in the operand's own stride.
    func grid(_ rows: Int, _ columns: Int) -> Grid { Grid(rows, columns) { self[$0, $1] } }

    /// `count` numbers that lie close together.
    func list(_ count: Int) -> [Double] { (0..<count).map { self[$0] } }

    /// `count` indices that lie close together.
    func indices(_ count: Int) -> [Int] { (0..<count).map { Int(self[$0]) } }

    /// Writes a matrix in the operand's own stride, or adds it to what stands there.
    func store(_ grid: Grid, adding: Bool = false) {
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                self[row, column] = grid[row, column] + (adding ? self[row, column] : 0)
            }
        }
    }

    /// Writes numbers close together, or adds them to what stands there.
    func store(_ list: [Double], adding: Bool = false) {
        for (place, value) in list.enumerated() { self[place] = value + (adding ? self[place] : 0) }
    }
}
