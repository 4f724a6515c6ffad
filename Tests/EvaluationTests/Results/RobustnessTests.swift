import Evaluation
import Foundation
import FoundationXML
import Foundations
import Testing

/// Variants of examples, and what is told of them.
@Suite struct RobustnessTests {
    private func result(
        _ model: String, _ variant: TaskVariant, _ value: Double?, error: Double? = 0.02, seed: Int? = nil,
        skipped: String? = nil
    ) throws -> SplitResult {
        let task = try FinetuneFixture.task()
        let place = SplitResult.Place(
            model: model, task: task.name, split: "validation", variant: variant.name, seed: seed, predictions: "p",
            head: nil, leftOut: 0, noise: variant.noise, fonts: variant.fonts)
        if let skipped { return SplitResult(place, skipped: skipped) }
        let line = PredictionLine(TaskExample(id: "0", textA: "x", label: .index(0)), .classes(scores: [1, 0]))
        var result = SplitResult.all(place, task, [line], Bootstrap(resamples: 2))[0]
        result.metrics = ["accuracy": .init(value: value, standardError: error)]
        return result
    }

    private func results(_ all: [SplitResult], _ task: TaskDefinition? = nil) throws -> EvaluationResults {
        let task = try task ?? FinetuneFixture.task()
        let models = all.reduce(into: [String]()) { if !$0.contains($1.model) { $0.append($1.model) } }
        return EvaluationResults(
            code: "c", settings: .object([:]),
            models: models.map {
                .init(name: $0, path: "f", weights: "w", architecture: "x", parameters: 1, config: .object([:]))
            }, tasks: [.init(task, sha256: "s", data: [:], splits: ["validation"])], results: all, timing: [],
            environment: .object([:]))
    }

    private static func noise(_ kind: NoiseKind, _ rate: Double) -> TaskVariant {
        .noise(Noise(kind, rate: rate, seed: 3))
    }

    private static let serif = TaskVariant.fonts(FontStackRecord(stack: "serif", sha256: "00"))

