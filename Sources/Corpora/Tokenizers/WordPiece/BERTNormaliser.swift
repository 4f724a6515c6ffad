/// What BERT does to text before it is cut into words, as the `BertNormalizer` of `tokenizers` does it.
public struct BERTNormaliser: Sendable, Equatable {
    /// Removes control characters, makes white space spaces.
    public var cleans: Bool
    /// Puts spaces around Chinese characters.
    public var separatesChinese: Bool
    /// Decomposes and removes the marks.
    public var stripsAccents: Bool
    /// Makes letters small.
    public var lowercases: Bool

    /// As BERT's uncased models, unless said otherwise.
    public init(
        cleans: Bool = true, separatesChinese: Bool = true, stripsAccents: Bool = true, lowercases: Bool = true
    ) {
        self.cleans = cleans
        self.separatesChinese = separatesChinese
        self.stripsAccents = stripsAccents
        self.lowercases = lowercases
    }

    /// The normalised text. O(n).
    func apply(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        guard let base = text.baseAddress else { return [] }
        let classes = unsafe UnicodeClasses.table.pointers
        let lower = LowerCase.shared
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 8)
        // With accents to strip, text that is not ASCII waits here until a character comes that marks do not pass.
        var pending: [UInt32] = []
        var place = 0
        while place < text.count {
            let byte = unsafe base[place]
            if byte < 0x80 {
                place += 1
                if !pending.isEmpty { flush(&pending, to: &output) }
                if cleans, unsafe classes.values[Int(byte)] & UnicodeClasses.control != 0 { continue }
                let isSpace = cleans && byte <= 0x20
                let isCapital = lowercases && byte >= 0x41 && byte <= 0x5A
                output.append(isSpace ? 0x20 : isCapital ? byte | 0x20 : byte)
                continue
            }
            let (point, length) = unsafe UTF8Scalar.at(place, base, text.count)
            place += length
            let kind = unsafe classes.of(point)
            if cleans, kind & UnicodeClasses.control != 0 { continue }
            if cleans, kind & UnicodeClasses.space != 0 {
                if !pending.isEmpty { flush(&pending, to: &output) }
                output.append(0x20)
                continue
            }
            let isChinese = separatesChinese && Self.isChinese(point)
            if isChinese {
                if !pending.isEmpty { flush(&pending, to: &output) }
                output.append(0x20)
            }
            if stripsAccents {
                pending.append(point)
                if isChinese { flush(&pending, to: &output) }
            } else if lowercases {
                lower.append(point, to: &output)
            } else {
                UTF8Scalar.append(point, to: &output)
            }
            if isChinese { output.append(0x20) }
        }
        if !pending.isEmpty { flush(&pending, to: &output) }
        return output
    }

    /// Appends what waits, decomposed, in order and without marks.
    private func flush(_ pending: inout [UInt32], to output: inout [UInt8]) {
        let tables = CanonicalTables.shared
        var points: [UInt32] = []
        for point in pending { tables.decompose(point, into: &points) }
        tables.order(&points)
        for point in points where UnicodeClasses.table[point] & UnicodeClasses.accent == 0 {
            if lowercases {
                LowerCase.shared.append(point, to: &output)
            } else {
                UTF8Scalar.append(point, to: &output)
            }
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// The blocks that BERT calls Chinese.
    private static func isChinese(_ point: UInt32) -> Bool {
        guard point >= 0x3400 else { return false }
        switch point {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F,
            0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
            return true
        default: return false
        }
    }
}
