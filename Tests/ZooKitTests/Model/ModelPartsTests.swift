import Layers
import Tensors
import Testing
import ZooKit

/// Parts of a model that a configuration chooses.
@Suite struct ModelPartsTests {
    private let texts = [Small.text(6, 1), Small.text(4, 2)]

    private func gradients(
        _ model: LanguageModel, _ input: ModelInput, _ workspace: Workspace
    ) throws -> [String: [Double]] {
        try SmallRun.gather(model, input, weights: ["next_patch": 1, "next_token": 1], workspace)
        return try SmallRun.gradients(model, workspace)
    }

    /// Gives `model` the values of `other` where paths are the same.
    private func copy(_ other: LanguageModel, to model: LanguageModel) throws {
        let values = Dictionary(uniqueKeysWithValues: other.parameters.map { ($0.path, $0) })
        for parameter in model.parameters {
            guard let same = values[parameter.path], same.shape == parameter.shape else { continue }
            try parameter.set(same.hostValues())
        }
    }

    @Test func tiedEmbeddingsAreTheTokenHead() throws {
        let workspace = try reference()
        var config = Small.config(.llama)
        let free = try LanguageModel(config, seed: 1, workspace: workspace)
        config.tiesEmbeddings = true
        let tied = try LanguageModel(config, seed: 1, workspace: workspace)
        let head = try #require(free.parameters.first { $0.path == "lm_head.weight" })
        try head.set(free.base.tokens.weight.hostValues())
        #expect(Set(free.parameters.map(\.path)).subtracting(tied.parameters.map(\.path)) == ["lm_head.weight"])
        let input = try Small.texts(texts, workspace)
        let runs = try [free, tied].map { try SmallRun($0, input, workspace) }
        #expect(runs[0].logits == runs[1].logits && runs[0].loss("next_token") == runs[1].loss("next_token"))
        let (apart, together) = (
            try gradients(free, input, workspace), try gradients(tied, input, workspace)
        )
        let path = "model.embed_tokens.weight"
        let (table, rows) = (try #require(apart[path]), try #require(apart["lm_head.weight"]))
        #expect(SmallRun.distance([try #require(together[path])], [zip(table, rows).map(+)]) < 1e-12)
        for (name, gradient) in together where name != path { #expect(gradient == apart[name], "\(name)") }
        let cost = tied.cost(length: 8)
        #expect(cost.parameters == free.cost(length: 8).parameters - head.count)
        #expect(cost.operations == free.cost(length: 8).operations)
    }

    @Test func attentionBiasesStandOnAllFourProjections() throws {
        let workspace = try reference()
        var config = Small.config(.llama)
        let plain = try LanguageModel(config, seed: 1, workspace: workspace)
        config.hasAttentionBias = true
        let model = try LanguageModel(config, seed: 1, workspace: workspace)
        let biases = model.parameters.filter { $0.path.hasSuffix(".bias") }
        let expected = (0..<2).flatMap { layer in
            zip("qkvo", [16, 8, 8, 16]).map { ("model.layers.\(layer).self_attn.\($0)_proj.bias", $1) }
        }
        #expect(Set(biases.map(\.path)) == Set(expected.map(\.0)))
        for (path, size) in expected { #expect(biases.first { $0.path == path }?.shape == [size], "\(path)") }
        #expect(biases.allSatisfy { !$0.decays })
        let input = try Small.texts(texts, workspace)
        let without = try SmallRun(plain, input, workspace)
        #expect(try SmallRun(model, input, workspace).logits == without.logits)
        // Each moves logits; that of keys too, since it is turned with its position.
        for bias in biases {
            try bias.set([Double](repeating: 0.5, count: bias.count))
            #expect(try SmallRun(model, input, workspace).logits != without.logits, "\(bias.path)")
            try bias.set([Double](repeating: 0, count: bias.count))
        }
        let gradients = try gradients(model, input, workspace)
        for bias in biases { #expect(gradients[bias.path]?.contains { abs($0) > 1e-6 } == true, "\(bias.path)") }
    }

    /// Section 6 of the specification, 8: shared heads, regular or not, are heads of their own that happen to be equal.
    @Test(arguments: [
        [LayerConfig()], [LayerConfig(keyHead: [0, 0, 0, 0], valueHead: [0, 0, 0, 0])],
        [LayerConfig(keyHead: [1, 0, 0, 1], valueHead: [0, 2, 1, 0])],
        [LayerConfig(valueHead: [3, 2, 1, 0])], [LayerConfig(keyHead: [0, 1, 2, 1])],
    ]) func sharedHeadsAreEqualHeads(_ first: [LayerConfig]) throws {
        let workspace = try reference()
        var config = Small.config(.llama)
        config.layers = first + [LayerConfig()]
        let shared = try LanguageModel(config, seed: 1, workspace: workspace)
        let full = try LanguageModel(Small.config(.llama, groups: 4), seed: 1, workspace: workspace)
        try copy(shared, to: full)
        let maps = try (0..<2).map { layer in
            try #require(shared.part(at: "model.layers.\(layer).self_attn") as? Attention).map
        }
        #expect(maps[1].keyHead == [0, 0, 1, 1] && maps[0].keyHead == first[0].keyHead ?? [0, 0, 1, 1])
        for (layer, map) in maps.enumerated() {
            for (name, heads) in [("k", map.keyHead), ("v", map.valueHead)] {
                let path = "model.layers.\(layer).self_attn.\(name)_proj"
                let few = try #require(shared.part(at: path) as? Linear).weight
                #expect(few.shape == [4 * (name == "k" ? map.keyHeads : map.valueHeads), 16])
                let values = try few.hostValues()
                let written = heads.flatMap { values[$0 * 64..<($0 + 1) * 64] }
                try #require(full.part(at: path) as? Linear).weight.set(written)
            }
        }
        let input = try Small.texts(texts, workspace)
        let runs = try [shared, full].map { try SmallRun($0, input, workspace) }
        #expect(SmallRun.distance(runs[0].logits, runs[1].logits) < 1e-13)
        let (a, b) = (try gradients(shared, input, workspace), try gradients(full, input, workspace))
        for (path, gradient) in a where !path.contains("k_proj") && !path.contains("v_proj") {
            #expect(SmallRun.distance([gradient], [try #require(b[path])]) < 1e-12, "\(path)")
        }
    }

    @Test func aLayerMayHaveAWidthOfItsOwn() throws {
        let workspace = try reference()
        var config = Small.config(.erniePixel)
        config.layers = [LayerConfig(innerWidth: 7), LayerConfig()]
        let model = try LanguageModel(config, seed: 1, workspace: workspace)
        let shapes = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.path, $0.shape) })
        #expect(shapes["model.layers.0.mlp.up_proj.weight"] == [7, 16])
        #expect(shapes["model.layers.0.mlp.down_proj.weight"] == [16, 7])
        #expect(shapes["model.layers.1.mlp.gate_proj.weight"] == [24, 16])
        #expect(try SmallRun(model, Small.texts(texts, workspace), workspace).loss("next_token").isFinite)
        // Layers that differ stand in rows of their own.
        let parts = ModelDescription(model, length: 8).rows.map(\.part)
        #expect(parts.filter { $0.hasPrefix("layers") } == ["layers.0", "layers.1"])
    }

    /// First values go by path: a model with more heads has the same values everywhere else.
    @Test func aHeadMoreChangesNoOtherValue() throws {
        let workspace = try reference()
        let config = Small.config(.erniePixel)
        func values(_ heads: LanguageModel.Heads, seed: UInt64 = 1) throws -> [String: [Double]] {
            let model = try LanguageModel(config, heads: heads, seed: seed, workspace: workspace)
            return Dictionary(uniqueKeysWithValues: try model.parameters.map { ($0.path, try $0.hostValues()) })
        }
        let base = try values(.init())
        let all = try values(.init(token: true, patch: true, labels: 3, scalar: true))
        #expect(base.count == 2 * 9 + 6)
        let heads = ["lm_token_head.weight", "lm_pixel_head.weight", "score.weight", "value_head.weight"]
        #expect(Set(all.keys).subtracting(base.keys) == Set(heads))
        for (path, value) in base { #expect(all[path] == value, "\(path)") }
        #expect(all["score.weight"]?.count == 3 * 16 && all["value_head.weight"]?.count == 16)
        // No two matrices begin alike, and another seed gives other values.
        let drawn = all.filter { $0.value.contains { $0 != 0 && $0 != 1 } }
        #expect(Set(drawn.values.map { $0[0] }).count == drawn.count && drawn.count == all.count - 7)
        let other = try values(.init(), seed: 2)
        #expect(base.allSatisfy { ($0.value == other[$0.key]) == (drawn[$0.key] == nil) })
    }

    /// Each place of the model shows its tensor once, also where blocks are recomputed.
    @Test(arguments: [false, true]) func tapsSeeEveryPlaceOnce(_ recomputes: Bool) throws {
        let workspace = try reference()
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        let inner = [
            "self_attn.input", "self_attn.query", "self_attn.key", "self_attn.value", "mlp.input", "mlp.hidden",
        ]
        let layers = (0..<2).flatMap { layer in
            ["model.layers.\(layer).input"] + inner.map { "model.layers.\(layer).\($0)" }
        }
        let places = ["model.embeddings", "model.hidden"] + layers
        var context = ForwardContext(tape: Tape(workspace), isTraining: true)
        context.recomputesBlocks = recomputes
        var shapes: [String: [[Int]]] = [:]
        for place in places { context.taps[place] = { shapes[place, default: []].append($0.shape) } }
        let input = try Small.texts(texts, workspace)
        context.taps["model.layers.7.input"] = { _ in }
        let term = try model.nextTokenLoss(model.hidden(input, context), input, context)
        try context.tape.backward([(term.sum, 1)])
        #expect(context.silentTaps == ["model.layers.7.input"])
        for place in places {
            let columns =
                place.hasSuffix("key") || place.hasSuffix("value") ? 8 : place.hasSuffix("mlp.hidden") ? 24 : 16
            #expect(shapes[place] == [[12, columns]], "\(place)")
        }
    }

    @Test func whatAModelLacksIsSaid() throws {
        let workspace = try reference()
        let bare = try LanguageModel(Small.config(.llama), heads: .init(), seed: 1, workspace: workspace)
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let (text, image) = (
            try Small.texts(texts, workspace), try Small.images([Small.picture(2, 1)], workspace)
        )
        let hidden = try bare.hidden(text, context)
        #expect(throws: TensorError.self) { try bare.tokenLogits(hidden, context) }
        #expect(throws: TensorError.self) { try bare.classLogits(hidden, rows: PooledRows([[0]]), context) }
        #expect(throws: TensorError.self) { try bare.nextTokenLoss(hidden, text, context) }
        #expect(throws: TensorError.self) { try bare.nextPatchLoss(hidden, image, context) }
        #expect { try bare.hidden(image, context) } throws: { "\($0)".contains("reads tokens alone") }
        #expect(throws: TensorError.index(operation: "tokens", index: 13, limit: 13)) {
            try Small.texts([[1, 13]], workspace)
        }
        #expect(throws: TensorError.index(operation: "tokens", index: -1, limit: 13)) {
            try Small.texts([[-1]], workspace)
        }
        let long = try Small.texts([Small.text(65, 1)], workspace)
        #expect(throws: TensorError.index(operation: "rotary", index: 64, limit: 64)) {
            try bare.hidden(long, context)
        }
    }
}
