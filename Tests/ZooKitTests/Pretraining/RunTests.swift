import Foundations
import Layers
import Patches
import Tensors
import TestSupport
import Testing

@testable import ZooKit

/// A pretraining from its first step to its end, in one piece and in several.
@Suite struct PretrainRunTests {
    private func settings() -> PretrainSettings {
        var settings = PretrainSettings()
        (settings.mix, settings.length, settings.batch, settings.microBatch) = ("1:1:1", 64, 3, 2)
        (settings.steps, settings.warmUp, settings.learningRate, settings.heldOut) = (7, 2, 3e-3, 0.1)
        (settings.window, settings.evalEvery, settings.evalSequences, settings.saveEvery) = (4, 3, 4, 2)
        settings.keep = 2
        return settings
    }

    @Test func courseAndOptimiserAreOneObject() throws {
        var settings = settings()
        settings.onNonFinite = "skip"
        let value = try StrictJSON.encodedValue(settings)
        #expect(value["batch"] == .integer(3) && value["learning_rate"] == .number(3e-3))
        guard case .object(let fields) = value else { return #expect(Bool(false), "\(value)") }
        #expect(Set(fields.keys).union(["streams"]) == Set(PretrainSettings.keys))
        #expect(try StrictJSON.decode(PretrainSettings.self, from: value, source: "s") == settings)
        // A checkpoint of before a key was there has its default.
        let early: JSONValue = .object(["steps": .integer(5), "beta2": .number(0.95)])
        let found = try StrictJSON.decode(PretrainSettings.self, from: early, source: "s")
        #expect(found.steps == 5 && found.beta2 == 0.95 && found.learningRate == 5e-4 && found.shuffle == 65536)
        #expect(throws: ConfigError.unknownKey(source: "s", keyPath: "beta3", near: ["beta1", "beta2"])) {
            try StrictJSON.decode(PretrainSettings.self, from: .object(["beta3": .integer(0)]), source: "s")
        }
        #expect(try settings.differences(from: found).contains("beta2 was 0.95 and is 0.999"))
        #expect(try settings.differences(from: settings) == [])
    }

    private func run(
        _ data: TrainingData, _ folder: String, _ settings: PretrainSettings, resumes: Bool = false,
        stopAfter: Int? = nil,
        identity: JSONValue = .null
    ) throws -> (losses: [Int: Double], evaluations: [EvaluationRecord], values: [[Double]]) {
        var losses: [Int: Double] = [:]
        var evaluations: [EvaluationRecord] = []
        let run = try PretrainRun(
            settings,
            .init(
                config: try data.config(), data: [.text: data.data, .image: data.data, .pair: data.data],
                options: try data.options(), dataIdentity: identity),
            folder: folder, resumes: resumes, workspace: try KernelChoice.single.workspace())
        _ = try run.run(shouldStop: { losses.keys.max() == stopAfter }) { event in
            if case .stepped(let record) = event { losses[record.step] = record.loss }
            if case .evaluated(let record) = event { evaluations.append(record) }
        }
        return (losses, evaluations, try run.program.model.parameters.map { try $0.hostValues() })
    }

