import Evaluation
import Foundations
import TestSupport
import Testing

/// Tables of models by tasks, measured and quoted.
@Suite struct ResultTableTests {
    private func result(
        _ model: String, _ task: TaskDefinition, _ split: String, _ value: Double?, error: Double? = nil,
        seed: Int? = nil,
        language: String? = nil
    ) -> SplitResult {
        let place = SplitResult.Place(
            model: model, task: task.name, split: split, variant: "plain", seed: seed, predictions: "p/a b.jsonl",
            head: nil, leftOut: 0)
        let label: TaskLabel = task.labels.isEmpty ? .value(1) : .index(0)
        let line = PredictionLine(
            TaskExample(id: "0", textA: "<b>&", label: label, language: language), .classes(scores: [0, 1]))
        var result = SplitResult.all(place, task, [line], Bootstrap(resamples: 2))[0]
        result.metrics = [task.metrics[0]: .init(value: value, standardError: error)]
        result.language = language
        return result
    }

    private func results(_ tasks: [TaskDefinition], _ results: [SplitResult]) -> EvaluationResults {
        EvaluationResults(
            code: "c", settings: .object([:]),
            models: [
                .init(name: "a<b", path: "f|g", weights: "w", architecture: "x", parameters: 1, config: .object([:]))
            ],
            tasks: tasks.map { .init($0, sha256: "s", data: [:], splits: $0.use.report) }, results: results, timing: [],
            environment: .object([:]))
    }

    private func glue() throws -> [TaskDefinition] {
        let catalogue = try builtIn()
        return try catalogue.tasks(["glue"])
    }

