import Foundations
import Glibc

/// A sliding buffer over a decompressed stream that finds line breaks.
///
/// Memory: one line and one block, whatever the length of the stream.
final class LineBuffer {
    /// A line in the buffer.
    enum Line {
        /// Without its line break; a carriage return before it is left out too.
        case complete(Range<Int>, end: Int)
        /// Longer than the limit.
        case tooLong
    }

    let reader: CompressedReader
    private(set) var buffer: [UInt8] = []
    /// The first byte of the buffer that is not consumed.
    private(set) var head = 0
    /// Offset of that byte in the stream.
    private(set) var offset = 0
    private var atEnd = false

    /// Opens the stream at a byte. A byte order mark at its beginning is consumed.
    init(reader: CompressedReader, offset: Int) throws(FileError) {
        self.reader = reader
        buffer = try reader.skip(to: offset)
        self.offset = offset
        if offset == 0 {
            while buffer.count < 3, try fill() {}
            if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { consume(3) }
        }
    }

    /// The line that begins `skipping` bytes after the head; `nil` at the end of the stream.
    ///
    /// Positions are relative to the head.
    func line(after skipping: Int = 0, limit: Int) throws(FileError) -> Line? {
        var searched = skipping
        while true {
            if let found = find(from: searched) {
                if found - skipping > limit + 1 { return .tooLong }
                var end = found
                if end > skipping, byte(end - 1) == 0x0D { end -= 1 }
                return end - skipping > limit ? .tooLong : .complete(skipping..<end, end: found + 1)
            }
            let available = buffer.count - head
            if available - skipping > limit + 1 { return .tooLong }
            searched = available
            if !(try fill()) {
                if available == skipping { return nil }
                if available - skipping > limit { return .tooLong }
                var end = available
                if byte(end - 1) == 0x0D { end -= 1 }
                return .complete(skipping..<end, end: available)
            }
        }
    }

    /// Passes over the rest of a line without keeping it.
    func dropLine() throws(FileError) {
        while true {
            if let found = find(from: 0) { return consume(found + 1) }
            consume(buffer.count - head)
            if !(try fill()) { return }
        }
    }

    /// All that is left, at most `limit` bytes; `nil` when there is more.
    func rest(limit: Int) throws(FileError) -> [UInt8]? {
        while buffer.count - head <= limit {
            if !(try fill()) { return Array(buffer[head...]) }
        }
        return nil
    }

    /// A byte relative to the head.
    func byte(_ position: Int) -> UInt8 { buffer[head + position] }

    /// A copy of bytes relative to the head.
    func bytes(_ range: Range<Int>) -> [UInt8] { Array(buffer[head + range.lowerBound..<head + range.upperBound]) }

    /// Moves the head.
    func consume(_ count: Int) {
        head += count
        offset += count
    }

    /// Reads a block more; `false` at the end of the stream.
    func fill() throws(FileError) -> Bool {
        if atEnd { return false }
        if head > 0 {
            buffer.removeSubrange(..<head)
            head = 0
        }
        atEnd = try reader.read(appendingTo: &buffer) == 0
        return !atEnd
    }

    private func find(from start: Int) -> Int? {
        let base = head
        return unsafe buffer.withUnsafeBytes { raw in
            guard base + start < raw.count, let first = raw.baseAddress else { return nil }
            let found = unsafe memchr(first + base + start, 0x0A, raw.count - base - start)
            guard let found = unsafe found else { return nil }
            return unsafe UnsafeRawPointer(found) - (first + base)
        }
    }
}
