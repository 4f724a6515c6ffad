import Foundations

/// Lines of plain text or of JSON.
final class LineReader: RecordReader {
    private let lineBuffer: LineBuffer
    private let isJSON: Bool
    private let limit: Int
    private var line: Int

    init(reader: CompressedReader, position: ReadPosition, isJSON: Bool, limit: Int) throws(FileError) {
        lineBuffer = try LineBuffer(reader: reader, offset: position.byteOffset)
        self.isJSON = isJSON
        self.limit = limit
        line = position.line
    }

    func next() throws(FileError) -> RecordPiece? {
        while let found = try lineBuffer.line(limit: limit) {
            line += 1
            let start = lineBuffer.offset
            switch found {
            case .complete(let range, let end):
                let bytes = lineBuffer.bytes(range)
                lineBuffer.consume(end)
                if isJSON, bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
                return piece(isJSON ? .json(bytes) : .text(bytes), start: start)
            case .tooLong:
                try lineBuffer.dropLine()
                return piece(
                    .problem(
                        Problem(
                            kind: .tooLong, path: lineBuffer.reader.path, line: line, byteOffset: start,
                            detail: "a line of more than \(limit) bytes")), start: start)
            }
        }
        return nil
    }

    private func piece(_ content: RawRecord.Content, start: Int) -> RecordPiece {
        RecordPiece(
            content: content, line: line, byteOffset: start, nextByteOffset: lineBuffer.offset, nextLine: line)
    }
}

/// A whole file as one document.
final class WholeFileReader: RecordReader {
    private let lineBuffer: LineBuffer
    private let limit: Int
    private var isDone: Bool

    init(reader: CompressedReader, position: ReadPosition, limit: Int) throws(FileError) {
        lineBuffer = try LineBuffer(reader: reader, offset: position.byteOffset)
        self.limit = limit
        isDone = position.line > 0
    }

    func next() throws(FileError) -> RecordPiece? {
        if isDone { return nil }
        isDone = true
        let start = lineBuffer.offset
        guard var bytes = try lineBuffer.rest(limit: limit) else {
            let problem = Problem(
                kind: .tooLong, path: lineBuffer.reader.path, byteOffset: start,
                detail: "a document of more than \(limit) bytes")
            return RecordPiece(content: .problem(problem), byteOffset: start, nextByteOffset: start, isLast: true)
        }
        let end = start + bytes.count
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.count < end - start, bytes.last == 0x0D { bytes.removeLast() }
        return RecordPiece(content: .text(bytes), byteOffset: start, nextByteOffset: end, nextLine: 1)
    }
}
