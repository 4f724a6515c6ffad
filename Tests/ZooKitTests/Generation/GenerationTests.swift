import Corpora
import Foundation
import Layers
import Tensors
import Testing
import ZooKit

/// Continuing prompts with a small model of bytes.
@Suite struct GenerationTests {
    private struct Setup {
        let workspace: Workspace
        let model: LanguageModel
        let tokenizer: BytePairTokenizer
        let generator: TextGenerator

        init(_ kernels: KernelChoice, positions: Int = 64) throws {
            try self.init(kernels.workspace(), positions: positions)
        }

        init(_ workspace: Workspace, positions: Int) throws {
            self.workspace = workspace
            var config = Small.config(.llama)
            config.vocabulary = 260
            config.positions = positions
            model = try LanguageModel(config, seed: 11, workspace: workspace)
            tokenizer = try BytePairTokenizer.bytes()
            generator = TextGenerator(model, tokenizer: tokenizer, in: workspace)
        }

        /// The likeliest continuation, everything computed anew for each token; with each token's probability and rank.
        func plain(_ prompt: [Int32], _ count: Int) throws -> (tokens: [Int32], steps: [(Double, Int)]) {
            var ids = prompt
            var steps: [(Double, Int)] = []
            for _ in 0..<count {
                let input = try ModelInput.text([ids], vocabulary: 260, workspace: workspace)
                let logits = try SmallRun(model, input, workspace).logits.last ?? []
                let best = logits.indices.max { (logits[$0], $1) < (logits[$1], $0) } ?? 0
                let most = logits[best]
                steps.append((-log(logits.reduce(0) { $0 + exp($1 - most) }), 0))
                ids.append(Int32(best))
            }
            return (Array(ids[prompt.count...]), steps)
        }
    }

    /// A long text may come: with a window its memory is not asked for.
    @Test func aWindowAsksForNoMemoryOfTheWholeLength() throws {
        struct Enough: Error {}
        func bytes(_ count: Int, _ policy: any CachePolicy) throws -> Int {
            let kernels = try CPUKernels(threads: 1)
            let setup = try Setup(Workspace(kernels: kernels, precision: .fp32), positions: 100_000)
            setup.generator.policy = policy
            setup.generator.batch = 2
            var left = 60
            var all = options()
            all.maxNewTokens = count
            let before = kernels.counters.allocatedBytes
            let requests = (0..<3).map { GenerationRequest(id: $0, prompt: [65, 66, 67], samples: 1, options: all) }
            do {
                _ = try setup.generator.generate(requests) { _ in
                    left -= 1
                    if left == 0 { throw Enough() }
                }
            } catch is Enough {}
            return kernels.counters.allocatedBytes - before
        }
        let window = try SlidingWindowPolicy(sinks: 1, window: 15)
        let (short, long) = (try bytes(40, window), try bytes(90_000, window))
        #expect(long <= short * 11 / 10, "\(long) and \(short)")
        let whole = try bytes(90_000, FullCachePolicy())
        #expect(whole > short + 2 * 90_000 * 4, "\(whole) and \(short)")
    }

    private func options(_ change: (inout SamplingOptions) -> Void = { _ in }) -> SamplingOptions {
        var options = SamplingOptions()
        options.maxNewTokens = 12
        change(&options)
        return options
    }

    /// Prompts of all lengths, chosen from in all ways.
    private var requests: [GenerationRequest] {
        let all = [
            options(), options { $0.temperature = 1 }, options { ($0.temperature, $0.topK) = (0.7, 20) },
            options { ($0.repetitionPenalty, $0.maxNewTokens) = (1.3, 7) },
            options { ($0.temperature, $0.topP, $0.seed) = (1.2, 0.9, 5) },
            options { ($0.temperature, $0.minP, $0.minNewTokens) = (1, 0.1, 3) },
            options { ($0.temperature, $0.repetitionPenalty, $0.maxNewTokens) = (1, 1.1, 1) },
        ]
        return all.enumerated().map { index, options in
            let key = RandomKey(seed: 6).with(index)
            let prompt = (0..<2 + 3 * index).map { Int32(key.uniform(at: $0) * 256) }
            return GenerationRequest(id: 100 + index, prompt: prompt, samples: index % 3 == 1 ? 3 : 1, options: options)
        }
    }

