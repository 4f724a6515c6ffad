import Tensors

/// What a part costs. Operations: a multiplication and an addition count two; products and attention count, norms, activations
/// and softmax do not (the convention of Kaplan et al. 2020 with causal attention at half). Source: ours.
public struct Cost: Sendable, Equatable, Codable {
    /// Numbers in its parameters.
    public var parameters = 0
    /// Of those, numbers that one row of the stream uses.
    public var activeParameters = 0
    /// Operations of the forward pass for one row at the middle of a sequence.
    public var operations = 0.0
    /// Numbers that a cache keeps for one row.
    public var cachedNumbers = 0

    enum CodingKeys: String, CodingKey {
        case parameters
        case activeParameters = "active_parameters"
        case operations = "forward_operations_per_row"
        case cachedNumbers = "cached_numbers_per_row"
    }

    /// Nothing.
    public init() {}

    /// Parameters that every row uses, in products (two operations each) if `multiplied`.
    public init(parameters: Int, multiplied: Bool) {
        self.parameters = parameters
        activeParameters = parameters
        operations = multiplied ? 2 * Double(parameters) : 0
    }

    /// Both together.
    public static func + (a: Cost, b: Cost) -> Cost {
        var sum = a
        sum.parameters += b.parameters
        sum.activeParameters += b.activeParameters
        sum.operations += b.operations
        sum.cachedNumbers += b.cachedNumbers
        return sum
    }
}

/// A part that knows its own cost, without that of its children.
public protocol CostedPart: Part {
    /// The cost at sequences of `length` rows.
    func ownCost(length: Int) -> Cost
}

extension Part {
    /// The cost of this part and everything below, at sequences of `length` rows. Parts that do not say otherwise cost their
    /// parameters alone; parameters that stand in two places are counted once, their operations each time.
    public func cost(length: Int) -> Cost {
        var total = Cost()
        for (_, part) in descendants {
            total = total + ((part as? any CostedPart)?.ownCost(length: length) ?? part.plainCost)
        }
        total.parameters = parameters.reduce(0) { $0 + $1.count }
        return total
    }

    private var plainCost: Cost {
        Cost(parameters: ownParameters.reduce(0) { $0 + $1.count }, multiplied: false)
    }
}

extension Linear: CostedPart {
    /// Its matrix, multiplied by every row.
    public func ownCost(length: Int) -> Cost {
        Cost(parameters: weight.count, multiplied: true)
            + Cost(parameters: bias?.count ?? 0, multiplied: false)
    }
}

extension TokenEmbedding: CostedPart {
    /// A table of which a row uses one line.
    public func ownCost(length: Int) -> Cost {
        var cost = Cost(parameters: weight.count, multiplied: false)
        cost.activeParameters = weight.shape[1]
        return cost
    }
}

extension PatchEmbedding: CostedPart {
    /// Its projection, multiplied by every patch.
    public func ownCost(length: Int) -> Cost {
        Cost(parameters: weight.count, multiplied: true) + Cost(parameters: bias.count, multiplied: false)
    }
}

extension Attention: CostedPart {
    /// Products of queries with keys and of weights with values over half the sequence, and what a cache keeps.
    public func ownCost(length: Int) -> Cost {
        var cost = Cost()
        cost.operations = 2 * Double(map.heads * map.width) * Double(length)
        cost.cachedNumbers = (map.keyHeads + map.valueHeads) * map.width
        return cost
    }
}
