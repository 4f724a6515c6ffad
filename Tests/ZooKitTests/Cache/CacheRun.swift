import Layers
import Tensors
import TestSupport
import ZooKit

/// A small model whose second layer has heads of irregular maps, three key heads and two value heads, and what it gives with a
/// cache and without.
struct CacheRun {
    let workspace: Workspace
    let model: LanguageModel

    init(_ kernels: KernelChoice, _ type: DecoderConfig.ModelType = .llama) throws {
        workspace = try kernels.workspace()
        var config = Small.config(type)
        config.layers = [
            LayerConfig(), LayerConfig(keyHead: [2, 0, 1, 0], valueHead: [0, 1, 1, 0]),
        ]
        model = try LanguageModel(config, seed: 7, workspace: workspace)
    }

    /// An empty cache; small, so that it has to grow.
    func cache(
        _ sequences: Int, capacity: Int = 2, reserve: Int = 1, policy: any CachePolicy = FullCachePolicy()
    ) throws -> KeyValueCache {
        try model.cache(sequences: sequences, capacity: capacity, reserve: reserve, policy: policy, in: workspace)
    }

    /// Logits after every token of one text, computed at once.
    func full(_ ids: [Int32]) throws -> [[Double]] {
        try SmallRun(model, Small.texts([ids], workspace), workspace).logits
    }

    /// Rows of a tensor.
    func rows(_ tensor: Tensor) throws -> [[Double]] {
        let values = try workspace.values(tensor)
        return (0..<tensor.rows).map { Array(values[$0 * tensor.columns..<($0 + 1) * tensor.columns]) }
    }

    /// Runs parts of texts through a cache, one part of each text a pass; the logits after every token of each text.
    func parts(
        _ texts: [[[Int32]]], _ cache: KeyValueCache, padsLeft: Bool = false, phase: CachePhase = .prompt(isLast: false)
    ) throws -> [[[Double]]] {
        var logits = [[[Double]]](repeating: [], count: texts.count)
        for pass in 0..<(texts.map(\.count).max() ?? 0) {
            let ids = texts.map { $0.indices.contains(pass) ? $0[pass] : [] }
            let input = try ModelInput.text(
                ids, vocabulary: Small.vocabulary, padsLeft: padsLeft,
                positions: zip(ids, cache.seen).map { ids, seen in ids.indices.map { Int32(seen + $0) } },
                workspace: workspace)
            let (hidden, context) = try model.extend(cache, with: input, phase: phase)
            let all = try rows(model.streamLogits(hidden, places: (0..<Int32(hidden.rows)).map { $0 }, context))
            let length = input.rows.length
            for (b, ids) in ids.enumerated() {
                let first = b * length + (padsLeft ? length - ids.count : 0)
                logits[b] += all[first..<first + ids.count]
            }
        }
        return logits
    }

    /// Runs texts through a cache whole.
    func whole(_ texts: [[Int32]], _ cache: KeyValueCache) throws -> [[[Double]]] {
        try parts(texts.map { [$0] }, cache)
    }
}