    @Test(arguments: KernelChoice.exact) func theLikeliestTokensAreThoseOfFullPasses(_ kernels: KernelChoice) throws {
        let setup = try Setup(kernels)
        setup.generator.recordsSteps = true
        let found = try setup.generator.generate(
            requests.map { .init(id: $0.id, prompt: $0.prompt, options: options()) })
        for (request, generation) in zip(requests, found) {
            let plain = try setup.plain(request.prompt, 12)
            #expect(generation.tokens == plain.tokens && generation.reason == .length)
            let steps = try #require(generation.steps)
            #expect(steps.count == 12)
            for (step, expected) in zip(steps, plain.steps) {
                #expect(abs(step.logProbability - expected.0) < 1e-5 && step.rank == expected.1)
            }
            #expect(generation.text == setup.tokenizer.decode(plain.tokens))
        }
    }

    /// The same alone, in any batch and in any order, samples too.
    @Test(arguments: KernelChoice.allCases) func rowsDoNotDependOnEachOther(_ kernels: KernelChoice) throws {
        let setup = try Setup(kernels)
        setup.generator.ends = [97, 98, 99, 100]
        let alone = try requests.flatMap { try setup.generator.generate([$0]) }
        #expect(alone.count == 11 && Set(alone.map(\.tokens)).count == 11)
        #expect(alone.contains { $0.reason == .end } && alone.contains { $0.reason == .length })
        let used = setup.workspace.arena.usedBytes
        for batch in [1, 2, 3, 8, 16] {
            setup.generator.batch = batch
            #expect(try setup.generator.generate(requests) == alone)
            let reversed = try setup.generator.generate(requests.reversed())
            #expect(reversed.sorted { ($0.id, $0.sample) < ($1.id, $1.sample) } == alone)
        }
        #expect(setup.workspace.arena.usedBytes == used)
        // Another seed, another name and another sample draw otherwise.
        let sampled = requests[1]
        let other = [
            GenerationRequest(id: 7, prompt: sampled.prompt, options: sampled.options),
            GenerationRequest(
                id: sampled.id, prompt: sampled.prompt, options: options { ($0.temperature, $0.seed) = (1, 9) }),
        ]
        let first = alone.filter { $0.id == sampled.id }.map(\.tokens)
        #expect(Set(first + (try setup.generator.generate(other)).map(\.tokens)).count == 5)
    }

    /// Tokens and texts are shown as they come, the text in whole characters.
    @Test func eventsAreWhatIsReturned() throws {
        let setup = try Setup(.double)
        var tokens: [Int: [Int32]] = [:]
        var texts: [Int: String] = [:]
        var ended: [Int] = []
        let asked = requests.map { GenerationRequest(id: $0.id, prompt: $0.prompt, options: $0.options) }
        let found = try setup.generator.generate(
            asked,
            onToken: {
                tokens[$0.id, default: []].append($0.token)
                texts[$0.id, default: ""] += $0.text
                #expect(!ended.contains($0.id))
            }, onEnd: { ended.append($0.id) })
        for generation in found {
            #expect(tokens[generation.id] == generation.tokens && texts[generation.id] == generation.text)
            #expect(generation.text == setup.tokenizer.decode(generation.tokens))
        }
        #expect(ended.count == 7 && ended != asked.map(\.id))
    }

