/// Where words end, by the patterns of ``PreTokenizerPattern``.
///
/// Each function returns the end of the word that begins at `start`, always behind `start`. `text` is well-formed UTF-8,
/// `end` the end of the piece: what follows it does not count, as if it were not there.
protocol WordSplitter {
    static func endOfWord(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ table: PointTablePointers) -> Int
}

/// The whole piece is a word.
enum WholeSplitter: WordSplitter {
    @inline(__always)
    static func endOfWord(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ table: PointTablePointers) -> Int {
        end
    }
}

/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
enum GPT2Splitter: WordSplitter {
    @inline(__always)
    static func endOfWord(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ table: PointTablePointers) -> Int {
        let first = unsafe text[start]
        if first == UInt8(ascii: "'") {
            let length = unsafe Runs.contraction(text, start, end, anyCase: false)
            if length > 0 { return start + length }
        }
        let word = first == 0x20 && start + 1 < end ? start + 1 : start
        let (kind, length) = unsafe table.at(word, text, end)
        if kind & UnicodeClasses.space == 0 {
            return unsafe Runs.end(like: kind & Runs.wordKinds, from: word + length, text, end, table)
        }
        let run = unsafe Runs.spaces(from: start, text, end, table)
        return run.end == end || run.last == start ? run.end : run.last
    }
}

/// Digits alone, and ``GPT2Splitter`` on what is between them.
enum SmolLMSplitter: WordSplitter {
    @inline(__always)
    static func endOfWord(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ table: PointTablePointers) -> Int {
        let first = unsafe text[start]
        if first == UInt8(ascii: "'") {
            let length = unsafe Runs.contraction(text, start, end, anyCase: false)
            if length > 0 { return start + length }
        }
        let (firstKind, firstLength) = unsafe table.at(start, text, end)
        if firstKind & UnicodeClasses.digit != 0 { return start + firstLength }
        let word = first == 0x20 && start + 1 < end ? start + 1 : start
        let (kind, length) = unsafe table.at(word, text, end)
        if kind & UnicodeClasses.digit != 0 { return word }
        if kind & UnicodeClasses.space == 0 {
            return unsafe Runs.end(
                like: kind & Runs.wordKinds, without: UnicodeClasses.digit, from: word + length, text, end, table)
        }
        let run = unsafe Runs.spaces(from: start, text, end, table)
        if run.end == end || run.last == start { return run.end }
        // A digit ends the piece, and white space at the end of a piece stays together.
        return unsafe table.at(run.end, text, end).kind & UnicodeClasses.digit != 0 ? run.end : run.last
    }
}

/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
enum Llama3Splitter: WordSplitter {
    @inline(__always)
    static func endOfWord(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ table: PointTablePointers) -> Int {
        unsafe LaterSplitter.endOfWord(text, start, end, table, digits: 3, letters: UnicodeClasses.letter)
    }
}

/// As ``Llama3Splitter`` with each digit alone.
enum Qwen2Splitter: WordSplitter {
    @inline(__always)
    static func endOfWord(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ table: PointTablePointers) -> Int {
        unsafe LaterSplitter.endOfWord(text, start, end, table, digits: 1, letters: UnicodeClasses.letter)
    }
}

/// As ``Qwen2Splitter`` with marks among the letters.
enum Qwen35Splitter: WordSplitter {
    @inline(__always)
    static func endOfWord(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ table: PointTablePointers) -> Int {
        let letters = UnicodeClasses.letter | UnicodeClasses.mark
        return unsafe LaterSplitter.endOfWord(text, start, end, table, digits: 1, letters: letters)
    }
}

/// What the patterns since Llama 3 have in common.
private enum LaterSplitter {
    @inline(__always)
    static func endOfWord(
        _ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ table: PointTablePointers, digits: Int, letters: UInt8
    ) -> Int {
        let first = unsafe text[start]
        if first == UInt8(ascii: "'") {
            let length = unsafe Runs.contraction(text, start, end, anyCase: true)
            if length > 0 { return start + length }
        }
        let (kind, length) = unsafe table.at(start, text, end)
        let next = start + length
        if kind & UnicodeClasses.letter != 0 {
            return unsafe Runs.letters(letters, from: next, text, end, table)
        }
        let isBreak = first == 0x0A || first == 0x0D
        if kind & UnicodeClasses.number == 0, !isBreak {
            if next < end, unsafe table.at(next, text, end).kind & letters != 0 {
                return unsafe Runs.letters(letters, from: next, text, end, table)
            }
            // A mark without a letter behind it.
            if kind & letters != 0 { return next }
        }
        if kind & UnicodeClasses.number != 0 {
            return unsafe Runs.numbers(atMost: digits - 1, from: next, text, end, table)
        }
        let word = first == 0x20 && next < end ? next : start
        let (wordKind, wordLength) = unsafe table.at(word, text, end)
        if wordKind & (letters | UnicodeClasses.number | UnicodeClasses.space) == 0 {
            var place = word + wordLength
            while place < end {
                let (kind, length) = unsafe table.at(place, text, end)
                if kind & (letters | UnicodeClasses.number | UnicodeClasses.space) != 0 { break }
                place += length
            }
            while place < end, unsafe text[place] == 0x0A || text[place] == 0x0D { place += 1 }
            return place
        }
        let run = unsafe Runs.spaces(from: start, text, end, table)
        if run.lastBreak > 0 { return run.lastBreak }
        return run.end == end || run.last == start ? run.end : run.last
    }
}
