/// Follows the quotes of a row, and cuts a finished row into cells.
struct CellSplitter {
    private enum State { case cellStart, plain, quoted, quoteInQuoted }

    let separator: UInt8
    private var state = State.cellStart
    /// True if a cell has text after its closing quote.
    private(set) var isBroken = false

    init(separator: UInt8) { self.separator = separator }

    /// True if the row continues after the line break that follows.
    var isInQuotes: Bool { state == .quoted }

    /// Reads one physical line of the row, without its line break.
    mutating func scan(_ bytes: [UInt8], from start: Int, to end: Int) {
        for index in start..<end {
            let byte = bytes[index]
            switch state {
            case .cellStart: state = byte == 0x22 ? .quoted : byte == separator ? .cellStart : .plain
            case .plain: if byte == separator { state = .cellStart }
            case .quoted: if byte == 0x22 { state = .quoteInQuoted }
            case .quoteInQuoted:
                if byte == 0x22 {
                    state = .quoted
                } else if byte == separator {
                    state = .cellStart
                } else {
                    isBroken = true
                    return
                }
            }
        }
    }

    /// The cells of a row that `scan` found whole: quotes taken off, doubled quotes undoubled.
    static func cells(of row: [UInt8], separator: UInt8) -> [[UInt8]] {
        var cells: [[UInt8]] = []
        var index = 0
        while true {
            var cell: [UInt8] = []
            if index < row.count, row[index] == 0x22 {
                index += 1
                while index < row.count {
                    if row[index] == 0x22 {
                        guard index + 1 < row.count, row[index + 1] == 0x22 else { break }
                        index += 1
                    }
                    cell.append(row[index])
                    index += 1
                }
                index += 1
            } else {
                let end = row[index...].firstIndex(of: separator) ?? row.count
                cell = Array(row[index..<end])
                index = end
            }
            cells.append(cell)
            guard index < row.count else { return cells }
            index += 1
        }
    }
}
