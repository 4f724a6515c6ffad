/// How large the parts of a decoder may be: far above any model there is, and low enough that no count of a model's numbers,
/// bytes or operations leaves 64 bits.
enum SizeLimit {
    /// Of a side of a parameter.
    static let side = 1 << 24
    /// Of numbers in a parameter.
    static let parameter = 1 << 34
    /// Of numbers in the table of position angles.
    static let angles = 1 << 28
    /// Of blocks.
    static let layers = 4096
    /// Of query heads in a block.
    static let heads = 1024

    /// The product of positive numbers if it is at most `limit`; nil above, also where it is no `Int`.
    static func product(_ factors: [Int], upTo limit: Int) -> Int? {
        var product = 1
        for factor in factors {
            let (next, overflows) = product.multipliedReportingOverflow(by: factor)
            if overflows || next > limit { return nil }
            product = next
        }
        return product
    }
}

extension DecoderConfig {
    /// The first side, parameter or table that is empty or too large, by the key to change; nil if all fit.
    func sizeFlaw() -> (CodingKeys, String)? {
        let sides: [(CodingKeys, Int, Int)] = [
            (.width, width, SizeLimit.side), (.layerCount, layerCount, SizeLimit.layers),
            (.innerWidth, innerWidth, SizeLimit.side), (.heads, heads, SizeLimit.heads),
            (.groups, groups, SizeLimit.heads), (.headWidth, headWidth, SizeLimit.side),
            (.positions, positions, SizeLimit.side), (.vocabulary, vocabulary, SizeLimit.side),
            (.patchSize, patchSize, SizeLimit.side), (.channels, channels, SizeLimit.side),
        ]
        for (key, value, limit) in sides where value <= 0 || value > limit {
            return (key, "\(value) is not in 1...\(limit)")
        }
        let parameters: [(CodingKeys, String, [Int])] = [
            (.vocabulary, "embeddings", [vocabulary, width]),
            (.innerWidth, "feed-forward matrices", [innerWidth, width]),
            (.headWidth, "query matrices", [heads, headWidth, width]),
            (.patchSize, "patch matrices", [patchSize, patchSize, channels, width]),
        ]
        for (key, what, sides) in parameters where SizeLimit.product(sides, upTo: SizeLimit.parameter) == nil {
            return (key, "\(what) of \(Self.times(sides)) numbers; \(SizeLimit.parameter) are the most")
        }
        if SizeLimit.product([positions, headWidth], upTo: SizeLimit.angles) == nil {
            return (
                .positions,
                "\(Self.times([positions, headWidth])) position angles; \(SizeLimit.angles) are the most"
            )
        }
        return nil
    }

    private static func times(_ sides: [Int]) -> String { sides.map { "\($0)" }.joined(separator: " x ") }
}
