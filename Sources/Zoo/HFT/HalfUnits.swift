import Foundations
import Tensors

/// A unit of selection: a matrix with its bias, or a norm.
struct HalfUnit: Equatable {
    /// The kind of unit, within which the category rule draws.
    enum Category: String, CaseIterable {
        case attention, feedForward = "feed-forward", norm
        /// Embeddings, heads, the final norm, and what belongs to no category: never drawn.
        case end
    }

    /// The path without the name of the tensor: "model.layers.0.self_attn.q_proj".
    let name: String
    /// The kind.
    let category: Category
    /// The layer; nil for ends.
    let layer: Int?

    /// The unit that a parameter belongs to.
    init(path: String) {
        let parts = path.split(separator: ".").map(String.init)
        let isNamed = ["weight", "bias"].contains(parts.last ?? "")
        name = (isNamed ? parts.dropLast() : parts[...]).joined(separator: ".")
        guard parts.count > 3, parts[0] == "model", parts[1] == "layers", let layer = Int(parts[2]) else {
            (category, self.layer) = (.end, nil)
            return
        }
        let found: Category? =
            switch parts[3] {
            case "self_attn": .attention
            case "mlp": .feedForward
            case let word where word.hasSuffix("layernorm"): .norm
            default: nil
            }
        category = found ?? .end
        self.layer = found == nil ? nil : layer
    }
}

/// The units of a model, and draws among them.
///
/// A draw is a function of seed, round, category and layer alone, the same on any machine. Source: HFT, section 3.2 of its
/// specification; shares other than a half, and fractions of a category, are ours: of a category of c units, floor(ratio c) are trained in
/// every layer and one more in as many random layers as make the mean right.
struct HalfUnits {
    /// All units, in the model's order.
    let units: [HalfUnit]
    private let layers: [Int]

    /// The units of a model's parameters.
    init(paths: [String]) {
        var units: [HalfUnit] = []
        var known: Set<String> = []
        for path in paths {
            let unit = HalfUnit(path: path)
            if known.insert(unit.name).inserted { units.append(unit) }
        }
        self.units = units
        layers = Set(units.compactMap(\.layer)).sorted()
    }

    /// Names of the units that a round trains. O(units log units).
    func selection(_ config: HalfConfig, seed: Int, round: Int) -> Set<String> {
        let key = RandomKey(seed: UInt64(truncatingIfNeeded: seed)).with("half fine-tuning").with(round)
        var chosen = Set(units.filter { $0.category == .end && config.trainEnds }.map(\.name))
        let drawn = units.filter { $0.category != .end }
        switch config.level {
        case .model:
            chosen.formUnion(Self.draw(drawn.map(\.name), Self.whole(config.ratio, of: drawn.count), key.with("model")))
        case .layer:
            let picked = Set(Self.draw(layers, Self.whole(config.ratio, of: layers.count), key.with("layer")))
            chosen.formUnion(drawn.filter { picked.contains($0.layer ?? -1) }.map(\.name))
        case .category:
            for category in HalfUnit.Category.allCases where category != .end {
                chosen.formUnion(draw(category, config.ratio, key.with(category.rawValue)))
            }
        }
        return chosen
    }

    private func draw(_ category: HalfUnit.Category, _ ratio: Double, _ key: RandomKey) -> [String] {
        let own = layers.map { layer in
            units.filter { $0.category == category && $0.layer == layer }.map(\.name)
        }
        // Layers of one size share the draw of who trains one more.
        var more: Set<Int> = []
        for size in Set(own.map(\.count)) where size > 0 {
            let places = own.indices.filter { own[$0].count == size }
            let fraction = ratio * Double(size) - Self.floor(ratio, of: size)
            let count = Self.whole(fraction, of: places.count)
            more.formUnion(Self.draw(Array(places), count, key.with("more").with(size)))
        }
        return own.indices.flatMap { place in
            let count = Int(Self.floor(ratio, of: own[place].count)) + (more.contains(place) ? 1 : 0)
            return Self.draw(own[place], count, key.with(layers[place]))
        }
    }

    /// The units that every layer trains: the floor of ratio times count, in spite of rounding.
    private static func floor(_ ratio: Double, of count: Int) -> Double {
        (ratio * Double(count) + 1e-9).rounded(.down)
    }

    /// A share of a count, halves up.
    private static func whole(_ share: Double, of count: Int) -> Int {
        min(count, max(0, Int((share * Double(count) + 1e-9).rounded(.toNearestOrAwayFromZero))))
    }

    /// `count` of the items at random, without replacement.
    private static func draw<Item>(_ items: [Item], _ count: Int, _ key: RandomKey) -> [Item] {
        let order = items.indices.sorted { (key.bits(at: $0), $0) < (key.bits(at: $1), $1) }
        return order.prefix(count).map { items[$0] }
    }
}
