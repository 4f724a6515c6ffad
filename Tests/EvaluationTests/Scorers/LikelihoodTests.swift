import Corpora
import Evaluation
import Foundations
import TestSupport
import Testing
import ZooKit

@Suite struct LikelihoodTests {
    @Test(arguments: ScoreFixture.names) func choicesAreAsLikelyAsThePeerSays(_ name: String) throws {
        let fixture = try ScoreFixture(name)
        let scorer = try fixture.scorers().scorer(of: choiceTask())
        let answers = try scorer.answers(to: fixture.choices)
        let entries = fixture.entries("choices")
        try #require(answers.count == entries.count && entries.count >= 11)
        #expect(scorer.truncations == fixture.choices.map { $0.textA.hasPrefix("ink ink") })
        for (answer, (entry, example)) in zip(answers, zip(entries, fixture.choices)) {
            guard case .choices(let likelihoods, let lengths) = answer else {
                Issue.record("\(answer)")
                continue
            }
            let expected = try #require(entry["log_likelihoods"]).doubles
            #expect(likelihoods.count == expected.count && lengths == example.choices.map(\.length))
            for (ours, theirs) in zip(likelihoods, expected) {
                #expect(abs(ours - theirs) < 1e-4 * max(1, abs(theirs) / 10), "\(example.textA)")
            }
        }
    }

    @Test(arguments: ScoreFixture.names) func clozesAreGreedyWhereThePeerSaysSo(_ name: String) throws {
        let fixture = try ScoreFixture(name)
        let scorer = try fixture.scorers().scorer(of: clozeTask())
        var greedy = 0
        for entry in fixture.entries("choices") {
            let context = try #require(entry["context"]?.text)
            let texts = try #require(entry["continuations"]).texts
            let examples = texts.map { text in
                TaskExample(
                    id: text, textA: context, label: .index(0),
                    choices: [TaskChoice(context: context, continuation: text)])
            }
            for (index, answer) in try scorer.answers(to: examples).enumerated() {
                guard case .loss(let sum, let weight, let isGreedy) = answer else {
                    Issue.record("\(answer)")
                    continue
                }
                let expected = try #require(entry["log_likelihoods"]).doubles[index]
                #expect(abs(sum + expected) < 1e-4 * max(1, abs(expected) / 10))
                #expect(weight == 1)
                #expect(isGreedy == entry["greedy"]?.flags[index])
                greedy += isGreedy ? 1 : 0
            }
        }
        #expect(greedy >= 1)
    }

