import Foundations
import Patches

/// Where examples come from, one after the other, with a place that can be saved.
protocol ExampleReading: AnyObject {
    /// The next example, nil after the last.
    func next() throws -> TrainingExample?
    /// Behind the example taken last.
    var cursor: JSONValue { get throws }
}

/// Where an ``ExampleStream`` stands.
struct ExampleCursor<Position: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    /// Of the document or shard.
    var position: Position
    /// Examples of it that were taken.
    var taken: Int
}

/// Examples that background threads make of documents or shards, in the order of these, whatever the number of threads.
final class ExampleStream<Position: Codable & Sendable & Equatable, Unit: Sendable>: ExampleReading {
    /// Makes the examples of a unit.
    typealias Make = (_ unit: Unit, _ emit: (TrainingExample) throws -> Void) throws -> Void

    private struct Batch: Sendable {
        var units: [Unit] = []
        var positions: [Position] = []
        /// Examples of the first unit to leave out.
        var skipped: Int
    }

    private struct Chunk: Sendable {
        var examples: [TrainingExample] = []
        /// For each example the place of its unit in `positions` and its own place in the unit.
        var places: [(unit: Int, index: Int)] = []
        var positions: [Position] = []
        var byteCount = 0
    }

    private let pipeline: OrderedPipeline<Batch, Chunk>
    private var chunk = Chunk()
    private var taken = 0
    private var before: ExampleCursor<Position>?

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - workers: background threads.
    ///   - start: examples of the first unit to leave out.
    ///   - cursor: where it stands before the first example.
    ///   - units: the next unit with its place and weight in bytes.
    ///   - makeWorker: called once in each thread.
    init(
        workers: Int, from cursor: ExampleCursor<Position>?, bufferBytes: Int = 32 << 20,
        units: sending @escaping () throws -> (unit: Unit, position: Position, weight: Int)?,
        makeWorker: @escaping @Sendable () throws -> Make
    ) {
        before = cursor
        pipeline = OrderedPipeline(
            workers: workers, budget: bufferBytes, weight: { $0.byteCount },
            source: Self.batches(units, skipping: cursor?.taken ?? 0),
            makeWorker: {
                let make = try makeWorker()
                return { batch, emit in try Self.work(batch, make, emit) }
            })
    }

    /// Bytes of units that a thread takes at a time.
    private static var batchBytes: Int { 1 << 16 }
    /// Bytes of examples that are handed over at a time.
    private static var chunkBytes: Int { 1 << 20 }

    private static func batches(
        _ units: sending @escaping () throws -> (unit: Unit, position: Position, weight: Int)?, skipping skipped: Int
    ) -> sending () throws -> Batch? {
        var skipped = skipped
        return {
            var batch = Batch(skipped: skipped)
            var weight = 0
            while weight < batchBytes, let next = try units() {
                batch.units.append(next.unit)
                batch.positions.append(next.position)
                weight += next.weight + 16
            }
            skipped = 0
            return batch.units.isEmpty ? nil : batch
        }
    }

    private static func work(_ batch: Batch, _ make: @escaping Make, _ emit: (Chunk) throws -> Void) throws {
        var chunk = Chunk(positions: batch.positions)
        for (offset, unit) in batch.units.enumerated() {
            var index = 0
            try make(unit) { example in
                defer { index += 1 }
                guard offset > 0 || index >= batch.skipped else { return }
                chunk.byteCount += example.byteCount
                chunk.examples.append(example)
                chunk.places.append((offset, index))
                if chunk.byteCount >= chunkBytes {
                    try emit(chunk)
                    chunk = Chunk(positions: batch.positions)
                }
            }
        }
        if !chunk.examples.isEmpty { try emit(chunk) }
    }

    func next() throws -> TrainingExample? {
        while taken >= chunk.examples.count {
            before = position
            taken = 0
            chunk = Chunk()
            guard let fresh = try pipeline.next() else { return nil }
            chunk = fresh
        }
        taken += 1
        return chunk.examples[taken - 1]
    }

    private var position: ExampleCursor<Position>? {
        guard taken > 0 else { return before }
        let place = chunk.places[taken - 1]
        return ExampleCursor(position: chunk.positions[place.unit], taken: place.index + 1)
    }

    var cursor: JSONValue {
        get throws { try position.map { try StrictJSON.encodedValue($0) } ?? .null }
    }
}
