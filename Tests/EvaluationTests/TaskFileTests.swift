import Evaluation
import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct TaskFileTests {
    @Test func everyBuiltInTaskDecodesAndEncodesToTheSame() throws {
        let catalogue = try builtIn()
        #expect(catalogue.names.count >= 33)
        for name in catalogue.names {
            let task = try catalogue.task(name)
            let again = try TaskDefinition.decode(StrictJSON.encode(task), source: name)
            #expect(again == task, "\(name)")
            #expect(!task.source.obtain.isEmpty && task.source.link.hasPrefix("https://"), "\(name)")
        }
    }

    @Test func thePageOfTasksNamesEveryTaskKindMetricAndFilter() throws {
        let page = try #require(FileManager.default.contents(atPath: Repository.root + "/docs/tasks.md"))
        let text = String(decoding: page, as: UTF8.self)
        let names =
            try builtIn().names + TaskKind.all.map(\.name) + Metric.all.map(\.name)
            + TextFilter.allCases.map(\.rawValue)
            + NoiseKind.allCases.map(\.rawValue) + TaskLayout.Format.allCases.map(\.rawValue)
        for name in names { #expect(text.contains("`\(name)`"), "docs/tasks.md does not name \(name)") }
    }

    @Test func suitesAreExpandedAndNamesStandOnce() throws {
        let catalogue = try builtIn()
        let glue = try catalogue.tasks(["glue"]).map(\.name)
        #expect(glue == ["cola", "mnli", "mrpc", "qnli", "qqp", "rte", "sst2", "stsb", "wnli"].map { "glue-\($0)" })
        #expect(try catalogue.tasks(["glue-rte", "glue"]).map(\.name).first == "glue-rte")
        #expect(try catalogue.tasks(["glue-rte", "glue"]).count == 9)
        #expect(try catalogue.tasks(["xnli"]).map(\.name) == ["xnli-english", "xnli-translate-train"])
        #expect(throws: TaskError.self) { try catalogue.tasks(["gleu"]) }
        do { _ = try catalogue.tasks(["glue-col"]) } catch { #expect("\(error)".contains("near: glue-cola")) }
    }

    @Test func theGLUEPresetsAreTheOnesOfThePaper() throws {
        let task = try builtIn().task("glue-cola")
        let paper = try #require(task.presets["paper"]?["pixelgpt"])
        #expect(paper.batch == 512 && paper.learningRate == 5e-6 && paper.steps == 2000)
        #expect(paper.schedule == "cosine" && paper.dropout == 0.1 && paper.warmupSteps == 10 && paper.length == 768)
        let script = try #require(task.presets["script"]?["dualgpt-text"])
        #expect(
            script.batch == 512 && script.learningRate == 3e-5 && script.steps == 500 && script.evaluationInterval == 50
        )
    }

    /// A small task that is right; tests replace a part of it.
    static let text = #"""
        {"name": "t", "version": 1, "kind": "classification", "summary": "s", "labels": ["a", "b"],
         "layouts": [{"name": "x", "format": "tsv", "columns": {"text_a": "text", "label": "label"},
          "splits": {"train": {"files": ["t.tsv"]}}}],
         "use": {"train": "train", "report": ["train"]}, "metrics": ["accuracy"], "direction": "higher",
         "source": {"title": "t", "citation": "c", "link": "https://x", "licence": "l", "obtain": "o"}}
        """#

    @Test func theSmallTaskIsRight() { #expect(flaw(of: Self.text) == "") }

    @Test func aChoiceCannotHoldTheListOfTheChoices() throws {
        let path = Repository.root + "/corpora/tasks/logiqa.json"
        let text = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
        #expect(flaw(of: text) == "")
        let broken = text.replacing(" {choice|unlettered}", with: " {lettered_choices}")
        #expect(flaw(of: broken).contains("prompt.choice: a choice cannot hold"), "\(flaw(of: broken))")
    }

    @Test(arguments: [
        (#""version": 1"#, #""versoin": 1"#, "the key version is missing (near: versoin)"),
        (#""summary": "s""#, #""summary": "s", "sumary": "s""#, "unknown key sumary (near: summary)"),
        (#""format": "tsv""#, #""format": "tvs""#, "layouts[0].format: there is no format 'tvs'; there are: raw_tsv"),
        ("classification", "clasification", "near: classification"),
        (
            #"["accuracy"]"#, #"["acuracy"]"#,
            "metrics[0]: the kind classification has no metric 'acuracy'; near: accuracy"
        ),
        (#"["accuracy"]"#, "[]", "metrics: there is none"),
        ("higher", "lower", "direction: it is lower, but of accuracy a higher value is better"),
        (#"["a", "b"]"#, #"["a"]"#, "at least two classes"),
        (#"["a", "b"]"#, #"["a", "a"]"#, "a class stands twice"),
        (#"["train"]"#, #"["tarin"]"#, "no layout has a split 'tarin'; near: train"),
        (#""text_a": "text""#, #""text_aa": "text""#, "nothing is named for text_a (near: text_aa)"),
        (#"["t.tsv"]"#, #"["../t.tsv"]"#, "leads out of the data folder"),
        (#""train": {"#, #""../train": {"#, "the split '../train' is not named by letters"),
        (#"["train"]"#, #"["train", "train"]"#, "a split stands twice"),
        (#""labels""#, #""train_as": "t", "labels""#, "train_as"),
        (
            #""labels""#,
            #""published": [{"source": "s", "metric": "accuracy", "split": "nosplit", "scale": 1, "rows": []}], "labels""#,
            "there is no split 'nosplit'"
        ),
        (
            #""labels""#,
            #""published": [{"source": "s", "metric": "accuracy", "split": "train", "scale": 1, "rows": [{"model": "m", "input": "text", "scores": {"trian": 1}}]}], "labels""#,
            "'trian' is no split"
        ),
        (#"["t.tsv"]"#, #"["{language}.tsv"]"#, "there are no languages"),
        (#""name": "t""#, #""name": "T t""#, "'T t' is not of small letters"),
        (#""version": 1"#, #""version": 0"#, "expected 1 or more"),
        (#""version": 1"#, #""version": "1""#, "version must be"),
        (#""labels""#, #""prompt": {"context": "{x"}, "labels""#, "has no partner"),
        (#""labels""#, #""prompt": {"context": "{x|trimm}"}, "labels""#, "near: trim"),
        (#""labels""#, #""range": [1], "labels""#, "range"),
        (#""labels""#, #""presets": {"p": {"m": {"batch": 0}}}, "labels""#, "presets.p.m"),
    ])
    func eachFlawIsNamedWithItsKey(old: String, new: String, message: String) {
        let broken = Self.text.replacing(old, with: new)
        #expect(broken != Self.text)
        let found = flaw(of: broken)
        #expect(found.hasPrefix("t.json: ") && found.contains(message), "\(found)")
    }
}
