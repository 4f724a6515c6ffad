public import Corpora

/// What happens during a render.
public enum RenderEvent: Sendable {
    /// Work begins; `documents` were finished by an earlier, interrupted run.
    case started(documents: Int)
    /// Files and folders within input folders that are not read; sent once, when there are any.
    case passedOver([String])
    /// Something was wrong with the input, or a document was left out; sent for the first examples of a report.
    case problem(Problem)
    /// How far the work is; sent a few times a second.
    case progress(RenderProgress)
    /// A shard got its name.
    case shardFinished(ShardEntry)
    /// The manifest is written.
    case finished(Manifest)
}

/// How far a render is.
public struct RenderProgress: Sendable, Equatable {
    /// What was counted so far, an interrupted run included.
    public var counts: RenderCounts
    /// Finished shards.
    public var shards: Int
    /// Share of the input that has been read, 0 to 1; `nil` when its size is unknown.
    public var fraction: Double?
    /// Seconds since this run began.
    public var seconds: Double
    /// Patches a second in this run.
    public var patchesPerSecond: Double
    /// Documents a second in this run.
    public var documentsPerSecond: Double
    /// Seconds left at this rate; `nil` when unknown.
    public var secondsLeft: Double?
}
