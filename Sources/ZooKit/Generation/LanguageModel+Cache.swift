import Foundations
public import Layers
public import Tensors

// Passes through a cache: what a model has had is not computed again. They run on a live model, without gradients.
extension LanguageModel {
    /// An empty cache for this model: `capacity` rows each of B sequences to begin with (it grows). Unless `policy` is given, rows stay
    /// by that of the model's options, or all of them.
    public func cache(
        sequences: Int, capacity: Int = 0, reserve: Int = 64, policy: (any CachePolicy)? = nil,
        identities: [Int]? = nil, in workspace: Workspace
    ) throws(TensorError) -> KeyValueCache {
        try KeyValueCache(
            sequences: sequences, capacity: capacity, reserve: reserve, workspace: workspace,
            policy: policy ?? options.cachePolicy ?? FullCachePolicy(), identities: identities)
    }

    /// Runs rows behind what `cache` holds and adds them to it: the stream after the final norm, [B*T, D]. Positions are those of
    /// `input`; see `KeyValueCache.seen`. A pass that throws leaves the cache as it was, but for what a policy dropped.
    public func extend(
        _ cache: KeyValueCache, with input: ModelInput, phase: CachePhase = .decode,
        taps: [String: (Tensor) -> Void] = [:]
    ) throws(TensorError) -> (hidden: Tensor, context: ForwardContext) {
        var context = ForwardContext(tape: Tape(cache.workspace, mode: .inference))
        context.cache = cache
        context.phase = phase
        context.taps = taps
        do {
            let hidden = try hidden(input, context)
            try cache.advance(input.rows)
            return (hidden, context)
        } catch {
            try? cache.rollBack(to: cache.seen, afterEviction: true)
            throw error
        }
    }

    /// A part of each sequence's prompt, tokens ids[b] (any number, 0 too), padded to one length on the right or the left: the
    /// logits of what follows the last token of each, [B, V] of the stream type, 0 where a sequence had none. `isLast` where nothing
    /// of the prompts follows. Throws: `index` for an id outside the vocabulary or a position past the model's last.
    @discardableResult public func prefill(
        _ ids: [[Int32]], into cache: KeyValueCache, padsLeft: Bool = false, isLast: Bool = true
    ) throws(TensorError) -> Tensor {
        try logits(after: ids, cache, padsLeft: padsLeft, .prompt(isLast: isLast))
    }

    /// One token more for each sequence: the logits of what follows, [B, V] of the stream type.
    public func decode(_ ids: [Int32], _ cache: KeyValueCache) throws(TensorError) -> Tensor {
        try logits(after: ids.map { [$0] }, cache, padsLeft: false, .decode)
    }

    private func logits(
        after ids: [[Int32]], _ cache: KeyValueCache, padsLeft: Bool, _ phase: CachePhase
    ) throws(TensorError) -> Tensor {
        guard ids.count == cache.sequences else {
            throw .shape(operation: "tokens", expected: "\(counted(cache.sequences, "sequence"))", got: "\(ids.count)")
        }
        let positions = zip(ids, cache.seen).map { ids, seen in ids.indices.map { Int32(seen + $0) } }
        let input = try ModelInput.text(
            ids, vocabulary: base.config.vocabulary, padsLeft: padsLeft, positions: positions,
            workspace: cache.workspace)
        let (hidden, context) = try extend(cache, with: input, phase: phase)
        let length = input.rows.length
        let places = ids.enumerated().map { b, ids in
            ids.isEmpty ? Int32(-1) : Int32(b * length + (padsLeft ? length : ids.count) - 1)
        }
        return try streamLogits(hidden, places: places, context)
    }

    /// Logits after rows `places` of `hidden` (negative: a row of 0), [places, V] of the stream type whatever products run in.
    public func streamLogits(
        _ hidden: Tensor, places: [Int32], _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        let tape = context.tape
        let isAll = places.count == hidden.rows && places.enumerated().allSatisfy { $0 == Int($1) }
        let rows = isAll ? hidden : try tape.gatherRows(hidden, indices: tape.workspace.indices(places))
        guard let tokenHead else { throw .value(operation: "token logits", what: "the model has no token head") }
        return try streamOutput(of: tokenHead, rows, context)
    }

    /// What a head makes of rows, in the stream type whatever products run in.
    func streamOutput(of head: any Projection, _ rows: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor
    {
        let tape = context.tape
        guard let linear = head as? Linear else {
            return try tape.cast(head(rows, scoped(context)), to: tape.precision.stream)
        }
        let bias: Tensor?
        if let own = linear.bias { bias = try tape.leaf(own, tape.precision.stream) } else { bias = nil }
        return try tape.linear(rows, weight: tape.leaf(linear.weight), bias: bias, to: tape.precision.stream)
    }
}
