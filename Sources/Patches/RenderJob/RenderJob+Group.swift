import Corpora
import Foundations

/// Where all ranks begin, as rank 0 tells the others.
struct RenderStart: Codable {
    /// What the output depends on, the input's identity included.
    var settings: JobSettings
    var cursor: Cursor
}

extension RenderJob {
    /// Renders together with the other processes of a group, all of which call this with equal jobs. Every rank reads the input,
    /// draws each n-th batch of records and hands it to rank 0, which writes them in the order of the input: the shards and the
    /// manifest are those of one process, byte for byte, and a render may be continued by any number of ranks.
    ///
    /// Returns what the manifest says, on rank 0; `nil` elsewhere. Throws what ``run(_:)`` throws, ``ShardError`` where the ranks'
    /// inputs or settings differ, and what the group throws.
    public func run(
        with group: any RenderGroup, _ onEvent: @escaping @Sendable (RenderEvent) -> Void = { _ in }
    ) throws -> Manifest? {
        guard group.size > 1 else { return try run(onEvent) }
        let (job, folder) = try checked()
        if job.inputs.contains(.standardInput) {
            throw ShardError.invalidOption(
                key: "inputs", value: "-", expected: "files or folders, since standard input reaches rank 0 alone")
        }
        return group.rank == 0 ? try job.write(to: folder, with: group, onEvent) : try job.help(group, folder)
    }

    /// What a rank other than 0 does.
    private func help(_ group: any RenderGroup, _ folder: OutputFolder) throws -> Manifest? {
        var bytes: [UInt8] = []
        try group.broadcast(&bytes)
        // There is nothing to do.
        if bytes.isEmpty { return nil }
        let start = try StrictJSON.decode(RenderStart.self, from: bytes, source: "the start of rank 0")
        if let found = try start.settings.firstDifference(to: settings) {
            throw ShardError.otherSettings(
                path: "rank 0", key: "\(found.key) of rank \(group.rank)", was: found.own, now: found.other)
        }
        let source = try source(besides: folder, cursor: start.cursor)
        try pipeline(reading: source, share: (group.rank, group.size)).forEach { try group.send($0.encoded()) }
        try group.send([])
        return nil
    }

    /// What rank 0 does with all chunks: hands them to `body` in the order of the input.
    func forEachChunk(
        of own: OrderedPipeline<JobBatch, JobChunk>, with group: any RenderGroup, _ body: (JobChunk) throws -> Void
    ) throws {
        func next(of rank: Int) throws -> JobChunk? {
            if rank == 0 { return try own.next() }
            let bytes = try group.receive(from: rank)
            return bytes.isEmpty ? nil : try JobChunk(bytes, from: rank)
        }
        var rank = 0
        while let chunk = try next(of: rank) {
            try body(chunk)
            if chunk.endsBatch { rank = (rank + 1) % group.size }
        }
        // The batches are at their end, so all others come to theirs.
        for other in 0..<group.size where other != rank {
            guard try next(of: other) == nil else {
                throw ShardError.malformed(
                    path: "rank \(other)", byteOffset: nil, reason: "it has more of the input than rank \(rank)")
            }
        }
    }
}
