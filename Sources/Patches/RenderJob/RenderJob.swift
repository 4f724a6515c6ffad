public import Corpora
import Foundation
import Foundations
public import Typesetting

/// A corpus rendered to a folder of shards: parsed, drawn and encoded by worker threads, written in the order of the
/// input by one.
///
/// The shards are a function of the settings and the input: number of workers, interruptions and time leave no trace.
/// A killed run is continued by ``OutputPolicy/resume``; nothing is lost, repeated or torn.
public struct RenderJob: Sendable {
    /// What to read.
    public var inputs: [InputSpec]
    /// Everything the output depends on.
    public var settings: JobSettings
    /// The fonts.
    public var fonts: FontSet
    /// The output folder.
    public var output: String
    /// What to do when the folder holds something.
    public var policy: OutputPolicy
    /// Worker threads, 0 to 1024; 0 works on the caller's thread.
    public var workers: Int
    /// Asked after every batch; true ends the render with ``ShardError/stopped(path:documents:shards:)``.
    public var shouldStop: @Sendable () -> Bool = { false }

    /// Output that may wait for the writer, in bytes.
    private static let budget = 16 << 20
    /// Memory for finished words, in bytes, shared out among the workers.
    private static let wordCacheBytes = 40 << 20

    /// A job from its parts.
    public init(
        inputs: [InputSpec], read: ReadOptions = ReadOptions(), render: RenderOptions = RenderOptions(),
        layout: LayoutOptions = LayoutOptions(), shards: ShardOptions = ShardOptions(), fonts: FontSet,
        output: String, policy: OutputPolicy = .fresh, workers: Int = 2
    ) {
        self.inputs = inputs
        settings = JobSettings(
            inputs: inputs.map(\.baseName), read: read, render: render, layout: layout, shards: shards, fonts: fonts)
        self.fonts = fonts
        self.output = output
        self.policy = policy
        self.workers = workers
    }

    /// Renders, and returns what the manifest says. The calling thread writes; events are sent from it.
    ///
    /// Throws ``ShardError``, `CorporaError`, `TypesettingError` and ``LayoutError``. After an error, and after a kill,
    /// the folder holds whole shards and a journal only.
    @discardableResult
    public func run(_ onEvent: @escaping @Sendable (RenderEvent) -> Void = { _ in }) throws -> Manifest {
        let (job, folder) = try checked()
        return try job.write(to: folder, with: nil, onEvent)
    }

    /// The job with the identity of its input, and its folder, which need not exist.
    func checked() throws -> (RenderJob, OutputFolder) {
        try settings.validate()
        guard (0...1024).contains(workers) else {
            throw ShardError.invalidOption(key: "workers", value: "\(workers)", expected: "0 to 1024")
        }
        // Missing inputs are found before a folder is made.
        let folder = OutputFolder(path: output)
        let paths = try source(besides: folder).paths
        if let input = folder.first(holding: paths.filter { $0 != "-" }) {
            throw ShardError.inputInOutput(path: input, folder: output)
        }
        var job = self
        job.settings.inputData = InputIdentity(paths: paths)
        return (job, folder)
    }

    /// Writes what this process draws, and what the others of a group draw.
    func write(
        to folder: OutputFolder, with group: (any RenderGroup)?, _ onEvent: @escaping @Sendable (RenderEvent) -> Void
    ) throws -> Manifest {
        try folder.create()
        let lock: FolderLock
        do { lock = try FolderLock(path: output) } catch { throw ShardError.file(error) }
        guard lock.isHeld else { throw ShardError.folderInUse(path: output) }
        defer { withExtendedLifetime(lock) {} }
        if let manifest = try prepare(folder) {
            onEvent(.started(documents: manifest.counts.documents))
            onEvent(.finished(manifest))
            var nothing: [UInt8] = []
            try group?.broadcast(&nothing)
            return manifest
        }
        let (journal, source) = try begin(in: folder)
        onEvent(.started(documents: journal.counts.documents))
        if !source.passedOver.isEmpty { onEvent(.passedOver(source.passedOver)) }
        let identity = source.cursor.inputs
        let stored = journal.counts.documents
        let endsByItself = source.totalBytes != nil
        let writer = JobWriter(
            folder: folder, journal: journal, totalBytes: source.totalBytes, startBytes: source.bytesTaken,
            makeCursor: { Cursor(inputs: identity, position: $0) }, onEvent: onEvent)
        do {
            if let group {
                var start = try StrictJSON.encode(RenderStart(settings: journal.settings, cursor: source.cursor))
                try group.broadcast(&start)
                let own = pipeline(reading: source, share: (0, group.size))
                try forEachChunk(of: own, with: group) { try writer.write($0) }
            } else {
                try pipeline(reading: source).forEach {
                    try writer.write($0)
                    if shouldStop() { throw writer.stopped() }
                }
            }
            // The writer of a pipe may have ended by the same signal: what came is not all.
            if !endsByItself, shouldStop() { throw writer.stopped() }
            return try writer.finish()
        } catch {
            // Where nothing is stored nothing can be resumed: the folder is free for another try.
            if stored == 0, writer.storedShards == 0 { try? folder.remove(keeping: []) }
            throw error
        }
    }

