/// Walks a run word by word: cuts before and after U+0020, and between Han ideographs where the font allows it.
///
/// A space that a mark or joiner follows is no cut, because the mark belongs to it.
@safe
struct WordCutter {
    let text: UnsafeBufferPointer<UInt8>
    let run: Range<Int>
    let table: ScalarTable
    let cutsIdeographs: Bool
    private var position: Int
    /// Whether the word last returned begins with a mark, so that its neighbours shape it.
    private(set) var startsWithMark = false

    init(text: UnsafeBufferPointer<UInt8>, run: Range<Int>, table: ScalarTable, cutsIdeographs: Bool) {
        unsafe self.text = unsafe text
        self.run = run
        self.table = table
        self.cutsIdeographs = cutsIdeographs
        position = run.lowerBound
    }

    /// The next word; the spaces before it are added to `advance`, and those at the end when `nil` is returned.
    @inline(__always)
    mutating func next(_ advance: inout Int, space: Int) throws(TypesettingError) -> Range<Int>? {
        while position < run.upperBound, unsafe text[position] == 0x20, try isCut(after: position) {
            advance += space
            position += 1
        }
        guard position < run.upperBound else { return nil }
        let start = position
        startsWithMark = unsafe text[start] >= 0x80 ? try flags(at: start).contains(.extends) : false
        if cutsIdeographs { return try nextIdeographs(start) }
        while position < run.upperBound {
            if unsafe text[position] == 0x20, try isCut(after: position) { break }
            position += 1
        }
        return start..<position
    }

    /// Whether the space at `space` may be cut off from what follows.
    @inline(__always)
    private func isCut(after space: Int) throws(TypesettingError) -> Bool {
        let next = space + 1
        guard unsafe next < text.count, unsafe text[next] >= 0x80 else { return true }
        return try !flags(at: next).contains(.extends)
    }

    private func flags(at byte: Int) throws(TypesettingError) -> ScalarFlags {
        var position = byte
        return try table.info(unsafe try UTF8Decoding.next(text, &position)).flags
    }

    private mutating func nextIdeographs(_ start: Int) throws(TypesettingError) -> Range<Int> {
        var wasIdeograph = false
        while position < run.upperBound {
            if unsafe text[position] == 0x20, try isCut(after: position) { break }
            var next = position
            let info = try table.info(unsafe try UTF8Decoding.next(text, &next))
            let isIdeograph = info.flags.contains(.ideograph)
            if wasIdeograph, isIdeograph { break }
            wasIdeograph = isIdeograph
            position = next
        }
        return start..<position
    }
}
