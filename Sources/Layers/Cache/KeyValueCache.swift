public import Tensors

/// Keys and values of what some sequences have had, so that a pass computes new rows alone.
///
/// Each attention of a model has a slot; sequences may be of different lengths, and after a policy dropped rows slots may be too.
/// Rotary positions come from `seen`, never from the number of rows. Padding is not stored. Forks share memory until one of them
/// writes. A pass that throws leaves rows behind; `rollBack(to: seen)` drops them.
public final class KeyValueCache {
    /// Where its memory comes from.
    public let workspace: Workspace
    /// Which rows stay.
    public let policy: any CachePolicy
    /// For each sequence the next rotary position.
    public internal(set) var seen: [Int]
    /// For each sequence its name, the same in every batch.
    public internal(set) var identities: [Int]
    /// Rows that a new slot has place for, a sequence.
    public let capacity: Int
    /// Rows that are expected after those there are: memory that is made smaller, or anew for another batch, has place for them,
    /// or for what the policy ever leaves and a row more, if that is less.
    public var reserve: Int
    /// For each sequence the `seen` of the last pass after which a policy dropped rows.
    var evictedAt: [Int]
    var slots: [CacheSlot: CacheStorage] = [:]

    /// An empty cache of B sequences: `capacity` rows each to begin with (it grows), named by `identities` (0 ..< B).
    public init(
        sequences: Int, capacity: Int, reserve: Int = 64, workspace: Workspace,
        policy: any CachePolicy = FullCachePolicy(), identities: [Int]? = nil
    ) throws(TensorError) {
        guard sequences >= 0, capacity >= 0, reserve >= 0, identities.map({ $0.count == sequences }) ?? true else {
            throw .value(
                operation: "cache", what: "\(sequences) sequences of \(capacity) rows, names \(identities ?? [])")
        }
        self.workspace = workspace
        self.policy = policy
        self.capacity = capacity
        self.reserve = reserve
        seen = [Int](repeating: 0, count: sequences)
        self.identities = identities ?? Array(0..<sequences)
        evictedAt = [Int](repeating: 0, count: sequences)
    }

    init(like other: KeyValueCache, sequences: [Int]) {
        workspace = other.workspace
        policy = other.policy
        capacity = other.capacity
        reserve = other.reserve
        seen = sequences.map { other.seen[$0] }
        identities = sequences.map { other.identities[$0] }
        evictedAt = sequences.map { other.evictedAt[$0] }
    }

    /// Rows that a sequence of `rows` rows gets place for.
    func place(for rows: Int) -> Int {
        let expected = rows + reserve
        guard let most = policy.mostRows else { return expected }
        return min(expected, max(rows, most + 1))
    }

    /// B.
    public var sequences: Int { seen.count }
    /// The slots that hold rows, in order.
    public var usedSlots: [CacheSlot] { slots.keys.sorted() }

    /// Stored rows of each sequence in a slot.
    public func rows(_ slot: CacheSlot) -> [Int] { slots[slot]?.rows ?? [Int](repeating: 0, count: sequences) }

    /// Original positions of the rows that a component of a slot's heads (see `HeadMap.components`) holds of a sequence.
    public func positions(_ slot: CacheSlot, sequence: Int, component: Int = 0) -> [Int32] {
        slots[slot]?.positions(component: component, sequence: sequence) ?? []
    }

    /// Bytes of keys and values that are held, unused places too. What forks share counts in each of them.
    public var byteCount: Int { slots.values.reduce(0) { $0 + $1.block.byteCount } }
    /// Bytes of the rows that are used: over slots and sequences, rows times the widths of keys and values.
    public var usedByteCount: Int { slots.values.reduce(0) { $0 + $1.usedByteCount } }

    /// Ends a pass over `rows`: what comes next stands behind its last positions. Throws: as `attend` does.
    public func advance(_ rows: Rows) throws(TensorError) {
        for (b, positions) in try NewRows(rows).positions.enumerated() {
            if let last = positions.max() { seen[b] = max(seen[b], Int(last) + 1) }
        }
    }
}
