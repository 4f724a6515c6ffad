import Tensors

/// The places that rows of numbers take in a buffer.
struct Area {
    private let buffer: ObjectIdentifier
    /// Bytes of each row, ascending.
    private let rows: [Range<Int>]

    init(_ operand: Operand, rows: Int, columns: Int) {
        buffer = ObjectIdentifier(operand.buffer)
        let size = operand.type.byteCount
        self.rows = (0..<(columns > 0 ? rows : 0)).map { row in
            let start = (operand.offset + row * operand.stride) * size
            return start..<start + columns * size
        }
    }

    func overlaps(_ other: Area) -> Bool {
        guard buffer == other.buffer else { return false }
        var (left, right) = (0, 0)
        while left < rows.count, right < other.rows.count {
            if rows[left].overlaps(other.rows[right]) { return true }
            if rows[left].upperBound <= other.rows[right].lowerBound { left += 1 } else { right += 1 }
        }
        return false
    }
}

extension Operand {
    func area(_ rows: Int, _ columns: Int) -> Area { Area(self, rows: rows, columns: columns) }
    /// Numbers close together.
    func area(_ count: Int) -> Area { Area(self, rows: 1, columns: count) }
}

extension Matrix {
    var area: Area { operand.area(rows, columns) }
}

extension ReferenceKernels {
    /// Traps where a result shares a number with an operand or another result: the list forbids it, and other kernel sets,
    /// which read while they write, would give something else.
    func apart(_ results: [Area?], _ operands: [Area?], _ kernel: String = #function) {
        let results = results.compactMap { $0 }
        for (place, result) in results.enumerated() {
            let shared = (results.dropFirst(place + 1) + operands.compactMap { $0 }).contains { $0.overlaps(result) }
            precondition(!shared, "\(kernel): result \(place) overlaps an operand or another result")
        }
    }
}
