extension AddedTokenMatcher {
    /// Appends the ids of the tokens found and calls `body` with the text between them, where there is any.
    func split(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ encoding: EncodeOptions, _ classes: PointTable,
        _ buffers: EncodeBuffers, _ body: (Int, Int) -> Void
    ) {
        var done = 0
        var place = 0
        while let match = unsafe next(in: text, from: place, to: count) {
            place = match.end
            let token = tokens[match.token]
            if token.isSpecial, !encoding.parsesSpecial { continue }
            let table = unsafe classes.pointers
            var start = match.start
            if token.stripsLeft {
                while start > done, let before = unsafe Self.spaceBefore(start, text, table) {
                    start = max(before, done)
                }
            }
            var end = match.end
            if token.stripsRight { end = unsafe Runs.spaces(from: end, text, count, table).end }
            if done < start { body(done, start) }
            buffers.append(token.id)
            done = end
        }
        if done < count { body(done, count) }
    }

    /// Where the white space before `place` begins; `nil` where none stands there.
    private static func spaceBefore(
        _ place: Int, _ text: UnsafePointer<UInt8>, _ table: PointTablePointers
    ) -> Int? {
        var start = place - 1
        while start > 0, unsafe text[start] & 0xC0 == 0x80 { start -= 1 }
        return unsafe table.at(start, text, place).kind & UnicodeClasses.space == 0 ? nil : start
    }
}