    @Test func aRunInPiecesIsTheRunInOnePiece() throws {
        let data = try TrainingData()
        let whole = try run(data, data.folder.file("whole"), settings())
        #expect(whole.losses.count == 7 && whole.losses.values.allSatisfy(\.isFinite))
        #expect(whole.evaluations.map(\.step) == [0, 3, 6, 7])
        #expect(
            Set(whole.evaluations[0].kinds.keys) == [
                "text.next_token", "image.next_patch", "pair.next_token", "pair.next_patch",
            ])
        let folder = data.folder.file("pieces")
        var pieces = try run(data, folder, settings(), stopAfter: 3)
        #expect(pieces.losses.keys.sorted() == [1, 2, 3])
        let second = try run(data, folder, settings(), resumes: true, stopAfter: 5)
        #expect(second.losses.keys.sorted() == [4, 5])
        let third = try run(data, folder, settings(), resumes: true)
        pieces.losses.merge(second.losses) { $1 }
        pieces.losses.merge(third.losses) { $1 }
        #expect(pieces.losses == whole.losses)
        #expect(third.values == whole.values)
        #expect(third.evaluations.last?.kinds == whole.evaluations.last?.kinds)
    }

    /// A run that is stopped and goes on after every few steps gives up after as many skipped ones as a run in one piece.
    @Test func skippedStepsInARowAreCountedOverPieces() throws {
        let data = try TrainingData()
        var settings = settings()
        (settings.mix, settings.steps, settings.evalEvery, settings.saveEvery) = ("1:0:0", 60, 0, 0)
        settings.onNonFinite = "skip"
        let folder = data.folder.file("run")
        func piece(of steps: Int, resumes: Bool) throws -> PretrainRun {
            let run = try PretrainRun(
                settings,
                .init(config: try data.config(), data: [.text: data.data], options: try data.options()),
                folder: folder, resumes: resumes, workspace: try KernelChoice.single.workspace())
            // Infinite values in the stream: no loss is finite.
            if !resumes {
                let value = try #require(run.program.model.parameters.first { $0.path.hasSuffix("v_proj.weight") })
                try value.set(value.hostValues().map { $0 < 0 ? -3e38 : 3e38 })
            }
            var left = steps
            _ = try run.run(shouldStop: { left == 0 }) { if case .stepped = $0 { left -= 1 } }
            return run
        }
        let limit = Trainer<Pretraining>.skipLimit
        #expect(try piece(of: 7, resumes: false).program.count.skippedInARow == 7)
        let second = try piece(of: limit - 8, resumes: true).program.count
        #expect(second.skippedInARow == limit - 1 && second.skipped == limit - 1)
        #expect { try piece(of: 1, resumes: true) } throws: { error in
            if case TrainingError.skipsInARow(limit, limit, _) = error { true } else { false }
        }
    }

    /// Every file of a checkpoint with one bit flipped, and each of them cut: named, with the step before as the way out.
    @Test func damagedCheckpointsAreToldAndTheOneBeforeStays() throws {
        let data = try TrainingData()
        let folder = data.folder.file("run")
        _ = try run(data, folder, settings(), stopAfter: 5)
        let newest = RunFolder(folder).checkpoint(5)
        for name in try Folder.contents(of: newest).files where name != "checkpoint.json" {
            let path = "\(newest)/\(name)"
            let whole = try MappedFile(path: path).withBytes { Array($0) }
            var flipped = whole
            flipped[whole.count * 2 / 3] ^= 4
            for damaged in [flipped, Array(whole.dropLast(1))] {
                try AtomicFile.write(damaged, to: path)
                #expect { try run(data, folder, settings(), resumes: true) } throws: { error in
                    guard case PretrainingError.damaged(newest, let reason, 4) = error else { return false }
                    return reason.contains(name)
                }
            }
            try AtomicFile.write(whole, to: path)
        }
        let rest = try run(data, folder, settings(), resumes: true)
        #expect(rest.losses.keys.sorted() == [6, 7])
    }

    @Test func anotherModelOfTheSameShapesIsRefused() throws {
        let data = try TrainingData()
        let folder = data.folder.file("run")
        _ = try run(data, folder, settings(), stopAfter: 3)
        var config = try data.config()
        config.theta *= 2
        #expect {
            _ = try PretrainRun(
                settings(),
                .init(
                    config: config, data: [.text: data.data, .image: data.data, .pair: data.data],
                    options: try data.options()),
                folder: folder, resumes: true, workspace: try KernelChoice.single.workspace())
        } throws: { error in
            if case PretrainingError.otherRun(_, let reason) = error { reason.contains("rope_theta") } else { false }
        }
    }

    /// A held-out loss that is no number neither keeps a checkpoint from being written nor becomes the best.
    @Test func aHeldOutLossThatIsNoNumberIsNotKept() throws {
        let data = try TrainingData()
        var settings = settings()
        (settings.mix, settings.steps, settings.onNonFinite, settings.evalEvery) = ("1:0:0", 2, "skip", 1)
        let run = try PretrainRun(
            settings, .init(config: try data.config(), data: [.text: data.data], options: try data.options()),
            folder: data.folder.file("run"), resumes: false, workspace: try KernelChoice.single.workspace())
        let value = try #require(run.program.model.parameters.first { $0.path.hasSuffix("v_proj.weight") })
        try value.set(value.hostValues().map { $0 < 0 ? -3e38 : 3e38 })
        var evaluated: [EvaluationRecord] = []
        _ = try run.run { if case .evaluated(let record) = $0 { evaluated.append(record) } }
        #expect(evaluated.count == 3 && evaluated.allSatisfy { !$0.loss.isFinite && !$0.isBest })
        #expect(try RunFolder(data.folder.file("run")).steps() == [2])
        for record in evaluated { _ = try MetricsRecord.evaluation(record).json() }
    }

    @Test func checkpointsStayByPolicyAndOtherRunsAreRefused() throws {
        let data = try TrainingData()
        var settings = settings()
        settings.pin = [1]
        let folder = data.folder.file("run")
        let done = try run(data, folder, settings)
        let best = try #require(done.evaluations.filter { $0.step > 0 && $0.step != 3 }.min { $0.loss < $1.loss }?.step)
        #expect(try RunFolder(folder).steps() == Array(Set([1, 6, 7, best])).sorted())
        #expect(throws: PretrainingError.self) { try run(data, folder, settings) }
        settings.batch = 4
        #expect(throws: PretrainingError.self) { try run(data, folder, settings, resumes: true) }
        settings.batch = 3
        #expect(throws: PretrainingError.self) {
            try run(data, folder, settings, resumes: true, identity: .string("other data"))
        }
        #expect(throws: PretrainingError.self) {
            try run(data, data.folder.file("nothing"), settings, resumes: true)
        }
        #expect(RunFolder.surplus([1, 2, 3, 4, 5], keep: 2, best: 2, pinned: [1]) == [3])
    }
}
