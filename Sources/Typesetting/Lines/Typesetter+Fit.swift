/// The part of a text that fits a width.
public struct Fit: Sendable {
    /// Byte where the drawn text begins: behind the spaces at the start of the part when they leave no room for more.
    public let start: Int
    /// Byte after the drawn text; trailing spaces are not drawn.
    public let end: Int
    /// Byte where the next part starts.
    public let next: Int
    /// The drawn part, laid out as a text of its own.
    public let line: Line
}

extension Typesetter {
    /// The longest part of `text` from `start` on that is at most `maxWidth` pixels wide and ends where a word ends;
    /// where not even one word fits, it ends between clusters.
    ///
    /// The cut is found in the layout of a longer stretch, then the part is laid out alone and measured again. It
    /// always advances: a single cluster wider than `maxWidth` is returned as it is.
    ///
    /// A cut swallows the run of spaces it falls in, however long it is: no part shows spaces alone but the whole text.
    /// Spaces at the start are drawn, unless nothing fits behind them. Of a text of spaces that does not fit, the part
    /// is empty.
    ///
    /// - Parameters:
    ///   - text: valid UTF-8 without line breaks.
    ///   - start: byte where the part begins, a character boundary before the end.
    ///   - maxWidth: pixels.
    ///   - direction: base direction of the part.
    /// - Complexity: linear in the part returned.
    public func fit(
        _ text: [UInt8], from start: Int = 0, maxWidth: Int, direction: BaseDirection = .auto
    ) throws(TypesettingError) -> Fit {
        var take = max(64, maxWidth * 3 / 16)
        while true {
            let end = characterBoundary(text, min(text.count, start + take))
            let whole = end == text.count
            let line = try line(Array(text[start..<end]), direction: direction)
            if whole, line.width <= maxWidth { return Fit(start: start, end: end, next: end, line: line) }
            if !whole, line.width <= maxWidth + Int(options.em) * 8 {
                take *= 2  // too short to hold the cut and what follows it
                continue
            }
            return try cut(text, start, line, maxWidth, direction)
        }
    }

    private func characterBoundary(_ text: [UInt8], _ byte: Int) -> Int {
        var byte = byte
        while byte < text.count, byte > 0, text[byte] & 0xC0 == 0x80 { byte -= 1 }
        return byte
    }

    private func cut(
        _ text: [UInt8], _ start: Int, _ line: Line, _ maxWidth: Int, _ direction: BaseDirection
    ) throws(TypesettingError) -> Fit {
        if line.isSimple, let fit = cutSimple(text, start, line, maxWidth) { return fit }
        let clusters = try clusters(of: line)
        // Width of a prefix: the sum of its clusters' advances, whatever the direction they stand in.
        var breaks: [Int] = []  // first byte of each run of spaces that begins in time
        var width = 0
        var widest = 0  // bytes of the longest prefix of whole clusters that fits
        let leading = afterSpaces(line.text, 0)
        for cluster in clusters {
            let byte = cluster.utf8.lowerBound
            if width <= maxWidth, byte > leading, line.text[byte] == 0x20, line.text[byte - 1] != 0x20 {
                breaks.append(byte)
            }
            width += cluster.x.count
            if width <= maxWidth { widest = cluster.utf8.upperBound }
        }
        for end in breaks.reversed() {
            if let fit = try part(text, start, start + end, maxWidth, direction) { return fit }
        }
        for cluster in clusters.reversed() {
            let end = cluster.utf8.upperBound
            // A part that ends with spaces ends at the break before them.
            guard end > leading, end <= widest, line.text[end - 1] != 0x20 else { continue }
            if let fit = try part(text, start, start + end, maxWidth, direction) { return fit }
        }
        guard leading == 0 else { return try behindSpaces(text, start, maxWidth, direction) }
        let first = start + (clusters.first?.utf8.upperBound ?? line.text.count)
        return Fit(
            start: start, end: first, next: afterSpaces(text, first),
            line: try self.line(Array(text[start..<first]), direction: direction))
    }

    /// The part that follows the spaces at `start`, which leave no room.
    private func behindSpaces(
        _ text: [UInt8], _ start: Int, _ maxWidth: Int, _ direction: BaseDirection
    ) throws(TypesettingError) -> Fit {
        let next = afterSpaces(text, start)
        guard next == text.count else { return try fit(text, from: next, maxWidth: maxWidth, direction: direction) }
        return Fit(start: start, end: start, next: next, line: try line([], direction: direction))
    }

    /// Lays out `text[start..<end]` without trailing spaces; `nil` when it is too wide after all.
    private func part(
        _ text: [UInt8], _ start: Int, _ end: Int, _ maxWidth: Int, _ direction: BaseDirection
    ) throws(TypesettingError) -> Fit? {
        var last = end
        while last > start, text[last - 1] == 0x20 { last -= 1 }
        let line = try line(Array(text[start..<last]), direction: direction)
        guard line.width <= maxWidth else { return nil }
        return Fit(start: start, end: last, next: afterSpaces(text, last), line: line)
    }

    private func afterSpaces(_ text: [UInt8], _ byte: Int) -> Int {
        var byte = byte
        while byte < text.count, text[byte] == 0x20 { byte += 1 }
        return byte
    }

    /// The cut of a line that is one left-to-right run of words: its prefix needs no second layout.
    private func cutSimple(_ text: [UInt8], _ start: Int, _ line: Line, _ maxWidth: Int) -> Fit? {
        guard let run = line.runs.first else { return nil }
        var count = 0
        for piece in line.pieces {
            guard Int(piece.x) + Int(piece.width) <= maxWidth else { break }
            count += 1
        }
        // The word after the cut must start after a space, and the script of the part must be that of the whole.
        while count > 0 {
            let end = Int(line.pieces[count - 1].utf8.upperBound)
            if end < line.text.count, line.text[end] == 0x20,
                end >= line.firstRealScript || line.firstRealScript == Int.max
            {
                break
            }
            count -= 1
        }
        guard count > 0 else { return nil }
        let last = line.pieces[count - 1]
        let end = Int(last.utf8.upperBound)
        var part = Line(text: Array(line.text[..<end]))
        part.width = Int(last.x) + Int(last.width)
        part.pieces = Array(line.pieces[..<count])
        part.glyphs = line.glyphs
        part.missing = line.missing.filter { $0.byteOffset < end }
        part.isSimple = true
        part.firstRealScript = line.firstRealScript
        var shorter = run
        shorter.width = Int32(part.width)
        shorter.pieces = run.pieces.lowerBound..<run.pieces.lowerBound + Int32(count)
        shorter.utf8 = run.utf8.lowerBound..<Int32(end)
        part.runs = [shorter]
        return Fit(start: start, end: start + end, next: afterSpaces(text, start + end), line: part)
    }
}
