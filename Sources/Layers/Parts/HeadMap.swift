public import Tensors

/// How the heads of one attention stand to each other: query head h reads key head keyHead[h] and value head valueHead[h].
public struct HeadMap: Sendable, Equatable {
    /// Columns of a head.
    public let width: Int
    /// For each query head its key head.
    public let keyHead: [Int]
    /// For each query head its value head.
    public let valueHead: [Int]
    /// How many key heads there are.
    public var keyHeads: Int { (keyHead.max() ?? -1) + 1 }
    /// How many value heads there are.
    public var valueHeads: Int { (valueHead.max() ?? -1) + 1 }
    /// How many query heads there are.
    public var heads: Int { keyHead.count }

    /// Any maps. Throws: `value` where a head in between is read by nobody, or counts differ.
    public init(width: Int, keyHead: [Int], valueHead: [Int]) throws(TensorError) {
        for map in [keyHead, valueHead] where !Self.reachesEveryHead(map) {
            throw .value(operation: "head map", what: "\(map) does not reach every head from 0 on")
        }
        guard keyHead.count == valueHead.count else {
            throw .value(operation: "head map", what: "\(keyHead.count) and \(valueHead.count) query heads")
        }
        self.width = width
        self.keyHead = keyHead
        self.valueHead = valueHead
    }

    /// Whether `map` names every head from 0 to its largest and nothing else; an empty one does not. O(heads).
    public static func reachesEveryHead(_ map: [Int]) -> Bool {
        guard let last = map.max(), map.indices.contains(last) else { return false }
        return Set(map) == Set(0...last)
    }

    /// Groups of heads / groups adjacent query heads share a key and value head (Ainslie et al. 2023). Throws: `value` where
    /// they do not divide.
    public init(width: Int, heads: Int, groups: Int) throws(TensorError) {
        guard groups > 0, heads > 0, heads % groups == 0 else {
            throw .value(operation: "head map", what: "\(heads) heads do not share \(groups) groups evenly")
        }
        let map = (0..<heads).map { $0 / (heads / groups) }
        try self.init(width: width, keyHead: map, valueHead: map)
    }
    /// Sizes of an attention over these heads.
    public func shape(sequences: Int, queries: Int, keys: Int) -> AttentionShape {
        var shape = AttentionShape(
            sequences: sequences, queries: queries, keys: keys, heads: 1, groups: 1, width: width)
        shape.keyHead = keyHead
        shape.valueHead = valueHead
        shape.keyHeads = keyHeads
        shape.valueHeads = valueHeads
        return shape
    }

    /// Key and value heads that some query head reads together, directly or by way of others: they must hold the same rows of a
    /// sequence. Ordered by their first key head. O(heads^2).
    public var components: [Component] {
        var component = Array(0..<keyHeads)
        for value in 0..<valueHeads {
            let joined = Set(zip(keyHead, valueHead).filter { $1 == value }.map { component[$0.0] })
            let first = joined.min() ?? 0
            for key in component.indices where joined.contains(component[key]) { component[key] = first }
        }
        return Set(component).sorted().map { number in
            let queries = keyHead.indices.filter { component[keyHead[$0]] == number }
            return Component(
                keyHeads: component.indices.filter { component[$0] == number },
                valueHeads: Set(queries.map { valueHead[$0] }).sorted(), queryHeads: queries)
        }
    }

    /// Heads that hold the same rows of a sequence.
    public struct Component: Sendable, Equatable {
        /// Key heads, ascending.
        public let keyHeads: [Int]
        /// Value heads, ascending.
        public let valueHeads: [Int]
        /// The query heads that read them, ascending.
        public let queryHeads: [Int]
    }
}
