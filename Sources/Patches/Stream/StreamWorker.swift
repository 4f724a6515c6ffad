/// Sequences on their way to the consumer.
struct StreamChunk: Sendable {
    var items: [StreamedSequence] = []
    var problems: [String] = []
    var byteCount = 0
    var isEmpty: Bool { items.isEmpty && problems.isEmpty }
}

/// Renders the documents of one batch and hands their sequences over in chunks.
struct StreamWorker {
    let renderer: PatchRenderer
    private var chunk = StreamChunk()

    /// Pixels that are handed over at a time.
    private static var chunkBytes: Int { 2 << 20 }

    init(renderer: PatchRenderer) { self.renderer = renderer }

    /// Renders document number `document`, without its first `skipped` sequences. What is at hand after the last
    /// document of a batch, or before an error, is handed over.
    mutating func render(
        document: Int, skipped: Int, isLast: Bool, parse: () throws -> ParsedPatchRecord,
        emit: (StreamChunk) throws -> Void
    ) throws {
        var origin = StreamOrigin(name: "record", line: document)
        do {
            let record = try parse()
            chunk.problems += record.problems
            if let parsed = record.document {
                origin = parsed.origin
                try render(parsed, document: document, skipped: skipped, emit: emit)
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            if !chunk.isEmpty { try emit(chunk) }
            throw StreamError.document(index: document, origin: origin, underlying: error)
        }
        if isLast, !chunk.isEmpty { try emit(chunk) }
    }

    private mutating func render(
        _ parsed: StreamDocument, document: Int, skipped: Int, emit: (StreamChunk) throws -> Void
    ) throws {
        var index = 0
        _ = try renderer.render(parsed.input) { sequence in
            defer { index += 1 }
            guard index >= skipped else { return }
            chunk.byteCount += sequence.pixels.count
            chunk.items.append(
                StreamedSequence(
                    sequence: sequence, document: document, index: index, label: parsed.label,
                    origin: parsed.origin))
            if chunk.byteCount >= Self.chunkBytes {
                try emit(chunk)
                chunk = StreamChunk()
            }
        }
    }
}
