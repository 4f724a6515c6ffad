/// Options of every pass through a model, whoever runs it: trainer, generator, scorers and evaluator read them from the model.
public struct PassOptions {
    /// True if low-rank side paths and other adapters take part; false gives the base model.
    public var usesAdapters = true
    /// Settings that may change from pass to pass, such as a routing ratio, by name.
    public var knobs: [String: Double] = [:]
    /// The rows of keys and values that stay in a cache; nil leaves it to the generator.
    public var cachePolicy: (any CachePolicy)?

    /// The options of a plain pass.
    public init() {}

    /// These options under those of a single pass: adapters take part where both have them, and the pass's knobs win.
    public func under(_ pass: PassOptions) -> PassOptions {
        var joined = self
        joined.usesAdapters = usesAdapters && pass.usesAdapters
        joined.knobs.merge(pass.knobs) { $1 }
        joined.cachePolicy = pass.cachePolicy ?? cachePolicy
        return joined
    }
}
