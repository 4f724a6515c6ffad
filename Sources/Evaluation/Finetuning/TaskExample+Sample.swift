import Tensors

extension TaskExample {
    /// At most `limit` of each language's examples, drawn alike in every run and left in their order; all of them for nil. Files
    /// may be sorted by label, so that their beginnings are no sample. O(n log n).
    public static func sample(_ examples: [TaskExample], limit: Int?) -> [TaskExample] {
        guard let limit else { return examples }
        let key = RandomKey(seed: 0).with("sample")
        var places: [String: [(bits: UInt64, place: Int)]] = [:]
        for (place, example) in examples.enumerated() {
            places[example.language ?? "", default: []].append((key.bits(at: place), place))
        }
        let kept = places.values.flatMap { list in list.sorted { $0 < $1 }.prefix(limit).map(\.place) }
        return kept.sorted().map { examples[$0] }
    }
}