    @Test func theMeanOfGLUEIsOverTenNumbersAndQuotedRowsStandBelow() throws {
        let tasks = try glue()
        var all: [SplitResult] = []
        for (place, task) in tasks.enumerated() {
            for split in task.use.report {
                all.append(result("m", task, split, 0.5 + Double(place) / 100, error: 0.01))
            }
        }
        #expect(all.count == 10)
        let tables = ResultTable.all(results(tasks, all))
        let table = try #require(tables.first)
        #expect(tables.count == 1 && table.title == "glue" && table.columns.count == 10 && table.hasMean)
        #expect(table.columns.map(\.title).contains("mnli mismatched"))
        let mean = try #require(table.measured.first?.mean)
        let expected = all.reduce(0) { $0 + 100 * ($1.metrics.values.first?.value ?? 0) } / 10
        #expect(abs(mean.value - expected) < 1e-9)
        #expect(abs((mean.spread ?? 0) - 10.0.squareRoot() / 10) < 1e-9)
        // As printed: the mean of BERT's ten numbers is 80.0, PixelGPT's 74.2; CLIPPO lacks WNLI.
        func quoted(_ name: String) throws -> ResultTable.Row { try #require(table.quoted.first { $0.name == name }) }
        #expect(table.text(try quoted("BERT"), column: 10) == "80.0")
        #expect(table.text(try quoted("PixelGPT"), column: 10) == "74.2")
        #expect(table.text(try quoted("CLIPPO"), column: 10) == "–")
        // DualGPT's ten numbers give 69.8, though the paper's average is 69.4: the page says what is computed.
        #expect(table.sourceNotes.last?.contains("computed") == true)
        #expect(table.sources.count == 1 && table.sources[0].contains("EMNLP 2024"))
        // Nine numbers have no mean that could be compared.
        let some = ResultTable.all(results(Array(tasks.dropFirst()), all.filter { $0.task != tasks[0].name }))
        #expect(some.first?.hasMean == false)
    }

    @Test func languagesAreColumnsWithTheirMean() throws {
        let task = try builtIn().task("xnli-english")
        let all = task.languages.enumerated().map {
            result("m", task, "test", 0.4 + Double($0.offset) / 100, error: 0.1, language: $0.element)
        }
        let table = try #require(ResultTable.all(results([task], [result("m", task, "test", 0.47)] + all)).first)
        #expect(table.columns.map(\.title) == task.languages && table.title == "xnli-english" && table.hasMean)
        #expect(table.text(table.measured[0], column: 15) == "47.0")
        let dual = try #require(table.quoted.first { $0.name == "DualGPT" && $0.note == "pair" })
        #expect(table.text(dual, column: 15) == "40.9" && table.heading == "xnli-english, accuracy")
        // As printed, not as 15 rounded numbers give it.
        let text = try #require(table.quoted.first { $0.name == "DualGPT" && $0.note == "text" })
        #expect(table.text(text, column: 15) == "40.3")
    }

    @Test func seedsAreAMeanAndADeviation() throws {
        let task = try builtIn().task("glue-cola")
        let three = [0.1, 0.2, 0.3].enumerated().map {
            result("m", task, "validation", $0.element, error: 0.5, seed: $0.offset)
        }
        let other = result("n", task, "validation", nil)
        let table = try #require(ResultTable.all(results([task], three + [other])).first)
        #expect(table.text(table.measured[0], column: 0) == "20.0 ± 10.0" && table.measured[0].note == "3 seeds")
        #expect(table.text(table.measured[1], column: 0) == "–")
        #expect(table.spreadNote.contains("seeds") && !table.isBest(table.measured[0], column: 0))
    }

    /// Marked is what leads by more than the standard error of the difference, in the direction of the metric.
    @Test func aDifferenceWithinTheErrorIsNotMarked() throws {
        for (name, sign) in [("glue-cola", 1.0), ("sample-perplexity", -1)] {
            let task = try builtIn().task(name)
            let split = try #require(task.use.report.first)
            func marked(_ values: [(Double, Double?)]) throws -> [String] {
                let models = ["a", "b", "c"]
                let all = zip(models, values).map { result($0, task, split, 0.5 + sign * $1.0, error: $1.1) }
                let found = results([task], all)
                let table = try #require(ResultTable.all(found).first)
                let names = table.measured.filter { table.isBest($0, column: 0) }.map(\.name)
                // The pages mark the same cells, and say what the mark is.
                let (page, text) = (ResultsPage(found).html, ResultsMarkdown(found).text)
                #expect(page.matches(of: /<td class="n best">/).count == names.count)
                #expect(text.matches(of: /\*\*[\d.]+ ± [\d.]+\*\*/).count == names.count)
                #expect(
                    page.contains("Bold: better") == (values.count > 1)
                        && text.contains("Bold: better") == (values.count > 1))
                return names
            }
            #expect(try marked([(0.2, 0.03), (0.24, 0.03)]).isEmpty)
            #expect(try marked([(0.2, 0.03), (0.25, 0.03), (0.3, 0.03)]) == ["c"])
            #expect(try marked([(0.2, 0.03), (0.28, 0.03), (0.3, 0.03)]).isEmpty)
            #expect(try marked([(0.2, 0.01), (0.2, 0.01)]).isEmpty)
            #expect(try marked([(0.3, nil), (0.2, 0.01)]).isEmpty)
            #expect(try marked([(0.3, 0.01)]).isEmpty)
        }
    }