    /// Draws each batch whose number modulo the count of `share` is its index.
    func pipeline(
        reading source: sending RecordSource, share: (index: Int, count: Int) = (0, 1)
    ) -> OrderedPipeline<JobBatch, JobChunk> {
        let fonts = fonts
        var settings = settings
        settings.render.wordCacheBytes = max(1 << 16, min(24 << 20, Self.wordCacheBytes / max(workers, 1)))
        let workerSettings = settings
        var batcher = Batcher<RawRecord>(limit: 1 << 16, weight: { $0.byteCount + 256 }) { try source.next() }
        var number = 0
        return OrderedPipeline(
            workers: workers, inFlight: 2 * workers, budget: Self.budget, weight: { $0.weight },
            source: {
                while let records = try batcher.next() {
                    defer { number += 1 }
                    if number % share.count == share.index {
                        return JobBatch(records: records, bytesTaken: source.bytesTaken)
                    }
                }
                return nil
            },
            makeWorker: {
                let worker = try DocumentWorker(settings: workerSettings, fonts: fonts)
                return { batch, emit in try worker.work(batch, emit) }
            })
    }

    /// Brings the folder into a state from which writing resumes. Returns the manifest when there is nothing to do.
    private func prepare(_ folder: OutputFolder) throws -> Manifest? {
        let names = try folder.names()
        switch policy {
        case .fresh:
            if folder.holdsNothingStored(names) { try folder.remove(keeping: []) }
            guard try folder.names().isEmpty else { throw ShardError.outputNotEmpty(path: output) }
        case .overwrite:
            try folder.removeEarlierRender()
        case .resume where names.contains(Manifest.fileName):
            // Whether a pipe holds what was rendered cannot be told.
            try source(besides: folder).checkCanResume()
            let manifest = try Manifest.load(folder: output)
            if let found = try manifest.settings.firstDifference(to: settings) {
                throw ShardError.otherSettings(path: output, key: found.key, was: found.own, now: found.other)
            }
            try folder.remove(keeping: Set(manifest.shards.map(\.file) + [Manifest.fileName]))
            return manifest
        case .resume where names.contains(Journal.fileName): break
        case .resume:
            // Killed before the journal was written: at most a partial journal is there.
            guard names.allSatisfy({ OutputFolder.isOurs($0) && $0.hasSuffix(".partial") }) else {
                throw ShardError.nothingToResume(path: output)
            }
            try folder.remove(keeping: [])
        }
        return nil
    }

    /// The input, without folders of shards.
    func source(besides folder: OutputFolder, cursor: Cursor? = nil) throws(CorporaError) -> RecordSource {
        try RecordSource(inputs: inputs, options: settings.read, cursor: cursor, isOutput: folder.isOutput)
    }

    /// The journal, found or new, and the input at the place where the next shard begins.
    private func begin(in folder: OutputFolder) throws -> (Journal, RecordSource) {
        let arguments = inputs.map(\.argument)
        if try policy == .resume && folder.names().contains(Journal.fileName) {
            let journal = try Journal.load(from: folder, settings: settings)
            let source = try source(besides: folder, cursor: journal.cursor)
            try folder.remove(keeping: Set(journal.shards.map(\.file) + [Journal.fileName]))
            return (journal, source)
        }
        let source = try source(besides: folder)
        var journal = Journal(inputs: arguments, settings: settings, cursor: source.cursor)
        journal.report.add(passedOver: source.passedOver)
        try journal.save(in: folder)
        return (journal, source)
    }
}

extension InputSpec {
    /// As it was given on a command line.
    fileprivate var argument: String {
        switch self {
        case .standardInput: "-"
        case .path(let path): path
        }
    }

    /// Its name without folders.
    fileprivate var baseName: String { (argument as NSString).lastPathComponent }
}
