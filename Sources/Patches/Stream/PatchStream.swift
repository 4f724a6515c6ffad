import Foundation
import Foundations
public import Typesetting

/// Patch sequences rendered on the fly: what a trainer iterates over.
///
/// Documents are parsed and rendered by background threads, about `batchBytes` bytes of text at a time; the sequences
/// come in the order of the source, whatever the number of threads, and hold only the patches they need. ``cursor``
/// can be saved at any time. Dropping the stream stops its threads. One consumer at a time.
///
/// ```swift
/// let stream = try PatchStream(
///     source: ArrayPatchSource(texts), fonts: fonts, render: RenderOptions(), layout: LayoutOptions())
/// while let item = try stream.next() { train(on: item.sequence) }
/// ```
public final class PatchStream<Source: PatchSource> {
    /// Where a stream over this source stands.
    public typealias Cursor = PatchCursor<Source.Position>

    private struct Batch: Sendable {
        var records: [(record: Source.Record, position: Source.Position)]
        var firstDocument: Int
        var skippedSequences: Int
    }

    private struct Chunk: Sendable {
        var items: [(sequence: StreamedSequence, position: Source.Position)] = []
        var problems: [String] = []
        var byteCount = 0
    }

    private let pipeline: OrderedPipeline<Batch, Chunk>
    private var chunk = Chunk()
    private var taken = 0
    /// Behind the sequence taken last.
    public private(set) var cursor: Cursor

    /// What was wrong with records so far, the first ``problemLimit`` messages.
    public private(set) var problems: [String] = []
    /// How many messages there were.
    public private(set) var problemCount = 0

    /// Messages that are kept.
    public static var problemLimit: Int { 100 }

    /// Starts rendering.
    ///
    /// - Parameters:
    ///   - source: the documents.
    ///   - fonts: shared by all threads.
    ///   - render: how text becomes pixels.
    ///   - layout: how it is laid on patches.
    ///   - workers: background threads; 0 renders on the thread that calls ``next()``.
    ///   - cursor: where to go on; `nil` is the source's present position.
    ///   - batchBytes: text that a thread takes at a time.
    ///   - bufferBytes: pixels that may wait for the consumer.
    ///
    /// Throws ``StreamError/foreignCursor(expected:got:)``, ``LayoutError`` or ``TypesettingError`` for bad options,
    /// and what the source throws.
    public init(
        source: sending Source, fonts: FontSet, render: RenderOptions, layout: LayoutOptions, workers: Int = 2,
        from cursor: Cursor? = nil, batchBytes: Int = 1 << 16, bufferBytes: Int = 64 << 20
    ) throws {
        try layout.validate()
        try render.validate()
        let fingerprint = try Self.fingerprint(fonts, render, layout)
        var source = source
        if let cursor {
            guard cursor.fingerprint == fingerprint else {
                throw StreamError.foreignCursor(expected: fingerprint, got: cursor.fingerprint)
            }
            try source.seek(to: cursor.position)
        }
        let start = cursor ?? Cursor(position: source.position, document: 0, sequence: 0, fingerprint: fingerprint)
        self.cursor = start
        let parse = try source.makeParser()
        pipeline = OrderedPipeline(
            workers: workers, budget: bufferBytes, weight: { $0.byteCount },
            source: Self.batches(of: source, from: start, batchBytes: batchBytes),
            makeWorker: {
                let typesetter = try Typesetter(fonts: fonts, options: render)
                let renderer = try PatchRenderer(typesetter: typesetter, options: layout)
                return { batch, emit in try Self.render(batch, renderer, parse, emit) }
            })
    }

    /// The next sequence, or `nil` after the last. Throws ``StreamError`` and what the source throws.
    public func next() throws -> StreamedSequence? {
        while taken >= chunk.items.count {
            guard let fresh = try pipeline.next() else { return nil }
            chunk = fresh
            taken = 0
            problemCount += fresh.problems.count
            problems += fresh.problems.prefix(max(Self.problemLimit - problems.count, 0))
        }
        let (item, position) = chunk.items[taken]
        taken += 1
        cursor.position = position
        cursor.document = item.document
        cursor.sequence = item.index + 1
        return item
    }

    /// Stops the threads. ``next()`` then throws `CancellationError` once the sequences at hand are taken.
    public func cancel() { pipeline.cancel() }

    private static func batches(
        of source: sending Source, from cursor: Cursor, batchBytes: Int
    ) -> sending () throws -> Batch? {
        var source = source
        var document = cursor.document
        var skipped = cursor.sequence
        return {
            var batch = Batch(records: [], firstDocument: document, skippedSequences: skipped)
            var byteCount = 0
            while byteCount < batchBytes {
                let position = source.position
                guard let record = try source.next() else { break }
                byteCount += source.byteCount(of: record) + 16
                batch.records.append((record, position))
            }
            document += batch.records.count
            skipped = 0
            return batch.records.isEmpty ? nil : batch
        }
    }

    private static func render(
        _ batch: Batch, _ renderer: PatchRenderer, _ parse: (Source.Record) throws -> ParsedPatchRecord,
        _ emit: (Chunk) throws -> Void
    ) throws {
        let chunkBytes = 2 << 20
        var chunk = Chunk()
        for (offset, item) in batch.records.enumerated() {
            let document = batch.firstDocument + offset
            var origin = "record \(document)"
            do {
                let record = try parse(item.record)
                chunk.problems += record.problems
                guard let parsed = record.document else { continue }
                origin = parsed.origin
                var index = 0
                let skipped = offset == 0 ? batch.skippedSequences : 0
                _ = try renderer.render(parsed.input) { sequence in
                    defer { index += 1 }
                    guard index >= skipped else { return }
                    let streamed = StreamedSequence(
                        sequence: sequence, document: document, index: index, label: parsed.label,
                        origin: parsed.origin)
                    chunk.items.append((streamed, item.position))
                    chunk.byteCount += sequence.pixels.count
                    if chunk.byteCount >= chunkBytes {
                        try emit(chunk)
                        chunk = Chunk()
                    }
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                if !chunk.items.isEmpty || !chunk.problems.isEmpty { try emit(chunk) }
                throw StreamError.document(index: document, origin: origin, underlying: error)
            }
        }
        if !chunk.items.isEmpty || !chunk.problems.isEmpty { try emit(chunk) }
    }

    private static func fingerprint(
        _ fonts: FontSet, _ render: RenderOptions, _ layout: LayoutOptions
    ) throws -> String {
        var render = render
        render.wordCache = true  // changes no pixel
        render.wordCacheBytes = RenderOptions().wordCacheBytes
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var bytes = try Array(encoder.encode(layout))
        bytes += try encoder.encode(render)
        for font in fonts.fonts { bytes += Array("\(font.sha256)#\(font.faceIndex)".utf8) }
        return SHA256Digest.of(bytes).hex
    }
}