    /// Names of any length: cells that stay on one line hold numbers.
    @Test func cellsOnOneLineHoldNumbers() throws {
        let task = try builtIn().task("sample-topic")
        let long = String(repeating: "averyveryverylongname", count: 12)
        var found = results([task], ["m", "n"].map { result(long + $0, task, "test", 0.5, error: 0.1) })
        found.models[0].name = long
        found.models[0].path = long
        found.tasks[0].labels = found.tasks[0].labels.map { _ in long }
        let page = ResultsPage(found).html
        #expect(!page.contains("nowrap;width"))
        let cells = page.matches(of: /<td class="n[^>]*>(.*?)<\/td>/).map { $0.1.replacing(/<[^>]*>/, with: "") }
        #expect(cells.count > 10 && cells.allSatisfy { $0.count <= 24 && !$0.contains("long") }, "\(cells)")
        let rules = page.matches(of: /([^{}]+)\{([^{}]*)\}/).filter { $0.2.contains("nowrap") }.map { String($0.1) }
        #expect(rules.allSatisfy { $0.hasSuffix("td.n") || $0.contains(".plot>span") }, "\(rules)")
    }

    @Test func lossesAreToldAsTheyAreAndLessIsBetter() throws {
        let task = try builtIn().task("sample-perplexity")
        let table = try #require(
            ResultTable.all(
                results([task], [result("m", task, "test", 12.345678, error: 2), result("n", task, "test", 11)])
            )
            .first)
        #expect(table.text(table.measured[0], column: 0) == "12.35 ± 2.0")
        // Of a value without a spread nobody knows whether it differs.
        #expect(!table.measured.contains { table.isBest($0, column: 0) })
        let round = try #require(
            ResultTable.all(results([task], [result("m", task, "test", 108.004, error: 1.7)])).first)
        #expect(round.text(round.measured[0], column: 0) == "108.0 ± 1.7")
    }

    @Test func pagesAreWholeAndNothingBreaksThem() throws {
        let task = try builtIn().task("glue-cola")
        let all = results([task], [result("a<b", task, "validation", 0.25, error: 0.02)])
        let page = ResultsPage(all).html
        #expect(page.contains("25.0 <small>± 2.0</small>") && page.contains("a&lt;b") && !page.contains("a<b"))
        #expect(page.contains("&lt;b&gt;&amp;") && page.contains("href=\"p/a%20b.jsonl\""))
        #expect(page.contains("Quoted, not measured") && page.contains("EMNLP 2024"))
        for outside in ["http://", "https://", "<script src", "<link", "@import"] { #expect(!page.contains(outside)) }
        let text = ResultsMarkdown(all).text
        #expect(
            text.contains("| a&lt;b | 25.0 ± 2.0 |") && text.contains("quoted, not measured") && text.contains("f\\|g"))
        #expect(try StrictJSON.decode(EvaluationResults.self, from: StrictJSON.encode(all), source: "r") == all)
    }

    @Test func namesAndTextsOfOthersAreNoMarkdown() throws {
        let task = try builtIn().task("glue-cola")
        var odd = result("a|b <img src=x> *c* _d_ e_f `g`\n# h", task, "validation", 0.25)
        odd.mistakes = [odd.mistakes.first].compactMap(\.self)
        odd.mistakes.append(odd.mistakes[0])
        odd.mistakes[1].text = "<script>|[x](y)"
        var all = results([task], [odd])
        all.tasks[0].published[0].rows[0].model = "BERT|<i>"
        let text = ResultsMarkdown(all).text
        let name = #"a\|b &lt;img src=x&gt; \*c\* \_d\_ e_f \`g\` # h"#
        #expect(text.contains("| \(name) | 25.0 |") && text.contains("## \(name), glue-cola validation"), "\(text)")
        #expect(text.contains(#"&lt;script&gt;\|\[x\](y)"#) && text.contains(#"*BERT\|&lt;i&gt;"#), "\(text)")
        #expect(!text.contains("<") && !text.contains("\n# h"))
        // Every line of a table has as many bars as its head.
        for block in text.split(separator: "\n\n") where block.hasPrefix("|") {
            let counts = block.split(separator: "\n").map { $0.replacing(#"\|"#, with: "").count { $0 == "|" } }
            #expect(Set(counts).count == 1, "\(block)")
        }
    }

    @Test func allMetricsAreToldTheMainOneFirst() throws {
        let tasks = try builtIn().tasks(["glue-stsb", "glue-rte"])
        var all = [
            result("m", tasks[0], "validation", 0.5), result("n", tasks[0], "validation", nil),
            result("m", tasks[1], "validation", 0.75),
        ]
        all[0].metrics["pearson"] = .init(value: 0.25, standardError: 0.01)
        all[0].metrics["mse"] = .init(value: 1.5)
        let found = results(tasks, all)
        let table = try #require(ResultTable.all(found).first)
        #expect(
            table.metricRows == [
                ["glue", "", "m", "n"], ["stsb", "spearman", "50.0", "–"], ["", "pearson", "25.0 ± 1.0", "–"],
                ["", "mse ↓", "1.5", "–"], ["rte", "accuracy", "75.0", "–"],
            ])
        let text = ResultsMarkdown(found).text
        #expect(
            text.contains("| task | metric | m | n |") && text.contains("|  | pearson | 25.0 ± 1.0 | – |"), "\(text)")
        // One metric a task needs no second table.
        let one = ResultsMarkdown(results([tasks[1]], [all[2]])).text
        #expect(!one.contains("All metrics"))
    }
}
