import Foundation
import Foundations
import Testing

/// The fixtures hold together: what one number says follows from the others.
@Suite struct ModelFixtureTests {
    static let cases = [
        "llama-text", "llama-left", "llama-packed", "pixel-text", "pixel-image", "pixel-raw", "pixel-pair",
        "pixel-packed",
    ]

    @Test func allCasesAreTested() throws {
        let page = try FixturePage.shared.get()
        #expect(Set(page.cases.keys) == Set(Self.cases))
        #expect(Set(page.models.keys) == ["llama", "pixel"] && Set(page.curves.keys) == ["llama", "pixel"])
        for (model, curve) in page.curves {
            let steps = page.adamw.steps
            #expect(curve.rates.count == steps && curve.rates.max() == page.adamw.lr)
            for training in [curve.float64, curve.float32, curve.bfloat16] {
                #expect(training.losses.count == steps && training.norms.count == steps)
            }
            #expect(Set(curve.parameterNormsAfter.keys) == Set(try ModelFixture.parameters(of: model).keys))
            #expect(curve.float64.norms.contains { $0 > page.adamw.clip })
            // A curve's first loss is that of the case whose batch it takes first.
            let first = try FixtureError.unwrap(curve.batches.first, "no batches")
            #expect(abs(curve.float64.losses[0] - (page.cases[first]?.losses.total ?? 0)) < 1e-12)
        }
    }

    @Test(arguments: cases) func shapesFollowFromTheConfiguration(name: String) throws {
        let fixture = try ModelFixture(name)
        let (d, f, v) = (
            try fixture.integer("hidden_size"), try fixture.integer("intermediate_size"),
            try fixture.integer("vocab_size")
        )
        let layers = try fixture.integer("num_hidden_layers")
        let kv = d / (try fixture.integer("num_attention_heads")) * (try fixture.integer("num_key_value_heads"))
        var shapes: [String: [Int]] = [
            "model.embed_tokens.weight": [v, d], "lm_token_head.weight": [v, d], "model.norm.weight": [d],
        ]
        for layer in 0..<layers {
            let parts = [
                "self_attn.q_proj": [d, d], "self_attn.k_proj": [kv, d], "self_attn.v_proj": [kv, d],
                "self_attn.o_proj": [d, d], "mlp.gate_proj": [f, d], "mlp.up_proj": [f, d], "mlp.down_proj": [d, f],
                "input_layernorm": [d], "post_attention_layernorm": [d],
            ]
            for (part, shape) in parts { shapes["model.layers.\(layer).\(part).weight"] = shape }
        }
        if fixture.facts.model == "pixel" {
            let patch = "model.embed_patches.patch_embeddings."
            shapes.merge([
                patch + "projection.weight": [d, 3, 16, 16], patch + "projection.bias": [d], patch + "norm.weight": [d],
                patch + "norm.bias": [d], "lm_pixel_head.weight": [768, d],
            ]) { $1 }
        }
        #expect(fixture.parameters.mapValues(\.shape) == shapes)
        #expect(fixture.parameters.values.allSatisfy { $0.type == "F32" })
        for (parameter, gradient) in fixture.gradients {
            #expect(gradient.shape == shapes[parameter], "\(parameter)")
            #expect(gradient.values.contains { $0 != 0 }, "\(parameter)")
        }
        // What the batch does not hold reaches nothing.
        let (text, image) = (fixture.inputs["ids"] != nil, fixture.inputs["pixels"] != nil)
        for parameter in shapes.keys {
            let ofPatches = parameter.contains("embed_patches") || parameter.contains("pixel")
            let isReached = parameter.contains("token") ? text : ofPatches ? image : true
            #expect((fixture.gradients[parameter] != nil) == isReached, "\(parameter)")
        }
        #expect(Set(fixture.outputs.keys).isSuperset(of: ["hidden"] + (0..<layers).map { "layers.\($0)" }))
    }

