import Evaluation
import Foundations
import TestSupport
import Testing
import Typesetting
import ZooKit

/// An evaluation as one call of the library.
@Suite struct EvaluationRunTests {
    private let folder: TemporaryFolder
    private let task: String

    init() throws {
        folder = try TemporaryFolder()
        for (name, count) in [("train", 12), ("v", 20)] {
            let lines = (0..<count).map {
                #"{"text": "\#($0 % 2 == 0 ? "ink" : "paper") \#($0)", "label": \#($0 % 2)}"# + "\n"
            }
            try folder.write(lines.joined(), to: "data/\(name).jsonl")
        }
        task = try folder.write(StrictJSON.encodedValue(FinetuneFixture.task()).encoded(), to: "drawn.json")
    }

    private var settings: EvaluationSettings {
        var settings = EvaluationSettings()
        settings.model = ["small=\(Repository.root)/Tests/EvaluationTests/Fixtures/scores/plain"]
        (settings.tasks, settings.data, settings.batch, settings.bootstrap) = ([task], folder.file("data"), 1, 20)
        return settings
    }

    private func run(
        _ settings: EvaluationSettings, in name: String, resumes: Bool = false, stopAfter: Int? = nil
    ) throws -> (results: EvaluationResults?, events: [EvaluationEvent]) {
        let resources = EvaluationResources(
            sections: ["finetune": ["steps": .integer(2), "batch": .integer(4), "length": .integer(16)]],
            tasks: { _ in try builtIn() }, stack: { try FontStackManifest.load(path: $0) },
            fonts: { _ in try FinetuneFixture().fonts })
        var events: [EvaluationEvent] = []
        var answers = 0
        let run = EvaluationRun(
            settings, resources, in: folder.file(name), resumes: resumes, shouldStop: { answers == stopAfter }
        ) { event in
            events.append(event)
            if case .answered(let done, _, _) = event { answers = done }
        }
        return (try run.run(), events)
    }

    @Test func aHeadIsTrainedAndAStopInTheMiddleChangesNothing() throws {
        let (whole, events) = try run(settings, in: "whole")
        let results = try #require(whole)
        #expect(results.results.map(\.examples) == [20] && results.results[0].metrics.count == 2)
        #expect(results.models.map(\.name) == ["small"] && results.tasks.map(\.name) == ["drawn"])
        #expect(try EvaluationResults.read(folder.file("whole/\(EvaluationResults.fileName)")) == results)
        var steps = 0
        var done: [Int] = []
        for event in events {
            if case .finetuning(.run(.stepped)) = event { steps += 1 }
            if case .answered(let count, _, _) = event { done.append(count) }
        }
        #expect(steps == 2 && done == [8, 16, 20])

        let (stopped, _) = try run(settings, in: "parts", stopAfter: 8)
        #expect(stopped == nil)
        let place = "predictions/small/drawn/seed-42/validation.jsonl"
        #expect(try EvaluationState.read(folder.file("parts")).parts[place]?.examples == 8)
        #expect(throws: PretrainingError.self) { try run(settings, in: "parts") }
        let (second, more) = try run(settings, in: "parts", resumes: true)
        let begun = more.contains { if case .finetuning = $0 { true } else { false } }
        #expect(!begun && second?.results == results.results)
        #expect(try folder.read("parts/\(place)") == folder.read("whole/\(place)"))
        func state(_ name: String) throws -> EvaluationState {
            var state = try EvaluationState.read(folder.file(name))
            for part in state.parts.keys { state.parts[part]?.seconds = 0 }
            return state
        }
        #expect(try state("parts") == state("whole") && state("whole").parts[place]?.examples == 20)
    }

    @Test func whatDoesNotGoTogetherStatesItsCategory() throws {
        func category(_ change: (inout EvaluationSettings) throws -> Void) throws -> ErrorCategory? {
            var settings = settings
            try change(&settings)
            do {
                _ = try run(settings, in: "wrong")
                return nil
            } catch { return (error as? any CategorisedError)?.category }
        }
        #expect(try category { $0.model = [] } == .usage)
        #expect(try category { $0.tasks = [] } == .usage)
        #expect(try category { $0.finetune = false } == .usage)
        #expect(try category { $0.noise = ["fog"] } == .usage)
        #expect(try category { $0.model = [folder.file("none")] } == .missingInput)
        #expect(try category { $0.data = folder.file("none") } == .missingInput)
        try folder.write("mine", to: "wrong/notes.txt")
        #expect(try category { _ in } == .cannotCreate)
    }
}