    @Test func namesTellKindAndRate() {
        #expect(
            Self.noise(.homoglyph, 0.05).name == "homoglyph-0.05" && Self.noise(.zeroWidth, 1).name == "zero_width-1")
        #expect(Self.noise(.swap, 0).name == "swap-0" && Self.serif.name == "font-serif")
        #expect(TaskVariant.plain.noise == nil && Self.serif.fonts?.stack == "serif")
    }

    @Test func contextsOfChoicesChangeAndContinuationsStay() {
        let text = "the press prints a page of patient letters and"
        let example = TaskExample(
            id: "7", textA: text, textB: text, label: .index(1),
            choices: [
                TaskChoice(context: text, continuation: " dries the ink"),
                TaskChoice(context: "\(text) then Ann", continuation: " folds paper"),
            ], answers: ["ink"])
        let noisy = Self.noise(.repeat, 0.5)(example)
        #expect(noisy.textA != text && noisy.textB != text && noisy.textA != noisy.textB)
        #expect(noisy.choices[0].context == noisy.textA)
        #expect(noisy.choices[1].context.hasPrefix(noisy.textA))
        #expect(noisy.choices.map(\.continuation) == example.choices.map(\.continuation))
        #expect(noisy.answers == example.answers && noisy.label == example.label && noisy.id == "7")
        #expect(Self.noise(.repeat, 0)(example) == example && Self.serif(example) == example)
    }

    @Test func tablesHaveARowAModelAndAColumnARate() throws {
        var all = try [
            result("a<b", .plain, 0.9), result("a<b", Self.noise(.swap, 0.4), 0.5),
            result("a<b", Self.noise(.swap, 0), 0.1),
            result("a<b", Self.noise(.homoglyph, 0.1), nil, error: nil), result("a<b", Self.serif, 0.7),
            result("text", .plain, 0.8), result("text", Self.noise(.swap, 0.4), 0.6),
        ]
        all.append(try result("text", Self.serif, nil, skipped: "why"))
        let whole = try results(all)
        let table = try #require(RobustnessTable.all(whole).first)
        // That of rate 0 is the plain answer; what has no value has a bar.
        #expect(
            table.noiseRows == [
                ["noise", "model", "rate 0", "rate 0.1", "rate 0.4"],
                ["homoglyph", "a<b", "90.0 ± 2.0", "–", "–"], ["homoglyph", "text", "80.0 ± 2.0", "–", "–"],
                ["swap", "a<b", "90.0 ± 2.0", "–", "50.0 ± 2.0"], ["swap", "text", "80.0 ± 2.0", "–", "60.0 ± 2.0"],
            ])
        #expect(table.fontRows == [["fonts", "model", "own", "serif"], ["", "a<b", "90.0 ± 2.0", "70.0 ± 2.0"]])
        #expect(table.notes == ["text is not drawn with serif: why."] && table.plotName == "plots/drawn-accuracy.svg")
        // The other tables know nothing of it.
        #expect(ResultTable.all(whole).map { $0.measured.map(\.name) } == [["a<b", "text"]])
        #expect(RobustnessTable.all(try results([all[0]])).isEmpty)
        let page = ResultsPage(whole).html
        #expect(page.contains("<h2>Robustness</h2>") && page.contains("rate 0.4") && page.contains("<svg"))
        #expect(!page.contains("Left out") && !page.contains("a<b,"))
        #expect(ResultsMarkdown(whole).text.contains("| swap | text | 80.0 ± 2.0 | – | 60.0 ± 2.0 |"))
        #expect(try StrictJSON.decode(EvaluationResults.self, from: StrictJSON.encode(whole), source: "r") == whole)
        let json = try StrictJSON.encodedValue(all[1])
        #expect(json["noise"]?["kind"] == .string("swap") && json["noise"]?["seed"] == .integer(3))
    }

    @Test func seedsAreAMeanAndADeviation() throws {
        let whole = try results([
            result("m", .plain, 0.8, seed: 1), result("m", .plain, 0.6, seed: 2),
            result("m", Self.noise(.drop, 0.2), 0.5, seed: 1),
            result("m", Self.noise(.drop, 0.2), 0.3, seed: 2),
        ])
        let table = try #require(RobustnessTable.all(whole).first)
        #expect(table.noiseRows.last == ["drop", "m", "70.0 ± 14.1", "40.0 ± 14.1"] && table.spread.contains("seeds"))
    }

    @Test func drawingsHoldEveryValueAndNeedNothingElse() throws {
        let whole = try results([
            result("a<b", .plain, 1), result("a<b", Self.noise(.swap, 0.4), 0.5), result("a<b", Self.serif, 0),
        ])
        let table = try #require(RobustnessTable.all(whole).first)
        let plot = try #require(RobustnessPlot(table))
        let outline = Outline(plot.svg)
        #expect(outline.isWhole)
        for word in ["swap", "fonts", "serif", "rate", "accuracy, per cent", "a<b", "100", "0.4"] {
            #expect(outline.texts.contains(word), "\(word)")
        }
        // Shares stay within 0 and 100: the greatest is at the upper end, the least at the lower one, 240 or 170 apart.
        let places = outline.circles.compactMap { Double($0["cy"] ?? "") }.dropFirst()
        #expect(places.count == 4)
        let (top, bottom) = (places.min() ?? 0, places.max() ?? 0)
        #expect(abs(bottom - top - 170) < 0.2, "\(places)")
        for outside in ["https:", "href", "url("] { #expect(!plot.svg.contains(outside)) }
        // Values over a wide range have equal heights for equal factors.
        let perplexity = try builtIn().task("sample-perplexity")
        let values = try [(TaskVariant.plain, 10.0), (Self.noise(.drop, 0.1), 100), (Self.noise(.drop, 0.2), 1000)].map
        {
            variant, value in
            var one = try result("m", variant, nil)
            (one.task, one.split, one.metrics) = (perplexity.name, "test", ["perplexity": .init(value: value)])
            return one
        }
        var wide = try results(values, perplexity)
        wide.tasks[0].splits = ["test"]
        let drawing = Outline(try #require(RobustnessTable.all(wide).first.flatMap { RobustnessPlot($0) }?.svg))
        #expect(["perplexity, logarithmic", "10", "100", "1000"].allSatisfy(drawing.texts.contains))
        let heights = drawing.circles.compactMap { Double($0["cy"] ?? "") }.dropFirst()
        #expect(heights.count == 3 && abs(heights[1] - heights[2] - (heights[2] - heights[3])) < 0.3, "\(heights)")
        // No value, no drawing.
        let none = try RobustnessTable.all(results([result("m", Self.noise(.swap, 0.4), nil, error: nil)]))
        #expect(none.isEmpty)
    }
}

/// Texts and dots of a drawing.
private final class Outline: NSObject, XMLParserDelegate {
    var texts: [String] = []
    var circles: [[String: String]] = []
    private(set) var isWhole = false
    private var text: String?

    init(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        isWhole = parser.parse()
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if name == "circle" { circles.append(attributes) }
        if name == "text" { text = "" }
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { text? += characters }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "text", let text { texts.append(text) }
        if name == "text" { text = nil }
    }
}
