import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

@testable import Zoo

/// Settings, files and states of half fine-tuning with numbers that nobody expects; rounds that trained nothing.
@Suite struct HalfLimitTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func workspace() throws -> Workspace {
        try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32)
    }

    private func half(_ settings: String) throws -> Adaptation {
        try Catalogue.all.adaptation(parsing: "half:\(settings)")
    }

    private func target(steps: Int, epoch: Int? = nil, source: String? = nil) throws -> AdaptationTarget {
        let workspace = try workspace()
        let model = try SmallProgram(.all, steps: 1, workspace: workspace).model
        return AdaptationTarget(model, workspace: workspace, steps: steps, stepsPerEpoch: epoch, source: source)
    }

    @Test(arguments: [
        "every=\(Int.min)", "reselect=steps,every=0", "round=-1", "round=\(Int.max)", "round=\(1 << 53 + 1)",
        "seed=\(Int.min)",
    ])
    func settingsOutOfRangeAreNamed(_ settings: String) {
        let key = String(settings.split(separator: ",").last?.split(separator: "=").first ?? "")
        #expect {
            try half(settings)
        } throws: { error in
            guard case .invalidValue(_, key, _)? = error as? ConfigError else { return false }
            return true
        }
    }

    @Test(arguments: [Int.max, -1, .min, 1 << 53 + 1]) func roundsThatCannotBeAreRefused(_ round: Int) throws {
        let entry = HalfRounds.Round(round: round, seed: 0, ratio: 0.5, level: .category, begin: 0, trained: [])
        let rounds = HalfRounds(rounds: [entry])
        try folder.write(try StrictJSON.encode(rounds), to: "m/\(HalfRounds.fileName)")
        #expect(throws: ConfigError.self) { try HalfRounds.read(folder.file("m")) }
        #expect(throws: ConfigError.self) {
            try half("ratio=0.5").prepare(target(steps: 9, source: folder.file("m")))
        }
        let hook = HalfHook(HalfConfig())
        try SafetensorsFile.write([], to: folder.file("empty.safetensors"))
        let tensors = try SafetensorsFile(path: folder.file("empty.safetensors"))
        #expect(throws: ConfigError.self) { try hook.restore(StrictJSON.encodedValue(rounds), tensors, []) }
    }

    @Test func theLastNumberHasNoNext() throws {
        let entry = HalfRounds.Round(round: 1 << 53, seed: 0, ratio: 0.5, level: .category, begin: 0, trained: [])
        try folder.write(try StrictJSON.encode(HalfRounds(rounds: [entry])), to: "m/\(HalfRounds.fileName)")
        #expect(throws: ConfigError.self) {
            try half("ratio=0.5").prepare(target(steps: 9, source: folder.file("m")))
        }
    }

    @Test func tooManyRoundsAreRefusedBeforeTheyArePlanned() throws {
        #expect {
            try half("reselect=steps,every=1").prepare(target(steps: 1 << 40))
        } throws: { "\($0)".contains("every") && "\($0)".contains("more than 65536 rounds") }
        #expect {
            try half("reselect=epoch").prepare(target(steps: 1 << 40, epoch: 3))
        } throws: { "\($0)".contains("reselect") && "\($0)".contains("rounds of 3") }
        let adaptation = try half("reselect=steps,every=\(1 << 30)")
        _ = try adaptation.prepare(target(steps: 1 << 40))
        #expect(adaptation.hooks[0].plannedEvents(steps: 1 << 40)?.count == 1023)
    }

    @Test func passesThatAreNotCountedAreNamed() throws {
        #expect {
            try half("reselect=epoch").prepare(target(steps: 9))
        } throws: { "\($0)".contains("reselect") && "\($0)".contains("use reselect=steps,every=N") }
    }

    /// Checkpoints at the end of a round name no round that trained nothing, and resume in the next one.
    @Test func aRoundWithoutAStepIsNoRound() throws {
        func run(_ name: String, steps: Int = 9, resumes: Bool = false, stopAfter: Int? = nil) throws -> HalfRun {
            try HalfRun(
                folder.file(name), half("reselect=steps,every=3"), steps: steps, resumes: resumes, stopAfter: stopAfter,
                workspace: workspace())
        }
        let whole = try run("whole")
        let checkpoints = RunFolder(folder.file("whole"))
        #expect(try HalfRounds.read(checkpoints.checkpoint(2)).rounds.map(\.round) == [0])
        #expect(try HalfRounds.read(checkpoints.checkpoint(4)).rounds.map(\.round) == [0, 1])
        // A round begins after step 6, and its first step is the seventh.
        #expect(try HalfRounds.read(checkpoints.checkpoint(6)).rounds.map(\.round) == [0, 1])
        #expect(try HalfRounds.read(checkpoints.checkpoint(9)).rounds.map(\.round) == [0, 1, 2])
        let first = try run("pieces", stopAfter: 6)
        let rest = try run("pieces", resumes: true)
        #expect(first.losses + rest.losses == whole.losses && rest.end == whole.end)
        let pieces = RunFolder(folder.file("pieces"))
        #expect(try HalfRounds.read(pieces.checkpoint(8)) == HalfRounds.read(checkpoints.checkpoint(8)))
        // The next training takes the number that trained nothing.
        let next = try half("ratio=0.5")
        _ = try next.prepare(target(steps: 4, source: checkpoints.checkpoint(6)))
        #expect(next.hooks[0].takeNotice().first == "half fine-tuning, round 2:")
    }

    @Test func keptMomentsAreCounted() throws {
        let run = try HalfRun(
            folder.file("run"), half("reselect=steps,every=2,keep_moments=true"), steps: 6, workspace: workspace())
        let optimiser = run.program.trainer.unit.optimiser
        let gradients = run.program.model.parameters.reduce(0) { $0 + ($1.isTrainable ? 4 * $1.count : 0) }
        let frozen = run.program.model.parameters.reduce(0) { sum, parameter in
            sum + (!parameter.isTrainable && optimiser.states[parameter.path] != nil ? 8 * parameter.count : 0)
        }
        let line = try #require(run.notices.last?.lines.last)
        #expect(frozen > 0)
        #expect(
            line.hasSuffix(
                "; \(gradients + optimiser.byteCount) bytes of gradients and moments in fp32, \(frozen) of them moments "
                    + "of frozen units"))
        #expect(run.notices.first?.lines.last?.hasSuffix("moments in fp32") == true)
    }
}
