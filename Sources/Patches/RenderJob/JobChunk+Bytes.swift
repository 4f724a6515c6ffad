import Corpora
import Foundation
import Foundations

// Chunks on their way from rank to rank: integers of 64 bits, the smallest byte first, texts and bytes behind their count.
extension JobChunk {
    /// The chunk as bytes, never none.
    func encoded() throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(weight + 256 * items.count + 32)
        func put(_ numbers: Int...) {
            for number in numbers { bytes.appendLittleEndian(UInt64(bitPattern: Int64(number))) }
        }
        func put(_ block: [UInt8]) {
            put(block.count)
            bytes.append(contentsOf: block)
        }
        put(endsBatch ? 1 : 0, bytesTaken, items.count)
        for item in items {
            switch item {
            case .sequence(let sequence):
                put(0, sequence.patchCount, sequence.channels)
                put(sequence.payload)
                put(sequence.record)
            case .end(let end):
                let next = end.next
                put(1, end.hasDocument ? 1 : 0, next.file, next.byteOffset, next.line, next.entry, next.index)
                for field in RenderCounts.numbers { put(end.counts[keyPath: field]) }
                put(end.counts.missingGlyphs.count)
                for (script, count) in end.counts.missingGlyphs.sorted(by: { $0.key < $1.key }) {
                    put(Array(script.utf8))
                    put(count)
                }
                // Most reports say only that a document was read.
                let isPlain = end.report == ReadReport(documents: end.report.documents)
                put(end.report.documents)
                put(isPlain ? [] : [UInt8](try JSONEncoder().encode(end.report)))
            }
        }
        return bytes
    }

    /// The chunk that a rank sent. Throws ``ShardError/malformed(path:byteOffset:reason:)``.
    init(_ bytes: [UInt8], from rank: Int) throws {
        var place = 0
        func fail() -> ShardError {
            .malformed(path: "rank \(rank)", byteOffset: place, reason: "it sent something else than a chunk")
        }
        func number() throws -> Int {
            guard bytes.count - place >= 8 else { throw fail() }
            defer { place += 8 }
            return Int(
                truncatingIfNeeded: unsafe bytes.withUnsafeBytes { unsafe littleEndian(UInt64.self, in: $0, at: place) }
            )
        }
        func block() throws -> [UInt8] {
            let count = try number()
            guard count >= 0, count <= bytes.count - place else { throw fail() }
            defer { place += count }
            return Array(bytes[place..<place + count])
        }
        endsBatch = try number() == 1
        bytesTaken = try number()
        for _ in 0..<max(0, try number()) {
            switch try number() {
            case 0:
                let (patches, channels) = (try number(), try number())
                items.append(
                    .sequence(
                        EncodedSequence(
                            payload: try block(), record: try block(), patchCount: patches, channels: channels)))
            case 1:
                let hasDocument = try number() == 1
                var end = RecordEnd(next: ReadPosition(), hasDocument: hasDocument)
                end.next.file = try number()
                end.next.byteOffset = try number()
                end.next.line = try number()
                end.next.entry = try number()
                end.next.index = try number()
                for field in RenderCounts.numbers { end.counts[keyPath: field] = try number() }
                for _ in 0..<max(0, try number()) {
                    let script = String(decoding: try block(), as: UTF8.self)
                    end.counts.missingGlyphs[script] = try number()
                }
                end.report = ReadReport(documents: try number())
                let report = try block()
                if !report.isEmpty { end.report = try JSONDecoder().decode(ReadReport.self, from: Data(report)) }
                items.append(.end(end))
            default: throw fail()
            }
        }
        guard place == bytes.count else { throw fail() }
    }
}

extension RenderCounts {
    /// All counts but those of missing glyphs.
    static var numbers: [WritableKeyPath<RenderCounts, Int>] {
        [
            \.documents, \.sequences, \.colouredSequences, \.patches, \.characters, \.textBytes, \.overflowedDocuments,
            \.truncatedDocuments, \.droppedMarks, \.forcedCuts,
        ]
    }
}
