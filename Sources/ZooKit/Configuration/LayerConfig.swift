import Foundations
import Layers

/// What one layer has otherwise than the rest of its model; what is nil is as in the rest.
public struct LayerConfig: Codable, Sendable, Hashable {
    /// `intermediate_size`.
    public var innerWidth: Int?
    /// `key_map`: for each query head the key head it reads.
    public var keyHead: [Int]?
    /// `value_map`: for each query head the value head it reads.
    public var valueHead: [Int]?

    enum CodingKeys: String, CodingKey {
        case innerWidth = "intermediate_size"
        case keyHead = "key_map"
        case valueHead = "value_map"
    }

    /// A layer that differs in what is given.
    public init(innerWidth: Int? = nil, keyHead: [Int]? = nil, valueHead: [Int]? = nil) {
        self.innerWidth = innerWidth
        self.keyHead = keyHead
        self.valueHead = valueHead
    }

    /// Decodes; an absent key is nil.
    public init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        innerWidth = try values.decodeIfPresent(Int.self, forKey: .innerWidth)
        keyHead = try values.decodeIfPresent([Int].self, forKey: .keyHead)
        valueHead = try values.decodeIfPresent([Int].self, forKey: .valueHead)
    }

    /// What makes no sense in a model of `heads` query heads and `width` columns; nil if all is well.
    func flaw(heads: Int, width: Int) -> String? {
        if let innerWidth {
            let fits = SizeLimit.product([innerWidth, width], upTo: SizeLimit.parameter) != nil
            if innerWidth <= 0 || innerWidth > SizeLimit.side || !fits { return "intermediate_size is \(innerWidth)" }
        }
        for (name, map) in [("key_map", keyHead), ("value_map", valueHead)] {
            guard let map else { continue }
            if map.count != heads { return "\(name) has \(counted(map.count, "entry")) for \(heads) query heads" }
            if !HeadMap.reachesEveryHead(map) { return "\(name) does not reach every head from 0 on" }
        }
        return nil
    }
}