    @Test(arguments: ScoreFixture.names) func theBatchChangesNothing(_ name: String) throws {
        let fixture = try ScoreFixture(name)
        let examples = fixture.choices
        var found: [[[Double]]] = []
        for (batch, isReversed) in [(1, false), (2, true), (3, false), (16, true), (64, false)] {
            var options = ScorerOptions()
            options.batch = batch
            let scorer = try fixture.scorers(options).scorer(of: choiceTask())
            let answers = try scorer.answers(to: isReversed ? examples.reversed() : examples)
            found.append((isReversed ? answers.reversed() : answers).map { $0.likelihoods })
        }
        for other in found.dropFirst() {
            for (a, b) in zip(found[0].joined(), other.joined()) { #expect(abs(a - b) < 1e-5 * max(1, abs(a) / 10)) }
        }
        let alone = try fixture.scorers().scorer(of: choiceTask())
        for (example, all) in zip(examples, found[0]) {
            let own = try alone.answers(to: [example])[0].likelihoods
            for (a, b) in zip(own, all) { #expect(abs(a - b) < 1e-5 * max(1, abs(a) / 10)) }
        }
    }

    @Test func aChoiceIsTheSumOfWhatScoreSaysOfItsTokens() throws {
        let fixture = try ScoreFixture("begun")
        let tokens = PromptTokens(fixture.tokenizer)
        let single = try TextScorer(
            fixture.model, windows: ScoreWindows(window: 48, stride: 48), in: fixture.workspace)
        let choices = ["To press", "The proof was"].map { TaskChoice(context: $0, continuation: " pale and lost") }
        let example = TaskExample(id: "1", textA: "", choices: choices)
        let answer = try fixture.scorers().scorer(of: choiceTask()).answers(to: [example])[0]
        for (choice, likelihood) in zip(choices, answer.likelihoods) {
            let parts = tokens.continuation(choice.context, choice.continuation)
            #expect(parts.context + parts.tokens == fixture.tokenizer.encode(choice.context + choice.continuation))
            let scores = try single.score(parts.context + parts.tokens).scores.suffix(parts.tokens.count)
            #expect(abs(likelihood - scores.reduce(0) { $0 + $1.logProbability }) < 1e-5)
        }
    }

    @Test func whereAContinuationBeginsIsTheHarnesses() throws {
        let plain = PromptTokens(try ScoreFixture("plain").tokenizer)
        let begun = PromptTokens(try ScoreFixture("begun").tokenizer)
        #expect(plain.begin == nil && begun.begin == 0)
        // A token over the boundary: the context keeps its own tokens, and of the continuation nothing is left.
        let merged = plain.continuation("the pap", "er")
        #expect(merged.tokens.isEmpty && !merged.context.isEmpty)
        // The combining mark belongs to the continuation, whatever Swift thinks of characters.
        let marked = plain.continuation("Die Gro", "\u{308}\u{DF}e")
        #expect(marked.context == plain.prompt("Die Gro") && !marked.tokens.isEmpty)
        #expect(plain.continuation("a \t\u{A0}", "b") == plain.continuation("a", " \t\u{A0}b"))
        // Nothing before it: the token that begins texts.
        #expect(plain.continuation("", "ink").context == [0] && plain.continuation("  ", "ink").context == [0])
        #expect(plain.continuation("ink", "").tokens.isEmpty)
        #expect(begun.prompt("ink").first == 0 && begun.text("ink").first == 0 && begun.text("").count == 1)
        #expect(plain.prompt("").isEmpty)
        // What our pretraining puts before documents.
        let own = PromptTokens(try ScoreFixture("plain").tokenizer, begin: 0)
        #expect(own.prompt("ink") == [0] + plain.prompt("ink") && own.text("ink") == own.prompt("ink"))
        #expect(own.continuation("ink", " it") == Continuation(context: own.prompt("ink"), tokens: plain.prompt(" it")))
    }

    @Test func textsOfTheByteTokenizerHaveTheirBeginTokenInACopiedFolderToo() throws {
        let bytes = try BytePairTokenizer.bytes()
        let folder = try TemporaryFolder()
        try folder.write(bytes.tokenizerJSON(), to: "copy/tokenizer.json")
        try folder.write(bytes.tokenizerConfigJSON(), to: "copy/tokenizer_config.json")
        for model in [try ModelTokenizer("bytes"), try ModelTokenizer(folder.file("copy"))] {
            let tokens = PromptTokens(model)
            #expect(tokens.prompt("a") == [256, 97] && tokens.text("a") == [256, 97])
            #expect(tokens.continuation("a", " b") == Continuation(context: [256, 97], tokens: [32, 98]))
        }
    }

    @Test(arguments: ScoreFixture.names) func textsLoseAsMuchAsThePeerSays(_ name: String) throws {
        let fixture = try ScoreFixture(name)
        var options = ScorerOptions()
        (options.window, options.stride, options.batch) = (24, 10, 3)
        let entries = fixture.entries("losses")
        let examples = entries.enumerated().map { TaskExample(id: "\($0)", textA: $1["text"]?.text ?? "") }
        let answers = try fixture.scorers(options).scorer(of: perplexityTask()).answers(to: examples)
        try #require(answers.count == entries.count && entries.count >= 7)
        for (entry, answer) in zip(entries, answers) {
            guard case .loss(let sum, let weight, _) = answer, let loss = entry["loss"]?.double else {
                Issue.record("\(answer)")
                continue
            }
            #expect(weight == entry["tokens"]?.double)
            #expect(abs(sum - loss) < 1e-4 * max(1, loss / 10))
        }
        let metric = try #require(Metric.named("perplexity"))
        #expect(metric(try Outcomes(perplexityTask(), examples, answers)).number ?? 0 > 1)
    }
}

extension GivenAnswer {
    /// The log-likelihoods of choices.
    var likelihoods: [Double] { if case .choices(let likelihoods, _) = self { likelihoods } else { [] } }
}