    @Test func aTextEndsWhereItShould() throws {
        let setup = try Setup(.double, positions: 20)
        let prompt = requests[2].prompt
        func run(_ change: (inout SamplingOptions) -> Void) throws -> Generation {
            try setup.generator.generate([.init(id: 0, prompt: prompt, options: options(change))])[0]
        }
        // 8 tokens of the prompt, 12 more, and one that needs no position.
        let full = try run { $0.maxNewTokens = 50 }
        #expect(full.reason == .positions && full.tokens.count == 13)
        #expect(try run { $0.maxNewTokens = 5 }.tokens == Array(full.tokens[..<5]))
        #expect(
            try run { $0.maxNewTokens = 0 }
                == setup.generator.generate([.init(id: 0, prompt: prompt, options: options { $0.maxNewTokens = 0 })])[0]
        )
        #expect(try run { $0.maxNewTokens = 0 }.tokens == [])
        // An end token is the last one and leaves no text.
        let end = try #require(full.tokens.dropFirst(3).first { !full.tokens[..<3].contains($0) })
        let place = try #require(full.tokens.firstIndex(of: end))
        setup.generator.ends = [end]
        let ended = try run { $0.maxNewTokens = 12 }
        #expect(ended.reason == .end && ended.tokens == Array(full.tokens[...place]))
        #expect(ended.text == setup.tokenizer.decode(Array(full.tokens[..<place])))
        let later = try run { ($0.maxNewTokens, $0.minNewTokens) = (12, place + 1) }
        #expect(later.tokens.count > place + 1 && later.tokens[place] != end)
        // A stop string cuts the text, not the tokens.
        setup.generator.ends = []
        let text = try #require(full.text)
        let stop = String(try #require(text.unicodeScalars.dropFirst(4).first))
        let stopped = try run { ($0.maxNewTokens, $0.stop) = (12, ["never", stop]) }
        #expect(stopped.reason == .stop)
        #expect(stopped.text == text.components(separatedBy: stop)[0])
        #expect(full.tokens.starts(with: stopped.tokens))
    }

    @Test func whatCannotBeGeneratedIsAnErrorBeforeAnythingRuns() throws {
        let setup = try Setup(.double)
        var events = 0
        func error(_ request: GenerationRequest, _ generator: TextGenerator) -> GenerationError? {
            do {
                _ = try generator.generate([requests[0], request], onToken: { _ in events += 1 })
                return nil
            } catch { return error as? GenerationError }
        }
        let prompt = requests[0].prompt
        #expect(error(.init(id: 3, prompt: []), setup.generator) == .emptyPrompt(id: 3))
        let long = [Int32](repeating: 1, count: 65)
        #expect(error(.init(id: 4, prompt: long), setup.generator) == .longPrompt(id: 4, tokens: 65, positions: 64))
        let wrong = GenerationRequest(id: 5, prompt: prompt, options: options { $0.topK = -1 })
        #expect(error(wrong, setup.generator) == .option(name: "top_k", got: "-1", wanted: "0 (all) or more"))
        let stops = GenerationRequest(id: 6, prompt: prompt, options: options { $0.stop = ["x"] })
        #expect(error(stops, TextGenerator(setup.model, in: setup.workspace)) == .noTokenizer)
        setup.model.tokenHead = nil
        #expect(error(requests[1], setup.generator) == .noHead("token"))
        #expect(events == 0)
    }

    /// A policy drops rows while texts are generated; gradients that gather stay as they are.
    @Test func aLiveModelGeneratesThroughAnyCache() throws {
        let setup = try Setup(.double)
        let input = try ModelInput.text([requests[4].prompt], vocabulary: 260, workspace: setup.workspace)
        try SmallRun.gather(setup.model, input, weights: ["next_token": 1], setup.workspace)
        let gradients = try SmallRun.gradients(setup.model, setup.workspace)
        setup.generator.policy = try SlidingWindowPolicy(sinks: 1, window: 4)
        let prompt = requests[4].prompt
        let found = try setup.generator.generate([.init(id: 0, prompt: prompt, samples: 2, options: options())])
        let cache = try setup.model.cache(
            sequences: 1, policy: SlidingWindowPolicy(sinks: 1, window: 4), in: setup.workspace)
        var logits = try setup.model.prefill([prompt], into: cache)
        var tokens: [Int32] = []
        for _ in 0..<12 {
            let best = try TokenDistribution.of(logits, options(), in: setup.workspace).probabilities[0].id
            tokens.append(best)
            logits = try setup.model.decode([best], cache)
        }
        #expect(found.map(\.tokens) == [tokens, tokens] && cache.rows(CacheSlot(layer: 0)) == [5])
        #expect(tokens != (try setup.plain(prompt, 12)).tokens)
        #expect(try SmallRun.gradients(setup.model, setup.workspace) == gradients && gradients.count > 10)
    }
}