    @Test(arguments: cases) func headsReadTheLastHiddenStates(name: String) throws {
        let fixture = try ModelFixture(name)
        let hidden = try FixtureError.unwrap(fixture.outputs["hidden"], "no hidden states")
        let length = hidden.shape[1]
        let images = fixture.inputs["pixels"]?.shape[1] ?? 0
        let valid = try FixtureError.unwrap(fixture.inputs["segments"], "no segments").values.map { $0 >= 0 }
        let heads = [("logits", "lm_token_head.weight", images), ("patches", "lm_pixel_head.weight", 0)]
        for (output, head, start) in heads {
            guard let expected = fixture.outputs[output] else { continue }
            let weight = try FixtureError.unwrap(fixture.parameters[head], "no \(head)")
            let (rows, columns, d) = (expected.shape[1], weight.shape[0], weight.shape[1])
            var values: [Double] = []
            for b in 0..<expected.shape[0] {
                for t in start..<start + rows {
                    for n in 0..<columns {
                        var sum = 0.0
                        for i in 0..<d { sum += hidden.values[(b * length + t) * d + i] * weight.values[n * d + i] }
                        values.append(valid[b * length + t] ? sum : 0)
                    }
                }
            }
            #expect(FixturePage.Distance(of: values, from: expected.values).max < 1e-13, "\(output)")
        }
    }

    @Test(arguments: cases) func lossesFollowFromOutputs(name: String) throws {
        let fixture = try ModelFixture(name)
        let losses = fixture.facts.losses
        var total = 0.0
        if let term = losses.ntp {
            try check(try nextToken(fixture), term)
            total += term.loss
        }
        if let term = losses.npp {
            try check(try nextPatch(fixture), term)
            total += term.loss
        }
        #expect(total > 0 && abs(total / losses.total - 1) < 1e-15)
    }

    private func check(_ got: (sum: Double, weight: Double), _ term: FixturePage.Term) throws {
        #expect(got.weight == term.weight && got.weight > 0)
        #expect(abs(got.sum / term.sum - 1) < 1e-12)
        #expect(abs(term.sum / term.weight / term.loss - 1) < 1e-15)
    }

    /// Cross-entropy of each labelled place with the logits of the place before.
    private func nextToken(_ fixture: ModelFixture) throws -> (sum: Double, weight: Double) {
        let logits = try FixtureError.unwrap(fixture.outputs["logits"], "no logits")
        let labels = try FixtureError.unwrap(fixture.inputs["labels"], "no labels")
        let (length, vocabulary) = (logits.shape[1], logits.shape[2])
        var result = (sum: 0.0, weight: 0.0)
        for place in 0..<labels.values.count where place % length > 0 && labels.values[place] >= 0 {
            let row = Array(logits.values[(place - 1) * vocabulary..<place * vocabulary])
            let largest = row.max() ?? 0
            let logSum = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
            result.sum += logSum - row[Int(labels.values[place])]
            result.weight += 1
        }
        return result
    }

    /// Mean squared error of each weighed patch, normalised or not, with the prediction of the place before.
    private func nextPatch(_ fixture: ModelFixture) throws -> (sum: Double, weight: Double) {
        let predictions = try FixtureError.unwrap(fixture.outputs["patches"], "no predictions")
        let pixels = try FixtureError.unwrap(fixture.inputs["pixels"], "no pixels")
        let weights = try FixtureError.unwrap(fixture.inputs["patch_weights"], "no weights")
        let length = predictions.shape[1]
        var result = (sum: 0.0, weight: 0.0)
        for place in 0..<weights.values.count where place % length > 0 {
            var patch = pixels.values[place * 768..<(place + 1) * 768].map { $0 / 255 }
            if fixture.config["norm_pix_loss"] == .bool(true) {
                let mean = patch.reduce(0, +) / 768
                let variance = patch.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 767
                patch = patch.map { ($0 - mean) / (variance + 1e-6).squareRoot() }
            }
            let error = (0..<768).reduce(0.0) { sum, i in
                let difference = predictions.values[(place - 1) * 768 + i] - patch[i]
                return sum + difference * difference
            }
            result.sum += weights.values[place] * error / 768
            result.weight += weights.values[place]
        }
        return result
    }
}
