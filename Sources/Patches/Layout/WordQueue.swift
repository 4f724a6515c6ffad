import Typesetting

/// Words of one text that wait to be laid on patches whole, each from a patch edge on; only the first has padding before it.
struct WordQueue: RowQueue {
    /// A word's line, and where it is drawn.
    struct Item {
        let run: TextRun
        let line: Line
        let column: Int
    }

    /// Words of one sequence.
    struct Row: PatchRow {
        var items: [Item] = []
        /// The patch of each word, and the one behind the last.
        var starts: [Int]
        /// N of a sequence that ends with them.
        var end: Int { max(starts.last ?? 1, 1) }
        var runs: [TextRun] { items.map(\.run) }

        func draw(on renderer: PatchRenderer, _ report: inout RenderReport) throws -> [PatchSpan]? {
            try renderer.draw(self, &report)
        }
    }

    private let words: [TextRun]
    private var index = 0
    /// Words before the next one of `words`: the rest of one that was cut, and what is shown again.
    private var ahead: [TextRun] = []
    private var repeated = 0
    private(set) var taken = 0

    init(_ words: [TextRun]) { self.words = words }

    var isEmpty: Bool { ahead.isEmpty && index >= words.count }
    func padding(_ renderer: PatchRenderer) -> Int { renderer.options.padLeft }

    private var hasOneWord: Bool { ahead.count + words.count - index == 1 }
    private var first: TextRun? { ahead.first ?? (index < words.count ? words[index] : nil) }

    private mutating func removeFirst() {
        if repeated > 0 { repeated -= 1 } else { taken += 1 }
        if ahead.isEmpty { index += 1 } else { ahead.removeFirst() }
    }

    /// Under `split` a word goes to the next row when it does not fit, or is cut when it fits none.
    mutating func fill(
        _ renderer: PatchRenderer, _ patches: Range<Int>, _ overflow: LayoutOptions.Overflow, isStrict: Bool,
        _ report: inout RenderReport
    ) throws -> Row {
        let (options, patchSize) = (renderer.options, renderer.patchSize)
        let limit = patches.upperBound * patchSize
        var row = Row(starts: [patches.lowerBound])
        var column = patches.lowerBound * patchSize + options.padLeft
        func add(_ run: TextRun, _ line: Line, end: Int) {
            row.items.append(Item(run: run, line: line, column: column))
            column = min(renderer.unboundedNextPatch(end), limit)
            row.starts.append(column / patchSize)
        }
        while let word = first {
            let isLast = hasOneWord
            if overflow == .split {
                let plain = try renderer.wordLine(word, room: limit - column - options.padRight)
                guard let plain else {
                    guard row.items.isEmpty else {
                        report.overflowed = true
                        return row
                    }
                    let width = max(limit - column - options.padRight, 1)
                    let (part, line, rest) = try renderer.cutWord(word, width: width)
                    if isStrict, line.width > width { break }
                    add(part, line, end: column + line.width + options.padRight)
                    removeFirst()
                    if let rest { ahead.insert(rest, at: 0) }
                    if !isEmpty { report.overflowed = true }
                    return row
                }
                if isLast {
                    add(word, plain, end: column + plain.width + options.padRight)
                    removeFirst()
                    return row
                }
            }
            let line = try renderer.typesetter.line(isLast ? word.bytes : word.bytes + [UInt8(ascii: " ")], role: .word)
            let isFull = !isLast && renderer.unboundedNextPatch(column + line.width) >= limit
            if overflow == .error, column + line.width > limit || isFull {
                throw LayoutError.tooWide(
                    segment: word.segment, width: column + line.width, available: limit, maxPatches: renderer.maxPatches
                )
            }
            let isCut = column + line.width > limit
            add(word, line, end: column + line.width + (isLast ? options.padRight : 0))
            removeFirst()
            if column == limit, !isLast || isCut {
                if overflow != .split { report.truncated = !isLast || isCut }
                report.overflowed = true
                return row
            }
        }
        if row.items.isEmpty {
            column = min(renderer.unboundedNextPatch(max(column + options.padRight, 1)), limit)
            row.starts = [column / patchSize]
        }
        return row
    }

    mutating func repeatEnd(of row: Row, patches: Int) {
        let count = row.starts.dropLast().reversed().prefix { (row.starts.last ?? 0) - $0 <= patches }.count
        ahead.insert(contentsOf: row.items.suffix(count).map(\.run), at: 0)
        repeated = count
    }
}
