import Corpora
import Foundations
import Typesetting

/// What a worker thread hands to the writer.
struct JobChunk: Sendable {
    enum Item: Sendable {
        /// A sequence of the document whose end follows.
        case sequence(EncodedSequence)
        /// The end of a record, with or without a document.
        case end(RecordEnd)
    }

    var items: [Item] = []
    var weight = 0
    /// Bytes of the inputs that were read when the batch was made.
    var bytesTaken: Int
    /// Whether it is the last of its batch.
    var endsBatch = false
}

/// What became of one record.
struct RecordEnd: Sendable {
    var counts = RenderCounts()
    var report = ReadReport()
    var next: ReadPosition
    var hasDocument: Bool
}

/// Records on their way to a worker.
struct JobBatch: Sendable {
    var records: [RawRecord]
    var bytesTaken: Int
}

/// Parses, renders and encodes: everything that a worker thread does. One for each thread.
final class DocumentWorker {
    private let parser: RecordParser
    private let renderer: PatchRenderer
    private let encoder: SequenceEncoder
    private let storeText: Bool
    private let skipsFailures: Bool
    /// Whether a document may turn out not to be renderable when sequences of it are written already.
    private let mayFailLate: Bool

    /// Weight of a chunk that is handed on.
    private static let chunkWeight = 1 << 18
    /// Text of pairs and word lists up to this many bytes is stored with every sequence.
    private static let repeatedText = 1 << 16

    init(settings: JobSettings, fonts: FontSet) throws {
        parser = try RecordParser(options: settings.read)
        renderer = try PatchRenderer(
            typesetter: try Typesetter(fonts: fonts, options: settings.render), options: settings.layout)
        encoder = SequenceEncoder(options: settings.shards, names: settings.textNames)
        storeText = settings.shards.storeText
        skipsFailures = settings.read.onStructureError == .skip
        mayFailLate = settings.render.unknownGlyph == .error || settings.layout.overflow == .error
    }

    func work(_ batch: JobBatch, _ emit: (JobChunk) throws -> Void) throws {
        var chunk = JobChunk(bytesTaken: batch.bytesTaken)
        var flushes = 0
        func flush() throws {
            flushes += 1
            try emit(chunk)
            chunk = JobChunk(bytesTaken: batch.bytesTaken)
        }
        for record in batch.records {
            let parsed = try parser.parse(record)
            var end = RecordEnd(next: parsed.next, hasDocument: parsed.document != nil)
            end.report.add(parsed)
            if let document = parsed.document {
                let before = (items: chunk.items.count, weight: chunk.weight, flushes: flushes)
                do {
                    // A document that is left out must leave nothing behind: it is tried first.
                    if skipsFailures, mayFailLate { _ = try renderer.render(TextInput(document)) { _ in } }
                    end.counts = try render(document) { sequence in
                        chunk.weight += sequence.weight
                        chunk.items.append(.sequence(sequence))
                        if chunk.weight >= Self.chunkWeight { try flush() }
                    }
                } catch  where error is LayoutError || error is TypesettingError {
                    guard skipsFailures, flushes == before.flushes else { throw Self.failure(of: document, error) }
                    chunk.items.removeSubrange(before.items...)
                    chunk.weight = before.weight
                    end = Self.end(of: parsed, leavingOut: document, because: error)
                }
            }
            chunk.weight += 64
            chunk.items.append(.end(end))
            if chunk.weight >= Self.chunkWeight { try flush() }
        }
        chunk.endsBatch = true
        try emit(chunk)
    }

    /// The end of a record whose document cannot be rendered.
    private static func end(of parsed: ParsedRecord, leavingOut document: Document, because error: any Error)
        -> RecordEnd
    {
        var parsed = parsed
        parsed.document = nil
        parsed.problems.append(.unrenderable(document.origin, detail: "cannot be rendered: \(error)"))
        var end = RecordEnd(next: parsed.next, hasDocument: false)
        end.report.add(parsed)
        return end
    }

    private static func failure(of document: Document, _ error: any Error) -> ShardError {
        .document(
            path: document.origin.path, line: document.origin.line, index: document.origin.index, reason: "\(error)")
    }

    private func render(_ document: Document, _ emit: (EncodedSequence) throws -> Void) throws -> RenderCounts {
        let input = TextInput(document)
        var counts = RenderCounts()
        counts.documents = 1
        // A sequence's text ends where the next one's begins, so each waits for the one after it.
        var waiting: (sequence: PatchSequence, start: Int)?
        var part = 0
        func finish(nextStart: Int?) throws {
            guard let (sequence, start) = waiting else { return }
            waiting = nil
            let record = ShardRecord(
                sequence: sequence, document: document.origin.index, part: part, label: document.label,
                fields: document.fields, text: storeText ? text(of: input, part: part, from: start, to: nextStart) : nil
            )
            counts.sequences += 1
            counts.patches += sequence.patchCount
            if sequence.channels == 3 { counts.colouredSequences += 1 }
            part += 1
            try emit(try encoder.encode(sequence, record: record))
        }
        let report = try renderer.render(input) { sequence in
            let start = part == 0 && waiting == nil ? 0 : max(waiting?.start ?? 0, sequence.source.utf8.lowerBound)
            try finish(nextStart: start)
            waiting = (sequence, start)
        }
        try finish(nextStart: nil)
        for segment in document.segments {
            counts.textBytes += segment.count
            counts.characters += segment.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
        }
        counts.add(report)
        return counts
    }

    private func text(of input: TextInput, part: Int, from start: Int, to end: Int?) -> ShardRecord.Text? {
        switch input {
        case .single(let text):
            let from = min(start, text.count)
            let to = max(from, min(end ?? text.count, text.count))
            return .part(from == 0 && to == text.count ? text : Array(text[from..<to]))
        case .pair(let first, let second):
            return part == 0 || input.byteCount <= Self.repeatedText ? .pair(first, second) : nil
        case .words(let words):
            return part == 0 || input.byteCount <= Self.repeatedText ? .words(words) : nil
        }
    }
}
