public import Tensors

// Forks, other batches, and the way back.
extension KeyValueCache {
    /// A cache of the same contents. Memory is shared until one of the two writes, slot by slot.
    public func fork() -> KeyValueCache {
        let copy = KeyValueCache(like: self, sequences: Array(0..<sequences))
        copy.slots = slots
        return copy
    }

    /// Makes the batch that of `chosen` sequences, in that order; one may come several times (samples of a prompt) or not at all
    /// (it has ended). Copies what stays. Throws: `index` for a sequence that there is not.
    public func select(_ chosen: [Int]) throws(TensorError) {
        for sequence in chosen where !(0..<sequences ~= sequence) {
            throw .index(operation: "select", index: sequence, limit: sequences)
        }
        if chosen == Array(0..<sequences) { return }
        for (slot, storage) in slots {
            slots[slot] = try CacheStorage(
                joining: chosen.map { (storage, $0) }, like: storage, place: { rows, _ in place(for: rows) }, workspace)
        }
        seen = chosen.map { seen[$0] }
        identities = chosen.map { identities[$0] }
        evictedAt = chosen.map { evictedAt[$0] }
    }

    /// A cache of all sequences of `caches`, one cache after another; see `joining(sequences:)`.
    public static func joining(_ caches: [KeyValueCache]) throws(TensorError) -> KeyValueCache {
        try joining(sequences: caches.flatMap { cache in (0..<cache.sequences).map { (cache, $0) } })
    }

    /// A cache of copies of sequences of any caches, in the order given; it has workspace, policy and capacities of the first one.
    /// Throws: `value` where there is none, or heads differ; `index` for a sequence that there is not.
    public static func joining(
        sequences parts: [(cache: KeyValueCache, sequence: Int)]
    ) throws(TensorError) -> KeyValueCache {
        guard let first = parts.first?.cache else { throw .value(operation: "joining", what: "no sequences") }
        for (cache, sequence) in parts where !(0..<cache.sequences ~= sequence) {
            throw .index(operation: "joining", index: sequence, limit: cache.sequences)
        }
        let joined = KeyValueCache(like: first, sequences: [])
        joined.reserve = parts.map(\.cache.reserve).max() ?? 0
        joined.seen = parts.map { $0.cache.seen[$0.sequence] }
        joined.identities = parts.map { $0.cache.identities[$0.sequence] }
        joined.evictedAt = parts.map { $0.cache.evictedAt[$0.sequence] }
        for slot in Set(parts.flatMap(\.cache.slots.keys)) {
            let sources = parts.map { (storage: $0.cache.slots[slot], sequence: $0.sequence) }
            guard let like = sources.compactMap(\.storage).first,
                sources.allSatisfy({ source in
                    source.storage.map { $0.map == like.map && $0.block.keys.type == like.block.keys.type } ?? true
                })
            else { throw .value(operation: "joining", what: "the heads of layer \(slot.layer) differ") }
            joined.slots[slot] = try CacheStorage(
                joining: sources, like: like, place: { parts[$1].cache.place(for: $0) }, first.workspace)
        }
        return joined
    }

    /// Goes back to where sequence b had `seen[b]`: drops rows of that position and later ones. Throws: `value` for a place that a
    /// sequence has not come to, or where a policy has dropped rows since, which cannot come back; with `afterEviction` what is
    /// left of the earlier ones counts, if every component has as many.
    public func rollBack(to places: [Int], afterEviction: Bool = false) throws(TensorError) {
        guard places.count == sequences, zip(places, seen).allSatisfy({ 0...$1 ~= $0 }) else {
            throw .value(operation: "roll back", what: "to \(places), but the sequences are at \(seen)")
        }
        for (b, place) in places.enumerated() where place < evictedAt[b] && !afterEviction {
            throw .value(
                operation: "roll back",
                what: "sequence \(b) to \(place), but the policy dropped rows at \(evictedAt[b]) that would be missing")
        }
        for slot in usedSlots {
            guard var storage = slots[slot] else { continue }
            slots[slot] = nil
            defer { slots[slot] = storage }
            for (b, place) in places.enumerated() {
                let kept = storage.components.indices.map { component in
                    let positions = storage.positions(component: component, sequence: b)
                    return positions.indices.filter { positions[$0] < place }
                }
                guard kept.allSatisfy({ $0.count == kept[0].count }) else {
                    throw .value(
                        operation: "roll back",
                        what: "heads of layer \(slot.layer) hold different numbers of rows before \(place)")
                }
                try storage.keep(kept, sequence: b, workspace)
                if place < seen[b] { storage.tails[b] = nil }
            }
        }
        seen = places
        evictedAt = zip(evictedAt, places).map { min($0, $1) }
    }
}
