import Foundations
import Testing
import ZooKit

@testable import Zoo

/// Which units a round trains (hft.md, section 6, invariants 3 and 4).
@Suite struct HalfUnitsTests {
    /// Paths of a decoder's parameters.
    static func paths(layers: Int) -> [String] {
        let own = (0..<layers).flatMap { layer in
            [
                "input_layernorm.weight", "self_attn.q_proj.weight", "self_attn.q_proj.bias", "self_attn.k_proj.weight",
                "self_attn.v_proj.weight", "self_attn.o_proj.weight", "post_attention_layernorm.weight",
                "mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight",
            ].map { "model.layers.\(layer).\($0)" }
        }
        return ["model.embed_tokens.weight"] + own + ["model.norm.weight", "lm_head.weight"]
    }

    private func counts(_ chosen: Set<String>, _ word: String, layers: Int) -> [Int] {
        (0..<layers).map { layer in
            chosen.count { $0.hasPrefix("model.layers.\(layer).") && $0.contains(word) }
        }
    }

    @Test(arguments: [2, 5, 24]) func aRoundTrainsTheHalfOfEachCategoryOfEachLayer(_ layers: Int) {
        let units = HalfUnits(paths: Self.paths(layers: layers))
        #expect(units.units.count == 3 + 9 * layers)
        for round in 0..<20 {
            let chosen = units.selection(HalfConfig(), seed: 7, round: round)
            #expect(counts(chosen, "self_attn", layers: layers).allSatisfy { $0 == 2 })
            #expect(counts(chosen, "layernorm", layers: layers).allSatisfy { $0 == 1 })
            let feedForward = counts(chosen, "mlp", layers: layers)
            #expect(feedForward.allSatisfy { $0 == 1 || $0 == 2 })
            // Of an odd number of layers the larger part trains two: floor(L / 2) layers freeze two.
            #expect(feedForward.count { $0 == 2 } == (layers + 1) / 2)
            for end in ["model.embed_tokens", "model.norm", "lm_head"] { #expect(chosen.contains(end)) }
        }
        // A bias goes with its matrix: the unit has both.
        #expect(units.units.count { $0.name.hasSuffix("q_proj") } == layers)
    }

    /// Round 1 of seed 7 in a model of three layers, by layer, computed from section 3.2 by another program.
    static let draws: [HalfConfig.Level: [[String]]] = [
        .category: [
            ["input_layernorm", "self_attn.k_proj", "self_attn.o_proj", "mlp.down_proj"],
            ["self_attn.q_proj", "self_attn.k_proj", "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj"],
            ["input_layernorm", "self_attn.v_proj", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj"],
        ],
        .layer: [
            [
                "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
            ],
            [],
            [
                "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
            ],
        ],
        .model: [
            ["self_attn.q_proj", "self_attn.k_proj", "post_attention_layernorm", "mlp.up_proj", "mlp.down_proj"],
            ["input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "mlp.up_proj"],
            ["input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.o_proj", "mlp.down_proj"],
        ],
    ]

    @Test(arguments: HalfConfig.Level.allCases) func drawsAreTheSameAnywhere(_ level: HalfConfig.Level) throws {
        var config = HalfConfig()
        config.level = level
        let chosen = HalfUnits(paths: Self.paths(layers: 3)).selection(config, seed: 7, round: 1)
        let wanted = try #require(Self.draws[level]).enumerated().flatMap { layer, names in
            names.map { "model.layers.\(layer).\($0)" }
        }
        #expect(chosen == Set(wanted + ["model.embed_tokens", "model.norm", "lm_head"]))
    }

    @Test func drawsDifferBetweenRoundsAndSeeds() {
        let units = HalfUnits(paths: Self.paths(layers: 6))
        let first = units.selection(HalfConfig(), seed: 3, round: 0)
        #expect(first != units.selection(HalfConfig(), seed: 3, round: 1))
        #expect(first != units.selection(HalfConfig(), seed: 4, round: 0))
        // A model of more layers draws the attention matrices of the first layers alike: a draw is keyed by its layer.
        let more = HalfUnits(paths: Self.paths(layers: 9)).selection(HalfConfig(), seed: 3, round: 0)
        let isFirst = { (name: String) in name.contains("layers.2.self_attn") }
        #expect(more.filter(isFirst) == first.filter(isFirst))
    }

    @Test(arguments: HalfConfig.Level.allCases) func overManyDrawsEveryUnitIsTrainedAsOftenAsTheRatio(
        _ level: HalfConfig.Level
    ) {
        let units = HalfUnits(paths: Self.paths(layers: 4))
        var config = HalfConfig()
        config.level = level
        var seen: [String: Int] = [:]
        let draws = 10_000
        for round in 0..<draws {
            for name in units.selection(config, seed: 1, round: round) { seen[name, default: 0] += 1 }
        }
        for unit in units.units {
            let share = Double(seen[unit.name, default: 0]) / Double(draws)
            if unit.category == .end {
                #expect(share == 1)
            } else {
                #expect(abs(share - 0.5) < 0.02, "\(unit.name): \(share)")
            }
        }
    }

    /// Section 3.2: embeddings and head trained, plain norms, an even number of layers.
    @Test func halfOfLlama2Has3500281856TrainedNumbers() {
        let (width, inner, vocabulary) = (4096, 11008, 32000)
        let paths = Self.paths(layers: 32).filter { !$0.hasSuffix("bias") }
        func count(_ path: String) -> Int {
            if path.contains("norm") { return width }
            if path.contains("self_attn") { return width * width }
            return width * (path.contains("mlp") ? inner : vocabulary)
        }
        #expect(paths.reduce(0) { $0 + count($1) } == 6_738_415_616)
        for round in 0..<4 {
            let chosen = HalfUnits(paths: paths).selection(HalfConfig(), seed: 5, round: round)
            let trained = paths.filter { chosen.contains(HalfUnit(path: $0).name) }
            #expect(trained.reduce(0) { $0 + count($1) } == 3_500_281_856)
        }
    }

    @Test func unitsThatNoRoundTouchedFallAsPowersOfTheRest() {
        let units = HalfUnits(paths: Self.paths(layers: 8))
        let drawn = units.units.filter { $0.category != .end }.map(\.name)
        var share = 0.0
        for seed in 0..<200 {
            var touched: Set<String> = []
            for round in 0..<3 { touched.formUnion(units.selection(HalfConfig(), seed: seed, round: round)) }
            share += Double(drawn.count { !touched.contains($0) }) / Double(drawn.count) / 200
        }
        #expect(abs(share - 0.125) < 0.01, "\(share)")
    }

    @Test func ratiosAndEndsAreMet() {
        let units = HalfUnits(paths: Self.paths(layers: 4))
        var config = HalfConfig()
        for (ratio, level) in zip([0, 0.25, 0.75, 1], [HalfConfig.Level.model, .layer, .category, .category]) {
            (config.ratio, config.level) = (ratio, level)
            let chosen = units.selection(config, seed: 2, round: 5)
            #expect(Double(chosen.count - 3) == ratio * 36, "\(ratio) \(level)")
        }
        (config.ratio, config.trainEnds) = (0, false)
        #expect(units.selection(config, seed: 0, round: 0).isEmpty)
    }

    @Test(arguments: [
        ("half:ratio=1.5", "ratio"), ("half:every=5", "every"), ("half:reselect=steps", "every"),
        ("half:ratio=many", "ratio"), ("half:seed=-1", "seed"), ("half:share=0.5", "share"), ("half:ratio", "ratio"),
        ("half:ratio=0.5,ratio=0.6", "ratio"), ("all:ratio=1", "ratio"),
    ]) func settingsThatMakeNoSenseAreNamed(_ text: String, _ key: String) {
        #expect { try Catalogue.all.adaptation(parsing: text) } throws: { error in
            error is ConfigError && "\(error)".contains(key)
        }
        #expect(throws: CatalogueError.self) { try Catalogue.all.adaptation(parsing: "halve") }
    }
}
