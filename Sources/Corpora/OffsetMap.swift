/// Byte offsets of a changed text, mapped back: stretches that were kept and stretches that were replaced, in order.
struct OffsetMap: Sendable, Equatable {
    private struct Stretch: Sendable, Equatable {
        let cleaned: Int
        let original: Int
        let isKept: Bool
    }

    private var stretches = [Stretch(cleaned: 0, original: 0, isKept: true)]

    /// From here on bytes stand for something else, up to the next `keep`.
    mutating func change(cleaned: Int, original: Int) {
        stretches.append(Stretch(cleaned: cleaned, original: original, isKept: false))
    }

    /// From here on bytes are the original's.
    mutating func keep(cleaned: Int, original: Int) {
        stretches.append(Stretch(cleaned: cleaned, original: original, isKept: true))
    }

    /// O(log n).
    func original(of cleaned: Int) -> Int {
        var low = 0
        var high = stretches.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if stretches[middle].cleaned <= cleaned { low = middle } else { high = middle }
        }
        let stretch = stretches[low]
        return stretch.isKept ? stretch.original + cleaned - stretch.cleaned : stretch.original
    }
}
