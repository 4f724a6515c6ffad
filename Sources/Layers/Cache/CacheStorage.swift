import Tensors

/// What a cache holds in one slot: rows of keys and values of each sequence, and where each row stood in its text.
struct CacheStorage {
    /// Which heads read which.
    let map: HeadMap
    /// Heads that hold the same rows.
    let components: [HeadMap.Component]
    /// The memory.
    private(set) var block: CacheBlock
    /// Stored rows of each sequence.
    private(set) var rows: [Int]
    /// Original positions of the rows, by component and sequence; one list of sequences while all components hold the same.
    private var positions: [[[Int32]]]
    /// Queries that a policy will look at, by sequence.
    var tails: [QueryTail?]

    /// Nothing yet; rows are as long as those of `state`.
    init(
        _ map: HeadMap, sequences: Int, capacity: Int, like state: AttentionState, _ workspace: Workspace
    ) throws(TensorError) {
        self.map = map
        components = map.components
        block = try CacheBlock(
            sequences: sequences, capacity: capacity, like: state.key, state.value, workspace)
        rows = [Int](repeating: 0, count: sequences)
        positions = [[[Int32]](repeating: [], count: sequences)]
        tails = [QueryTail?](repeating: nil, count: sequences)
    }

    /// Original positions of the rows of a component of a sequence.
    func positions(component: Int, sequence: Int) -> [Int32] {
        positions[positions.count == 1 ? 0 : component][sequence]
    }

    /// Bytes of the rows that are used.
    var usedByteCount: Int {
        guard block.sequences * block.capacity > 0 else { return 0 }
        return rows.reduce(0, +) * (block.byteCount / (block.sequences * block.capacity))
    }

    // MARK: Writing

    /// Adds the rows of a pass. Memory grows by half where it does not suffice; past `most` rows, that no policy leaves, no
    /// further than needed.
    mutating func append(
        _ state: AttentionState, _ new: NewRows, most: Int?, _ workspace: Workspace
    ) throws(TensorError) {
        let needed = zip(rows, new.counts).map { $0 + $1 }.max() ?? 0
        let grown = max(needed, min(block.capacity * 3 / 2, most.map { $0 + 1 } ?? .max))
        try own(capacity: needed > block.capacity ? grown : block.capacity, workspace)
        for (b, runs) in new.runs.enumerated() where !runs.isEmpty {
            block.write(runs, of: state.key, state.value, to: b, at: rows[b], workspace.kernels)
            rows[b] += new.positions[b].count
            for component in positions.indices { positions[component][b] += new.positions[b] }
        }
    }

    /// Makes the memory this storage's own, with place for `capacity` rows a sequence.
    private mutating func own(capacity: Int, _ workspace: Workspace) throws(TensorError) {
        guard !isKnownUniquelyReferenced(&block) || capacity != block.capacity else { return }
        let parts = rows.indices.map { CacheBlock.Part(block: block, sequence: $0, rows: rows[$0]) }
        block = try CacheBlock(copying: parts, capacity: capacity, like: block, workspace)
    }

    /// Keeps rows `kept[component]` (ascending, as many in each) of a sequence and drops the others.
    mutating func keep(_ kept: [[Int]], sequence b: Int, _ workspace: Workspace) throws(TensorError) {
        let count = kept.first?.count ?? 0
        guard count < rows[b] else { return }
        try own(capacity: block.capacity, workspace)
        let isUniform = kept.allSatisfy { $0 == kept[0] }
        let first = b * block.capacity
        if isUniform {
            for tensor in [block.keys, block.values] {
                try CacheBlock.compact(tensor, columns: 0..<tensor.columns, first: first, kept: kept[0], workspace)
            }
        } else {
            for (component, rows) in zip(components, kept) {
                for (tensor, heads, all) in [
                    (block.keys, component.keyHeads, map.keyHeads),
                    (block.values, component.valueHeads, map.valueHeads),
                ] {
                    let width = tensor.columns / all
                    for head in heads {
                        try CacheBlock.compact(
                            tensor, columns: head * width..<(head + 1) * width, first: first, kept: rows, workspace)
                    }
                }
            }
        }
        if !isUniform && positions.count == 1 {
            positions = [[[Int32]]](repeating: positions[0], count: components.count)
        }
        for component in positions.indices {
            let old = positions[component][b]
            positions[component][b] = kept[component].map { old[$0] }
        }
        rows[b] = count
        tails[b] = nil
    }

    /// Gives memory back where more than half of it is not used; `place` says for how many rows a sequence needs it.
    mutating func shrink(_ place: (_ rows: Int) -> Int, _ workspace: Workspace) throws(TensorError) {
        let needed = rows.map(place).max() ?? 0
        if needed <= block.capacity / 2 { try own(capacity: needed, workspace) }
    }

    // MARK: Sequences

    /// A storage of some sequences of others, in the order given; each names a storage (nil: an empty sequence) and its sequence.
    /// `place` says for how many rows the sequence that becomes one of them needs memory.
    init(
        joining sources: [(storage: CacheStorage?, sequence: Int)], like first: CacheStorage,
        place: (_ rows: Int, _ sequence: Int) -> Int, _ workspace: Workspace
    ) throws(TensorError) {
        map = first.map
        components = first.components
        rows = sources.map { $0.storage?.rows[$0.sequence] ?? 0 }
        tails = sources.map { $0.storage?.tails[$0.sequence] ?? nil }
        let lists = sources.contains { ($0.storage?.positions.count ?? 1) > 1 } ? components.count : 1
        positions = (0..<lists).map { component in
            sources.map { $0.storage?.positions(component: component, sequence: $0.sequence) ?? [] }
        }
        let parts = sources.map {
            CacheBlock.Part(
                block: $0.storage?.block ?? first.block, sequence: $0.sequence, rows: $0.storage?.rows[$0.sequence] ?? 0
            )
        }
        block = try CacheBlock(
            copying: parts, capacity: rows.enumerated().map { place($1, $0) }.max() ?? 0, like: first.block, workspace)
    }
}
