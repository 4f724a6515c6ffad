public import Tensors

/// Chooses which rows of a cache stay. It is asked after each layer's attention, before the next layer, at the end of a prompt and
/// after every later pass: what a pass gives never depends on what is dropped after it.
public protocol CachePolicy {
    /// How many of a sequence's last queries `select` will look at, in a pass of `phase` after which `seen` rows were seen; 0
    /// for none, `Int.max` for all. A prompt that comes in parts has its queries kept from part to part.
    func queryRows(_ phase: CachePhase, seen: Int) -> Int
    /// How many rows of a sequence are left after a pass at most; nil where that has no limit. No memory is kept for more.
    var mostRows: Int? { get }
    /// For each component the rows of one sequence that stay, ascending, as many in each; nil keeps all.
    func select(_ view: CacheView) throws(TensorError) -> [[Int]]?
}

extension CachePolicy {
    /// None, unless a policy says otherwise.
    public func queryRows(_ phase: CachePhase, seen: Int) -> Int { 0 }
    /// No limit, unless a policy says otherwise.
    public var mostRows: Int? { nil }
}

/// Keeps everything.
public struct FullCachePolicy: CachePolicy {
    /// The policy.
    public init() {}

    /// All rows.
    public func select(_ view: CacheView) -> [[Int]]? { nil }
}

/// Keeps the first rows and the last: a window that slides over the text, with sinks in front (Xiao et al. 2023, arXiv
/// 2309.17453). Keys keep the rotation of their original positions; the paper's variant that numbers positions within the cache
/// is not this one.
public struct SlidingWindowPolicy: CachePolicy {
    /// How many of the first rows stay.
    public let sinks: Int
    /// How many of the last rows stay.
    public let window: Int

    /// A window of the last `window` rows behind the first `sinks`. A query sees these and itself. Throws: `value` for a negative
    /// count, an empty window, or more rows than there are positions (2^31).
    public init(sinks: Int, window: Int) throws(TensorError) {
        guard 0..<1 << 31 ~= sinks, 1..<1 << 31 ~= window else {
            throw .value(operation: "sliding window", what: "\(sinks) sinks and a window of \(window) rows")
        }
        self.sinks = sinks
        self.window = window
    }

    /// Sinks and window.
    public var mostRows: Int? { sinks + window }

    /// The first `sinks` rows and the last `window`.
    public func select(_ view: CacheView) -> [[Int]]? {
        guard view.rows > sinks + window else { return nil }
        let kept = Array(0..<sinks) + Array(view.rows - window..<view.rows)
        return [[Int]](repeating: kept, count: view.components.count)
    }
}
