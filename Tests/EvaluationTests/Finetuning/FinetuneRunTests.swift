import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

@testable import Evaluation

/// A fine-tuning from its first step to its end, in one piece and in several.
@Suite struct FinetuneRunTests {
    @Test(arguments: [ExampleKind.image, .text, .pair]) func aRunInPiecesIsTheRunInOnePiece(_ kind: ExampleKind) throws
    {
        let fixture = try FinetuneFixture()
        var settings = FinetuneFixture.settings
        settings.modality = kind
        let whole = try fixture.run("whole", settings)
        #expect(whole.losses.count == 8 && whole.losses.values.allSatisfy(\.isFinite))
        #expect(whole.evaluations.map(\.step) == [3, 6, 8])
        #expect(whole.evaluations.allSatisfy { $0.metrics.keys.sorted() == ["accuracy", "f1_macro"] })
        var pieces = try fixture.run("pieces", settings, stopAfter: 3)
        #expect(pieces.result == nil && pieces.losses.keys.sorted() == [1, 2, 3])
        let second = try fixture.run("pieces", settings, resumes: true, stopAfter: 5)
        #expect(second.losses.keys.sorted() == [4, 5])
        let third = try fixture.run("pieces", settings, resumes: true)
        pieces.losses.merge(second.losses) { $1 }
        pieces.losses.merge(third.losses) { $1 }
        #expect(pieces.losses == whole.losses && third.values == whole.values)
        #expect(pieces.evaluations + second.evaluations + third.evaluations == whole.evaluations)
        #expect(third.result?.bestStep == whole.result?.bestStep && third.result?.value == whole.result?.value)
        for name in ["model.safetensors", "predictions-validation.jsonl", "classifier.json", "config.json"] {
            #expect(
                try fixture.folder.read("pieces/best/\(name)") == fixture.folder.read("whole/best/\(name)"), "\(name)")
        }
        // What was needed to go on is gone, and the run is told to be finished.
        #expect(!Folder.isFolder(fixture.folder.file("whole/checkpoints")))
        #expect(throws: PretrainingError.self) { try fixture.run("whole", settings) }
    }

    @Test func aTaskIsLearnedAndTheBestModelIsKept() throws {
        let fixture = try FinetuneFixture()
        var settings = FinetuneFixture.settings
        (settings.steps, settings.evalEvery, settings.batch) = (150, 25, 16)
        let course = try fixture.run("run", settings, train: 160)
        let result = try #require(course.result)
        let best = try #require(course.evaluations.max { $0.metrics["accuracy"] ?? 0 < $1.metrics["accuracy"] ?? 0 })
        #expect(result.value == best.metrics["accuracy"] && result.value ?? 0 > 0.9)
        #expect(try FinetuneResult.read(fixture.folder.file("run")) == result)
        // The folder is a model with its head, names and tokenizer, and answers as it did.
        let path = fixture.folder.file("run/best")
        let record = try #require(try ClassifierRecord.read(path))
        #expect(record.labels == ["ink", "paper"] && record.step == result.bestStep && record.modality == .text)
        let workspace = try FinetuneFixture.workspace()
        let opened = try ModelFolder.open(path)
        #expect(opened.heads == .init(labels: 2))
        #expect(try fixture.folder.read("run/best/tokenizer_config.json") == Array("{}".utf8))
        let model = try ModelFolder.load(opened, workspace: workspace).model
        let parts = try fixture.parts(workspace)
        let scorer = try ClassifierScorer(
            model, record.modality, record.fitted(parts.options), pooling: record.pooling, workspace: workspace)
        let answers = try scorer.answers(to: parts.select)
        let outcomes = Outcomes(parts.task, parts.select, answers)
        #expect(Metric.values(["accuracy"], outcomes)["accuracy"]?.number == result.value)
        let lines = try fixture.folder.read("run/best/predictions-validation.jsonl").split(separator: 10)
        let predicted = try lines.map { try JSONValue.parse(Array($0))["prediction"] }
        #expect(predicted == answers.map { .string(record.labels[$0.index ?? -1]) })
    }

    @Test func numbersAreLearned() throws {
        let fixture = try FinetuneFixture()
        var settings = FinetuneFixture.settings
        (settings.steps, settings.evalEvery, settings.batch) = (150, 50, 16)
        let course = try fixture.run("run", settings, kind: "regression", train: 160)
        #expect(course.result?.metric == "spearman" && course.result?.value ?? 0 > 0.9)
        let first = try #require(course.evaluations.first)
        #expect(abs((first.metrics["mse"] ?? 0) - first.loss) < 1e-9)
        settings.metric = "mse"
        let other = try fixture.run("other", settings, kind: "regression", train: 160)
        let least = other.evaluations.compactMap { $0.metrics["mse"] }.min()
        #expect(other.result?.metric == "mse" && other.result?.value == least)
    }

    @Test func evaluationsThatStayBehindEndARun() throws {
        let fixture = try FinetuneFixture()
        var settings = FinetuneFixture.settings
        (settings.learningRate, settings.steps, settings.evalEvery, settings.patience) = (0, 40, 2, 3)
        let course = try fixture.run("run", settings)
        #expect(course.evaluations.map(\.step) == [2, 4, 6, 8])
        #expect(course.result?.endedEarly == true && course.result?.bestStep == 2 && course.result?.steps == 8)
        settings.patience = 0
        #expect(try fixture.run("long", settings).result?.steps == 40)
    }

    @Test func aFrozenBackboneStaysAndMethodsBringTheirOwn() throws {
        let fixture = try FinetuneFixture()
        var settings = FinetuneFixture.settings
        settings.method = "head"
        let whole = try fixture.run("whole", settings, adaptation: .head)
        let start = try fixture.parts(FinetuneFixture.workspace()).model
        for parameter in start.parameters {
            let isSame = try whole.values[parameter.path] == parameter.hostValues()
            #expect(isSame == (parameter.path != "score.weight"), "\(parameter.path)")
        }
        _ = try fixture.run("pieces", settings, stopAfter: 3, adaptation: .head)
        #expect(throws: PretrainingError.self) { try fixture.run("pieces", settings, resumes: true) }
        #expect(try fixture.run("pieces", settings, resumes: true, adaptation: .head).values == whole.values)
        settings.method = "all"
        let own = Adaptation.training("own") { $0.path.contains("o_proj") }
        let other = try fixture.run("own", settings, adaptation: own)
        for parameter in start.parameters {
            let isSame = try other.values[parameter.path] == parameter.hostValues()
            #expect(isSame != parameter.path.contains("o_proj"), "\(parameter.path)")
        }
        let nothing = Adaptation.training("nothing") { _ in false }
        #expect(throws: PretrainingError.self) { try fixture.run("nothing", settings, adaptation: nothing) }
    }

    @Test func settingsThatDoNotFitAreNamed() throws {
        let fixture = try FinetuneFixture()
        func refused(_ key: String, _ change: (inout FinetuneSettings) -> Void) {
            var settings = FinetuneFixture.settings
            change(&settings)
            #expect { try fixture.run("run", settings) } throws: { error in
                if case PretrainingError.badSetting(key, _) = error { true } else { false }
            }
        }
        refused("dropout") { $0.dropout = 1 }
        refused("epochs") { $0.epochs = 1 }
        refused("metric") { $0.metric = "spearman" }
        refused("length") { $0.length = 65 }
        refused("batch") { $0.batch = 0 }
        refused("channel_adapt") { ($0.modality, $0.channelAdapt) = (.image, .mean) }
        var settings = FinetuneFixture.settings
        _ = try fixture.run("run", settings, stopAfter: 2)
        settings.batch = 5
        #expect { try fixture.run("run", settings, resumes: true) } throws: { error in
            guard case PretrainingError.otherRun(_, let reason) = error else { return false }
            return reason.contains("batch was 6 and is 5")
        }
        #expect(throws: PretrainingError.self) { try fixture.run("none", FinetuneFixture.settings, resumes: true) }
    }

    /// Beginnings of files that are sorted by label hold one class.
    @Test func limitsDrawFromTheWholeSplit() {
        let examples = (0..<1000).map { place in
            TaskExample(
                id: "\(place)", textA: "", label: .index(place / 500), language: place % 2 == 0 ? "en" : "de")
        }
        let drawn = TaskExample.sample(examples, limit: 50)
        #expect(drawn.count == 100 && drawn.count { $0.language == "en" } == 50)
        #expect((30...70).contains(drawn.count { $0.label == .index(0) }))
        #expect(drawn.map { Int($0.id) ?? 0 } == drawn.map { Int($0.id) ?? 0 }.sorted())
        #expect(TaskExample.sample(examples, limit: 50) == drawn)
        #expect(TaskExample.sample(examples, limit: nil) == examples)
    }

    @Test func everyEpochReadsEveryExampleInAnOrderOfItsOwn() {
        var order = ExampleOrder(count: 10, batch: 4, seed: 1)
        let steps = (0..<6).map { Array(order.places(of: $0)) }
        #expect(steps.map(\.count) == [4, 4, 2, 4, 4, 2])
        #expect(
            steps[..<3].flatMap(\.self).sorted() == Array(0..<10)
                && steps[3...].flatMap(\.self).sorted() == Array(0..<10))
        #expect(steps[..<3].flatMap(\.self) != steps[3...].flatMap(\.self))
        var later = ExampleOrder(count: 10, batch: 4, seed: 1)
        #expect(Array(later.places(of: 4)) == steps[4] && Array(later.places(of: 1)) == steps[1])
        var settings = FinetuneSettings()
        settings.batch = 4
        #expect(settings.course.stepCount(examples: 10) == 9 && settings.course.evaluationInterval(examples: 10) == 3)
        settings.epochs = 0.5
        #expect(settings.course.stepCount(examples: 10) == 2)
    }
}
