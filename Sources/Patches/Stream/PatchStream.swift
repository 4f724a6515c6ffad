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
        var records: [Source.Record] = []
        /// Where each record begins.
        var positions: [Source.Position] = []
        var firstDocument: Int
        var skippedSequences: Int
    }

    private struct Chunk: Sendable {
        var sequences = StreamChunk()
        /// Where the documents of the chunk's batch begin.
        var positions: [Source.Position] = []
        var firstDocument = 0
    }

    private let pipeline: OrderedPipeline<Batch, Chunk>
    private let start: Cursor
    private var chunk = Chunk()
    private var taken = 0

    /// Behind the sequence taken last.
    public var cursor: Cursor {
        guard taken > 0 else { return before }
        let item = chunk.sequences.items[taken - 1]
        return Cursor(
            position: chunk.positions[item.document - chunk.firstDocument], document: item.document,
            sequence: item.index + 1, fingerprint: start.fingerprint)
    }
    /// Behind the last sequence of the chunk before.
    private var before: Cursor

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
    ///   - cursor: where to resume; `nil` is the source's present position.
    ///   - batchBytes: text that a thread takes at a time.
    ///   - bufferBytes: pixels that may wait for the consumer.
    ///
    /// Throws ``StreamError/foreignCursor(expected:got:)``, ``LayoutError`` or `TypesettingError` for bad options,
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
        self.start = start
        before = start
        let parse = try source.makeParser()
        pipeline = OrderedPipeline(
            workers: workers, budget: bufferBytes, weight: { $0.sequences.byteCount },
            source: Self.batches(of: source, from: start, batchBytes: batchBytes),
            makeWorker: {
                let typesetter = try Typesetter(fonts: fonts, options: render)
                let renderer = try PatchRenderer(typesetter: typesetter, options: layout)
                return { batch, emit in
                    let first = batch.firstDocument
                    var worker = StreamWorker(renderer: renderer)
                    for (offset, record) in batch.records.enumerated() {
                        try worker.render(
                            document: first + offset, skipped: offset == 0 ? batch.skippedSequences : 0,
                            isLast: offset == batch.records.count - 1, parse: { try parse(record) },
                            emit: { try emit(Chunk(sequences: $0, positions: batch.positions, firstDocument: first)) })
                    }
                }
            })
    }

    /// The next sequence, or `nil` after the last. Throws ``StreamError`` and what the source throws.
    public func next() throws -> StreamedSequence? {
        while taken >= chunk.sequences.items.count {
            before = cursor
            taken = 0
            chunk = Chunk()
            guard let fresh = try pipeline.next() else { return nil }
            chunk = fresh
            problemCount += fresh.sequences.problems.count
            problems += fresh.sequences.problems.prefix(max(Self.problemLimit - problems.count, 0))
        }
        taken += 1
        return chunk.sequences.items[taken - 1]
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
            var batch = Batch(firstDocument: document, skippedSequences: skipped)
            var byteCount = 0
            while byteCount < batchBytes {
                let position = source.position
                guard let record = try source.next() else { break }
                byteCount += source.byteCount(of: record) + 16
                batch.records.append(record)
                batch.positions.append(position)
            }
            document += batch.records.count
            skipped = 0
            return batch.records.isEmpty ? nil : batch
        }
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
