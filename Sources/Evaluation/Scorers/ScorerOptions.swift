public import ZooKit

/// How the examples of tasks are computed.
public struct ScorerOptions: Sendable {
    /// How many rows are computed at once. Answers depend on it by no more than rounding.
    public var batch = 16
    /// Places that are read at once; the model's positions unless given, 2048 of them at most for whole texts and pictures.
    public var window: Int?
    /// Places from a window to the next of whole texts and pictures; half a window unless given.
    public var stride: Int?
    /// How text is generated: greedily. Length and stop strings are those of a task's prompt, where it has them.
    public var sampling = SamplingOptions()
    /// The rows and the layer that vectors of texts are taken from.
    public var embedding = EmbeddingOptions()
    /// Whether the scripts of tasks may be run. They are programs like any other.
    public var allowsScripts = false
    /// What a script may use.
    public var scriptLimits = ScriptLimits()

    /// Batches of 16, greedy, no scripts.
    public init() {}

    /// Windows over whole texts or pictures, as `letterpress score` has them. Throws `TensorError.value`.
    func windows(positions: Int) throws -> ScoreWindows {
        let window = window ?? min(2048, positions)
        return try ScoreWindows(window: window, stride: stride ?? max(1, window / 2))
    }
}
