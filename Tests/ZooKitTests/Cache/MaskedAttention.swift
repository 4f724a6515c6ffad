import Foundation
import Layers
import Tensors
import TestSupport
import ZooKit

/// Attention of one sequence computed on the host, head by head, over the rows that `sees` allows: what a cache that dropped rows
/// is compared with.
final class MaskedAttention: SublayerCore {
    let inner: Attention
    /// Whether the query at a position sees the key at another, in the component of its head.
    private let sees: (_ component: Int, _ query: Int, _ key: Int) -> Bool

    init(_ inner: Attention, sees: @escaping (_ component: Int, _ query: Int, _ key: Int) -> Bool) {
        self.inner = inner
        self.sees = sees
    }

    var children: [Child] { inner.children }

    func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        let workspace = context.tape.workspace
        let state = try inner.project(x, rows: rows, context)
        let (map, count) = (inner.map, x.rows)
        let (q, k, v) = (
            try workspace.values(state.query), try workspace.values(state.key), try workspace.values(state.value)
        )
        let width = map.width
        var read = [Double](repeating: 0, count: q.count)
        for (component, heads) in map.components.enumerated() {
            for head in heads.queryHeads {
                for query in 0..<count {
                    let keys = (0...query).filter { $0 == query || sees(component, query, $0) }
                    let weights = keys.map { key in
                        let dot = (0..<width).reduce(0.0) {
                            $0 + q[query * state.query.columns + head * width + $1]
                                * k[key * state.key.columns + map.keyHead[head] * width + $1]
                        }
                        return exp(dot / Double(width).squareRoot())
                    }
                    let sum = weights.reduce(0, +)
                    for (key, weight) in zip(keys, weights) {
                        for j in 0..<width {
                            read[query * state.query.columns + head * width + j] +=
                                weight / sum * v[key * state.value.columns + map.valueHead[head] * width + j]
                        }
                    }
                }
            }
        }
        return try inner.output(
            workspace.numbers(read, state.query.shape, state.query.type), adding: residual, context)
    }
}

extension CacheRun {
    /// Logits after every token of one text where the query of layer l at a position sees what `sees` allows of the earlier ones.
    func masked(
        _ ids: [Int32], sees: @escaping (_ layer: Int, _ component: Int, _ query: Int, _ key: Int) -> Bool
    ) throws -> [[Double]] {
        let paths = (0..<2).map { "model.layers.\($0).self_attn" }
        var parts: [any Part] = []
        for (layer, path) in paths.enumerated() {
            try model.replace(at: path) { part in
                guard let attention = part as? Attention else { throw PartError.unfit(path: path, got: "\(part)") }
                parts.append(attention)
                return MaskedAttention(attention) { sees(layer, $0, $1, $2) }
            }
        }
        defer { for (path, part) in zip(paths, parts) { try? model.replace(at: path) { _ in part } } }
        return try full(ids)
    }
}

/// Keeps drawn rows of each component, and the first and the last; looks at the weights of the last queries if asked to.
final class DrawnPolicy: CachePolicy {
    private let share: Double
    private let queries: Int
    private let evictsLater: Bool
    /// What it kept, by slot and name of the sequence.
    private(set) var kept: [CacheSlot: [Int: [[Int]]]] = [:]
    /// Column sums it was given at the end of a prompt, likewise.
    private(set) var sums: [CacheSlot: [Int: [[Double]]]] = [:]
    /// Views as it was shown them: keys and values.
    private(set) var shown: [(keys: [Double], values: [Double], phase: CachePhase)] = []

    /// Keeps `share` of the rows, at least 3; 1 keeps all.
    init(share: Double, queries: Int = 0, evictsLater: Bool = false) {
        self.share = share
        self.queries = queries
        self.evictsLater = evictsLater
    }

    func queryRows(_ phase: CachePhase, seen: Int) -> Int { phase == .decode ? 0 : queries }

    func select(_ view: CacheView) throws(TensorError) -> [[Int]]? {
        if queries > 0, view.phase != .decode {
            sums[view.slot, default: [:]][view.identity] = try view.columnSums()
        }
        let workspace = view.workspace
        shown.append((try workspace.values(view.keys), try workspace.values(view.values), view.phase))
        guard share < 1, view.phase != .decode || evictsLater else { return nil }
        let count = max(3, Int(share * Double(view.rows)))
        guard count < view.rows else { return nil }
        let key = RandomKey(seed: 3).with(view.identity).with(view.slot.layer).with(view.seen)
        let chosen = view.components.indices.map { component in
            let order = (1..<view.rows - 1).sorted {
                key.with(component).bits(at: $0) < key.with(component).bits(at: $1)
            }
            return ([0, view.rows - 1] + order[..<(count - 2)]).sorted()
        }
        kept[view.slot, default: [:]][view.identity] = chosen
        return chosen
    }
}
