import Foundation
import Tensors
import TestSupport
import Testing
import ZooKit

/// Choosing a token: against `transformers`' own processors (`Tests/Peers/transformers_sampling.py`), and by counting draws.
@Suite struct SamplingTests {
    private struct Page: Decodable {
        let processors: [String]
        let cases: [Case]
    }

    private struct Case: Decodable {
        let logits: [Double]
        let history: [Int32]
        let new: Int
        let ends: [Int32]
        let settings: SamplingOptions
        let probabilities: [Double]
    }

    private func page() throws -> Page {
        let path = "\(Repository.root)/Tests/ZooKitTests/Fixtures/sampling.json"
        return try JSONDecoder().decode(Page.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test(arguments: KernelChoice.exact) func probabilitiesAreThoseOfTransformers(_ kernels: KernelChoice) throws {
        let page = try page()
        #expect(page.processors.count == 6 && page.cases.count == 60)
        let workspace = try kernels.workspace()
        for item in page.cases {
            let logits = try workspace.numbers(item.logits, [1, item.logits.count])
            let distribution = try TokenDistribution.of(
                logits, item.settings, distinct: Set(item.history).sorted(),
                banned: item.new < item.settings.minNewTokens ? item.ends : [], in: workspace)
            var got = [Double](repeating: 0, count: item.logits.count)
            for (id, probability) in distribution.probabilities { got[Int(id)] = probability }
            #expect(got.map { $0 > 0 } == item.probabilities.map { $0 > 0 }, "\(item.settings)")
            // The processors computed in double, their temperature aside.
            #expect(SmallRun.distance([got], [item.probabilities]) < 3e-6, "\(item.settings)")
            #expect(try workspace.values(logits) == item.logits)
        }
    }

    /// Draws come as often as their probability says: chi-squared over the tokens that may be drawn.
    @Test func drawsComeAsOftenAsTheyShould() throws {
        let workspace = try KernelChoice.double.workspace()
        let model = try LanguageModel(Small.config(.llama), seed: 3, workspace: workspace)
        let generator = TextGenerator(model, in: workspace)
        var options = SamplingOptions()
        options.temperature = 0.8
        options.maxNewTokens = 1
        options.seed = 4
        let count = 20000
        let prompt: [Int32] = [1, 5, 2]
        let drawn = try generator.generate([GenerationRequest(id: 0, prompt: prompt, samples: count, options: options)])
        #expect(drawn.map(\.sample) == Array(0..<count))
        let cache = try model.cache(sequences: 1, in: workspace)
        let logits = try model.prefill([prompt], into: cache)
        let probabilities = try TokenDistribution.of(logits, options, in: workspace).probabilities
        var squares = 0.0
        for (id, probability) in probabilities {
            let wanted = probability * Double(count)
            let difference = Double(drawn.count { $0.tokens == [id] }) - wanted
            squares += difference * difference / wanted
        }
        // 12 degrees of freedom: 99.9 % of all seeds stay below 32.9.
        #expect(probabilities.count == 13 && squares < 32.9 && squares > 1)
    }

    @Test func logitsThatAreNoNumbersAreAnError() throws {
        let workspace = try KernelChoice.single.workspace()
        for options in [[0, 0], [1, 0], [1, 3]].map({ pair in
            var options = SamplingOptions()
            (options.temperature, options.topK) = (Double(pair[0]), pair[1])
            return options
        }) {
            let logits = try workspace.numbers([1, .nan, .nan, .nan], [1, 4])
            let flat = try workspace.numbers([.nan, .nan, .nan, .nan], [1, 4])
            #expect(throws: TensorError.self) {
                try TokenDistribution.of(options.topK == 0 && !options.isGreedy ? logits : flat, options, in: workspace)
            }
        }
    }

    @Test func optionsOutOfRangeAreNamed() {
        func flaw(_ change: (inout SamplingOptions) -> Void) -> String? {
            var options = SamplingOptions()
            change(&options)
            do {
                try options.check()
                return nil
            } catch { return error.description }
        }
        #expect(flaw { _ in } == nil)
        #expect(flaw { $0.temperature = -1 } == "temperature is -1.0; give 0 or more")
        #expect(flaw { $0.temperature = .nan }?.hasPrefix("temperature") == true)
        #expect(flaw { $0.topK = -1 }?.hasPrefix("top_k") == true)
        #expect(flaw { $0.topP = 0 }?.hasPrefix("top_p") == true)
        #expect(flaw { $0.minP = 1.5 }?.hasPrefix("min_p") == true)
        #expect(flaw { $0.repetitionPenalty = 0 }?.hasPrefix("repetition_penalty") == true)
        #expect(flaw { $0.maxNewTokens = -2 }?.hasPrefix("max_new_tokens") == true)
        #expect(flaw { $0.minNewTokens = -2 }?.hasPrefix("min_new_tokens") == true)
        #expect(flaw { $0.stop = ["a", ""] }?.hasPrefix("stop") == true)
    }
}
