public import Tensors

/// What a policy sees of one sequence in one slot, after a pass.
public struct CacheView {
    /// Layer and visit.
    public let slot: CacheSlot
    /// The sequence's place in the batch: nothing that is drawn may depend on it.
    public let sequence: Int
    /// The sequence's name, the same in every batch: what random numbers are keyed by.
    public let identity: Int
    /// What the pass was part of.
    public let phase: CachePhase
    /// The next rotary position: how many rows the sequence has had, where positions have no gaps.
    public let seen: Int
    /// Stored rows.
    public let rows: Int
    /// Which query head reads which heads.
    public let map: HeadMap
    /// Heads that must hold the same rows.
    public let components: [HeadMap.Component]
    /// [rows, nK*d], rotated.
    public let keys: Tensor
    /// [rows, nV*dv].
    public let values: Tensor
    private let storage: CacheStorage
    private let tail: QueryTail?
    /// Where the tensors live.
    public let workspace: Workspace

    init(
        _ storage: CacheStorage, slot: CacheSlot, sequence b: Int, identity: Int, phase: CachePhase, seen: Int,
        _ workspace: Workspace
    ) throws(TensorError) {
        self.slot = slot
        sequence = b
        self.identity = identity
        self.phase = phase
        self.seen = seen
        rows = storage.rows[b]
        map = storage.map
        components = storage.components
        let first = b * storage.block.capacity
        keys = try storage.block.keys.rows(first..<first + rows)
        values = try storage.block.values.rows(first..<first + rows)
        self.storage = storage
        tail = storage.tails[b]
        self.workspace = workspace
    }

    /// Original positions of the rows of a component.
    public func positions(component: Int) -> [Int32] { storage.positions(component: component, sequence: sequence) }

    /// The last queries, as many as the policy wanted and there were: [n, H*d], rotated; nil where it wanted none.
    public var queries: Tensor? { tail?.queries }
    /// [H, n]: for each head and query the logarithm of its sum of exponentials.
    public var logSums: Tensor? { tail?.logSums }
    /// How many of the first rows each query sees.
    public var limits: [Int32] { tail?.limits ?? [] }

    /// For each query head the sum of the weights that the last queries, or some of them, give each row: [H][rows]. O(n rows d) a
    /// head. Throws: `value` where the policy asked for no queries.
    public func columnSums(_ range: Range<Int>? = nil) throws(TensorError) -> [[Double]] {
        guard let tail else { throw .value(operation: "column sums", what: "the policy asked for no queries") }
        let count = tail.limits.count
        let sums = try Tape(workspace, mode: .inference).attentionColumnSums(
            map.shape(sequences: 1, queries: count, keys: rows), q: tail.queries, k: keys,
            visibility: Visibility(limits: workspace.indices(tail.limits)),
            logSums: tail.logSums.reshaped([1, map.heads, count]), queries: range ?? 0..<count)
        let values = try workspace.values(sums)
        return (0..<map.heads).map { Array(values[$0 * rows..<($0 + 1) * rows]) }
    }
}
