public import Tensors

extension KeyValueCache {
    /// Attention of new rows over all that the context's slot holds and over themselves: adds their keys and values, reads, then
    /// lets the policy drop rows. `state` as `Attention.project` gives it; gives [B*T, H*d], rows of padding 0. Statistics for
    /// the policy are computed afterwards and change nothing of it. Throws: `value` where gradients are wanted, the rows are not
    /// of this cache's sequences, or the policy chooses rows that there are not.
    public func attend(
        _ state: AttentionState, map: HeadMap, rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        guard context.tape.mode == .inference, rows.sequences == sequences else {
            throw .value(
                operation: "cache",
                what:
                    "\(sequences) sequences without gradients, got \(rows.sequences) on a tape of \(context.tape.mode)")
        }
        let new = try NewRows(rows)
        let slot = context.slot
        var storage: CacheStorage
        if let known = slots[slot] {
            storage = known
        } else {
            storage = try CacheStorage(
                map, sequences: sequences, capacity: max(capacity, new.counts.max() ?? 0), like: state, workspace)
        }
        guard storage.map == map else {
            throw .value(operation: "cache", what: "the heads of layer \(slot.layer) have changed since the last pass")
        }
        slots[slot] = nil
        defer { slots[slot] = storage }

        let limits = new.limits(after: storage.rows)
        try storage.append(state, new, most: policy.mostRows, workspace)
        // A sequence alone needs no room between it and the next.
        let keys = sequences == 1 ? storage.rows[0] : storage.block.capacity
        let (read, logSums) = try context.tape.attention(
            map.shape(sequences: sequences, queries: rows.length, keys: keys), q: state.query,
            k: storage.block.keys.rows(0..<sequences * keys), v: storage.block.values.rows(0..<sequences * keys),
            visibility: Visibility(limits: workspace.indices(limits)))
        try applyPolicy(&storage, new, queries: state.query, logSums: logSums, limits: limits, context)
        return read
    }

    private func applyPolicy(
        _ storage: inout CacheStorage, _ new: NewRows, queries: Tensor, logSums: Tensor, limits: [Int32],
        _ context: ForwardContext
    ) throws(TensorError) {
        if policy is FullCachePolicy { return }
        let phase = context.phase
        var hasDropped = false
        for b in 0..<sequences where !new.positions[b].isEmpty {
            let after = max(seen[b], Int(new.positions[b].max() ?? 0) + 1)
            let wanted = policy.queryRows(phase, seen: after)
            storage.tails[b] =
                wanted > 0
                ? try QueryTail(
                    storage.tails[b], new, sequence: b, queries: queries, logSums: logSums, limits: limits,
                    wanted: wanted, workspace) : nil
            guard phase.isWhole else { continue }
            let kept = try chosen(storage, sequence: b, seen: after, context)
            if phase != .decode { storage.tails[b] = nil }
            guard let kept else { continue }
            try storage.keep(kept, sequence: b, workspace)
            evictedAt[b] = max(evictedAt[b], after)
            hasDropped = true
        }
        if hasDropped { try storage.shrink(place, workspace) }
    }

    /// What the policy keeps of a sequence; nil where it drops nothing. No view outlives the call, so that rows can move in place.
    private func chosen(
        _ storage: CacheStorage, sequence b: Int, seen: Int, _ context: ForwardContext
    ) throws(TensorError) -> [[Int]]? {
        let view = try CacheView(
            storage, slot: context.slot, sequence: b, identity: identities[b], phase: context.phase, seen: seen,
            workspace)
        guard let kept = try policy.select(view) else { return nil }
        let isFit =
            kept.count == view.components.count
            && kept.allSatisfy { list in
                list.count == kept[0].count && list.allSatisfy { 0..<view.rows ~= $0 }
                    && zip(list, list.dropFirst()).allSatisfy { $0 < $1 }
            }
        guard isFit else {
            throw .value(
                operation: "cache policy",
                what:
                    "layer \(view.slot.layer): wants, for each of \(view.components.count) components, as many rows of "
                    + "0..<\(view.rows), ascending; got \(kept.map(\.count)) of them")
        }
        return kept[0].count < view.rows ? kept : nil
    }
}
