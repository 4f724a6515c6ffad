import Corpora
import Evaluation
import Foundations
import Layers
import Patches
import TestSupport
import Testing
import Typesetting
import ZooKit

@Suite struct GenerationScorerTests {
    @Test(arguments: ScoreFixture.names) func textsAreThePeers(_ name: String) throws {
        let fixture = try ScoreFixture(name)
        let entries = fixture.entries("greedy")
        try #require(entries.count == 12)
        for entry in entries {
            let task = try generationTask(stop: entry["stop"]?.texts ?? [])
            let example = TaskExample(id: "1", textA: entry["prompt"]?.text ?? "", answers: ["ink"])
            let scorer = try fixture.scorers().scorer(of: task)
            let answer = try scorer.answers(to: [example])[0]
            #expect(scorer.truncations == [example.textA.count > 100])
            #expect(answer == .text(entry["text"]?.text ?? "", passed: nil))
        }
    }

    @Test func samplesDependOnTheExampleAndNotOnTheBatch() throws {
        let fixture = try ScoreFixture("plain")
        let examples = (0..<7).map { TaskExample(id: "\($0)", textA: "The proof") }
        func texts(_ batch: Int, _ examples: [TaskExample], seed: UInt64 = 0) throws -> [GivenAnswer] {
            var options = ScorerOptions()
            (options.batch, options.sampling.temperature, options.sampling.seed) = (batch, 1, seed)
            return try fixture.scorers(options).scorer(of: generationTask()).answers(to: examples)
        }
        let all = try texts(3, examples)
        #expect(try texts(1, examples.reversed()).reversed() == all)
        #expect(try texts(5, [examples[4]]) == [all[4]])
        #expect(try texts(3, examples, seed: 1) != all)
        #expect(Set(all.map { "\($0)" }).count > 4)
    }

    @Test func anEmptyPromptBeginsWithTheBeginToken() throws {
        let fixture = try ScoreFixture("plain")
        let answer = try fixture.scorers().scorer(of: generationTask()).answers(to: [TaskExample(id: "1", textA: "")])
        guard case .text(let text, _) = answer[0] else { throw ScorerError.script(path: "", reason: "no text") }
        let generator = TextGenerator(fixture.model, tokenizer: fixture.tokenizer, in: fixture.workspace)
        var options = SamplingOptions()
        options.maxNewTokens = 12
        #expect(try generator.generate([.init(id: 0, prompt: [0], options: options)])[0].text == text)
    }

    @Test func pictureLossesAreThoseOfThePatchScorer() throws {
        let workspace = try FinetuneFixture.workspace()
        let model = try patchModel(workspace)
        let fonts = try FinetuneFixture().fonts
        let pictures = ExampleOptions(length: 24, channels: 3, fonts: fonts)
        let scorers = TaskScorers(model, pictures: pictures, workspace: workspace)
        let texts = [
            "ink", "", "The printer inked the type again and laid the paper on it, twice, and once more for luck.",
        ]
        let examples = texts.map { TaskExample(id: $0, textA: $0) }
        let answers = try scorers.scorer(of: patchTask()).answers(to: examples)
        var layout = pictures.layout
        (layout.maxPatches, layout.overflow, layout.channels) = (24, .split, .rgb)
        let renderer = try PatchRenderer(
            typesetter: Typesetter(fonts: fonts, options: pictures.render), options: layout)
        let single = try PatchScorer(model, windows: ScoreWindows(window: 24, stride: 12), in: workspace)
        for (text, answer) in zip(texts, answers) {
            let sequences = try renderer.render(.single(Array(text.utf8))).sequences
            let losses = try sequences.filter { $0.textPatchCount > 0 }.flatMap {
                try single.score($0.pixels).losses.compactMap { $0 }
            }
            guard case .loss(let sum, let weight, _) = answer else { throw ScorerError.script(path: "", reason: "?") }
            #expect(weight == Double(losses.count) && abs(sum - losses.reduce(0, +)) < 1e-9)
            #expect(text.count < 40 || sequences.count > 1)
        }
    }

    @Test func whatAModelCannotDoIsSaid() throws {
        let fixture = try ScoreFixture("plain")
        func message(_ scorers: TaskScorers, _ task: TaskDefinition) -> String {
            do {
                _ = try scorers.scorer(of: task)
                return ""
            } catch { return "\(error)" }
        }
        let workspace = try FinetuneFixture.workspace()
        let pixels = TaskScorers(try patchModel(workspace, heads: .init(patch: true)), workspace: workspace)
        #expect(try message(pixels, choiceTask()).contains("needs a head of tokens"))
        #expect(try message(pixels, perplexityTask()).contains("needs a head of tokens"))
        #expect(try message(pixels, generationTask()).contains("needs a head of tokens"))
        #expect(try message(pixels, patchTask()).contains("needs fonts"))
        #expect(try message(fixture.scorers(), patchTask()).contains("needs a head of patches"))
        var wordless = fixture.scorers()
        wordless.tokens = nil
        #expect(try message(wordless, clozeTask()).contains("needs the model's tokenizer"))
        let small = TaskScorers(
            try patchModel(workspace), tokens: PromptTokens(fixture.tokenizer), workspace: workspace)
        #expect(try message(small, choiceTask()).contains("the model 260"))
        #expect(try message(fixture.scorers(), FinetuneFixture.task()).contains("multiple_choice"))
        var options = ScorerOptions()
        options.batch = 0
        #expect(try message(fixture.scorers(options), choiceTask()).contains("batch is 0"))
        (options.batch, options.window) = (1, 4096)
        #expect(try message(fixture.scorers(options), choiceTask()).contains("48 positions"))
        #expect(try message(fixture.scorers(options), perplexityTask()).contains("48 positions"))
        (options.window, options.stride) = (8, 9)
        #expect(try message(fixture.scorers(options), perplexityTask()).contains("moved on by 9"))
        #expect(try message(fixture.scorers(), generationTask(maxTokens: -1)) != "")
        #expect(throws: Never.self) { try fixture.scorers().scorer(of: generationTask(maxTokens: 400)) }
    }

    @Test func anotherKindJoinsByItsName() throws {
        struct Constant: TaskScorer {
            var window: Int { 1 }
            func answers(to examples: [TaskExample]) -> [GivenAnswer] { examples.map { _ in .number(1) } }
        }
        var scorers = try ScoreFixture("plain").scorers()
        scorers.makers["regression"] = { _, _, _ in Constant() }
        let answers = try scorers.scorer(of: FinetuneFixture.task("regression")).answers(to: [.init(id: "1", textA: "")]
        )
        #expect(answers == [.number(1)])
    }
}
