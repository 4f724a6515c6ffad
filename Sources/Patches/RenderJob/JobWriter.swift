import Corpora
import Foundation
import Foundations
import Typesetting

/// The one thread that writes: cuts shards, keeps the journal, counts, tells how far the work is.
final class JobWriter {
    private let folder: OutputFolder
    private let options: ShardOptions
    private let patchSize: Int
    private let totalBytes: Int?
    private let onEvent: @Sendable (RenderEvent) -> Void
    private let makeCursor: (ReadPosition) -> Cursor
    private var journal: Journal
    private var sink: (any ShardSink)?
    private var entry: ShardEntry?
    private var counts: RenderCounts
    private var report: ReadReport
    private var key: Int
    private var bytesTaken = 0
    private let startCounts: RenderCounts
    private let startBytes: Int
    private let clock = ContinuousClock()
    private let begin: ContinuousClock.Instant
    private var lastEvent: ContinuousClock.Instant

    init(
        folder: OutputFolder, journal: Journal, totalBytes: Int?, startBytes: Int,
        makeCursor: @escaping (ReadPosition) -> Cursor, onEvent: @escaping @Sendable (RenderEvent) -> Void
    ) {
        self.folder = folder
        self.journal = journal
        options = journal.settings.shards
        patchSize = journal.settings.render.patchSize
        self.totalBytes = totalBytes
        self.startBytes = startBytes
        self.makeCursor = makeCursor
        self.onEvent = onEvent
        counts = journal.counts
        startCounts = journal.counts
        report = journal.report
        key = journal.counts.sequences
        begin = clock.now
        lastEvent = begin
    }

    /// Writes what a worker made. Throws when the disk refuses; the shard under way then leaves nothing behind.
    func write(_ chunk: consuming JobChunk) throws {
        bytesTaken = max(bytesTaken, chunk.bytesTaken)
        for item in chunk.items {
            switch item {
            case .sequence(let sequence): try append(sequence)
            case .end(let end): try finishRecord(end)
            }
        }
        if clock.now - lastEvent > .milliseconds(200) {
            lastEvent = clock.now
            onEvent(.progress(progress()))
        }
    }

    /// Finished shards, those before a resume included.
    var storedShards: Int { journal.shards.count }

    /// The error of a render that ends before its input: what is stored by then.
    func stopped() -> ShardError {
        .stopped(path: folder.path, documents: journal.counts.documents, shards: journal.shards.count)
    }

    /// Finishes the last shard, writes the manifest and removes the journal.
    func finish() throws -> Manifest {
        try finishShard()
        let manifest = Manifest(settings: journal.settings, counts: counts, report: report, shards: journal.shards)
        try manifest.save(folder: folder.path)
        try? FileManager.default.removeItem(atPath: folder.file(Journal.fileName))
        onEvent(.progress(progress()))
        onEvent(.finished(manifest))
        return manifest
    }

    private func append(_ sequence: consuming EncodedSequence) throws {
        let sink: any ShardSink
        if let open = self.sink {
            sink = open
        } else {
            let name = options.fileName(of: journal.shards.count)
            entry = ShardEntry(
                file: name, firstSequence: key, documents: 0, sequences: 0, patches: 0, bytes: 0, sha256: "")
            sink = try options.sink(path: folder.file(name), patchSize: patchSize)
            self.sink = sink
        }
        entry?.sequences += 1
        entry?.patches += sequence.patchCount
        try sink.append(sequence, key: key)
        key += 1
    }

    private func finishRecord(_ end: RecordEnd) throws {
        for problem in end.report.examples.prefix(max(0, ReadReport.exampleLimit - report.examples.count)) {
            onEvent(.problem(problem))
        }
        report.add(end.report)
        guard end.hasDocument else { return }
        counts.add(end.counts)
        entry?.documents += 1
        guard let entry,
            entry.patches >= options.patchesPerShard || entry.sequences >= options.sequencesPerShard
        else { return }
        try finishShard()
        journal.cursor = makeCursor(end.next)
        journal.counts = counts
        journal.report = report
        try journal.save(in: folder)
    }

    private func finishShard() throws {
        guard let sink, var entry else { return }
        let (digest, bytes) = try sink.finish()
        entry.bytes = bytes
        entry.sha256 = digest.hex
        journal.shards.append(entry)
        self.sink = nil
        self.entry = nil
        onEvent(.shardFinished(entry))
    }

    private func progress() -> RenderProgress {
        let seconds = max((clock.now - begin) / .seconds(1), 1e-9)
        let read = bytesTaken - startBytes
        let left = totalBytes.flatMap { total in
            read > 0 ? Double(total - bytesTaken) * seconds / Double(read) : nil
        }
        return RenderProgress(
            counts: counts, shards: journal.shards.count,
            fraction: totalBytes.map { $0 == 0 ? 1 : min(1, Double(bytesTaken) / Double($0)) }, seconds: seconds,
            patchesPerSecond: Double(counts.patches - startCounts.patches) / seconds,
            documentsPerSecond: Double(counts.documents - startCounts.documents) / seconds,
            secondsLeft: left.map { max(0, $0) })
    }
}
