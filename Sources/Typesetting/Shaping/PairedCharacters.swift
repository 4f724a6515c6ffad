/// Characters that open and close: the text between keeps the script it opened in (Pango's itemisation rule).
enum PairedCharacters {
    private static let pairs: [(UInt32, UInt32)] = {
        var list: [(UInt32, UInt32)] = [
            (0x28, 0x29), (0x3C, 0x3E), (0x5B, 0x5D), (0x7B, 0x7D), (0xAB, 0xBB), (0x0F3A, 0x0F3B), (0x0F3C, 0x0F3D),
            (0x169B, 0x169C), (0x2018, 0x2019), (0x201C, 0x201D), (0x2039, 0x203A), (0x2045, 0x2046),
            (0x207D, 0x207E), (0x208D, 0x208E), (0x29FC, 0x29FD), (0x2E02, 0x2E03), (0x2E04, 0x2E05),
            (0x2E09, 0x2E0A), (0x2E0C, 0x2E0D), (0x2E1C, 0x2E1D), (0xFF08, 0xFF09), (0xFF3B, 0xFF3D),
            (0xFF5B, 0xFF5D), (0xFF5F, 0xFF60), (0xFF62, 0xFF63),
        ]
        // Ranges in which every even-odd couple opens and closes.
        let ranges: [ClosedRange<UInt32>] = [
            0x27E6...0x27EF, 0x2E20...0x2E29, 0x3008...0x3011, 0x3014...0x301B,
        ]
        for range in ranges {
            for open in stride(from: range.lowerBound, to: range.upperBound, by: 2) { list.append((open, open + 1)) }
        }
        for open in stride(from: UInt32(0x2983), to: 0x2998, by: 2) { list.append((open, open + 1)) }
        for open in stride(from: UInt32(0xFE59), to: 0xFE5E, by: 2) { list.append((open, open + 1)) }
        return list
    }()

    private static let table: [UInt32: Int] = {
        var table: [UInt32: Int] = [:]
        for (index, pair) in pairs.enumerated() {
            table[pair.0] = 2 * index
            table[pair.1] = 2 * index + 1
        }
        return table
    }()

    /// Twice the pair's number, plus 1 for the closing half; `nil` for anything unpaired.
    static func index(of scalar: UInt32) -> Int? { table[scalar] }
}
