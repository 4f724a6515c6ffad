import Foundations
import Layers
import ReferenceKernels
import Tensors
import TestSupport
import Testing
import ZooKit

@testable import Zoo

/// Half fine-tuning in runs (hft.md, section 6).
@Suite struct HalfRunTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func workspace(_ precision: Precision = .fp32) throws -> Workspace {
        try Workspace(kernels: CPUKernels(threads: 1), precision: precision)
    }

    private func half(_ settings: String = "") throws -> Adaptation {
        try Catalogue.all.adaptation(parsing: settings.isEmpty ? "half" : "half:\(settings)")
    }

    @Test(arguments: [Precision.fp32, .bf16]) func aRatioOfOneIsFullTrainingBitForBit(_ precision: Precision) throws {
        let full = try HalfRun(folder.file("full"), .all, steps: 6, workspace: workspace(precision))
        let half = try HalfRun(folder.file("half"), half("ratio=1"), steps: 6, workspace: workspace(precision))
        #expect(full.losses == half.losses && full.losses.count == 6)
        #expect(full.end == half.end && full.end != full.begin)
    }

    @Test(arguments: ["", "level=layer", "level=model,ratio=0.3"]) func frozenBytesStandStillAndCostNothing(
        _ settings: String
    ) throws {
        let run = try HalfRun(folder.file("run"), half(settings), steps: 5, workspace: workspace())
        let trained = try #require(run.trained.first)
        #expect(run.trained.allSatisfy { $0 == trained })
        let parameters = run.program.model.parameters
        #expect(parameters.contains { !trained.contains($0.path) })
        for parameter in parameters {
            let stood = run.end[parameter.path] == run.begin[parameter.path]
            #expect(stood == !trained.contains(parameter.path), "\(parameter.path)")
            #expect((parameter.gradient != nil) == trained.contains(parameter.path))
        }
        // Gradients and moments: 12 bytes a trained number, and none else.
        let count = parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count }
        let gradients = parameters.reduce(0) { $0 + ($1.gradient == nil ? 0 : 4 * $1.count) }
        let optimiser = run.program.trainer.unit.optimiser
        #expect(Set(optimiser.states.keys) == trained)
        #expect(gradients + optimiser.byteCount == 12 * count)
        let share = try #require(run.reports.last?["half/trained_share"])
        #expect(abs(share - Double(count) / Double(parameters.reduce(0) { $0 + $1.count })) < 1e-12)
        // A table of what is trained, once, with the same bytes.
        #expect(run.notices.count == 1)
        #expect(run.notices[0].lines.last?.contains("\(12 * count) bytes of gradients and moments") == true)
    }

    /// The kernels and precision of a comparison.
    enum Kernels: String, CaseIterable {
        case double, single, bfloat16

        func workspace() throws -> Workspace {
            switch self {
            case .double: try Workspace(kernels: ReferenceKernels(), precision: .fp64)
            case .single: try Workspace(kernels: CPUKernels(threads: 2), precision: .fp32)
            case .bfloat16: try Workspace(kernels: CPUKernels(threads: 2), precision: .bf16)
            }
        }
    }

    /// Gradients of one step before clipping, bit for bit: those of trained units do not depend on the draw, nor does what goes back
    /// through frozen units to the embeddings. Invariants 5 and 7; the operations of frozen matrices are saved, 8.
    @Test(arguments: Kernels.allCases) func gradientsOfTrainedUnitsAreThoseOfFullTraining(_ kernels: Kernels) throws {
        func gradients(_ method: Adaptation) throws -> (values: [String: [Double]], counters: KernelCounters) {
            let workspace = try kernels.workspace()
            let program = try SmallProgram(method, steps: 2, workspace: workspace)
            workspace.kernels.counters = KernelCounters()
            _ = try program.step()
            var found: [String: [Double]] = [:]
            for parameter in program.model.parameters {
                if let gradient = parameter.gradient { found[parameter.path] = try workspace.values(gradient) }
            }
            return (found, workspace.kernels.counters)
        }
        let (full, half) = (try gradients(.all), try gradients(try half()))
        #expect(half.values.count < full.values.count && half.values["model.embed_tokens.weight"] != nil)
        for (path, values) in half.values { #expect(full.values[path] == values, "\(path)") }
        // Of each frozen matrix one product, of 21 rows: 2 of 4 and, over four layers, 6 of 12.
        let frozen = full.values.filter { half.values[$0.key] == nil && $0.key.contains("proj") }
        #expect(frozen.count == 8 + 6)
        let saved = full.counters.productOperations - half.counters.productOperations
        #expect(saved == frozen.values.reduce(0) { $0 + 2 * 21 * $1.count })
        // The processor's kernels join products of one size.
        if kernels == .double { #expect(full.counters.products - half.counters.products == frozen.count) }
    }

    @Test(arguments: ["reselect=steps,every=3", "reselect=epoch", "reselect=steps,every=3,keep_moments=true"])
    func roundsChangeWithinARunAndResumeInTheirMiddle(_ settings: String) throws {
        let whole = try HalfRun(folder.file("whole"), half(settings), steps: 10, workspace: workspace())
        #expect(whole.notices.map(\.step) == [0, 3, 6, 9])
        #expect(Set(whole.trained[0...2]).count == 1 && Set(whole.trained).count == 4)
        let keeps = settings.contains("keep")
        let states = whole.program.trainer.unit.optimiser.states
        #expect(keeps == (Set(states.keys) != whole.trained[9]))
        for stop in [4, 6, 9] {
            let place = folder.file("pieces-\(stop)")
            let first = try HalfRun(place, half(settings), steps: 10, stopAfter: stop, workspace: workspace())
            let rest = try HalfRun(place, half(settings), steps: 10, resumes: true, workspace: workspace())
            #expect(first.losses + rest.losses == whole.losses)
            #expect(rest.end == whole.end)
            #expect(rest.trained.dropFirst() == whole.trained[(stop + 1)...])
            let bytes = try { try MappedFile(path: $0).withBytes { Array($0) } }(
                "\(place)/checkpoints/step-00000010/optimizer.safetensors")
            let other = try { try MappedFile(path: $0).withBytes { Array($0) } }(
                folder.file("whole/checkpoints/step-00000010/optimizer.safetensors"))
            #expect(bytes == other)
        }
        #expect(throws: PretrainingError.self) {
            try HalfRun(
                folder.file("pieces-4"), half(settings + ",ratio=0.25"), steps: 10, resumes: true,
                workspace: workspace())
        }
    }

    /// Each run is a round: the next one reads the rounds of the model that it begins with.
    @Test func stagesAreRoundsAndLeaveTheirRecord() throws {
        _ = try HalfRun(folder.file("one"), half(), steps: 4, workspace: workspace())
        let first = RunFolder(folder.file("one")).checkpoint(4)
        #expect(try HalfRounds.read(first).rounds.map(\.round) == [0])
        let second = try HalfRun(folder.file("two"), half(), steps: 4, source: first, workspace: workspace())
        let record = try HalfRounds.read(RunFolder(folder.file("two")).checkpoint(4))
        #expect(record.rounds.map(\.round) == [0, 1] && record.rounds[0].trained != record.rounds[1].trained)
        #expect(Set(second.trained[0].map { HalfUnit(path: $0).name }) == Set(record.rounds[1].trained))
        // What no round trained is what it was before the first, what one trained is not.
        let start = try SmallProgram(.all, steps: 1, workspace: workspace()).values()
        let touched = Set(record.rounds.flatMap(\.trained))
        for (path, values) in second.end {
            #expect((start[path] == values) == !touched.contains(HalfUnit(path: path).name), "\(path)")
        }
        let same = try HalfRun(
            folder.file("never"), half("reselect=never"), steps: 4, source: first, workspace: workspace())
        #expect(Set(same.trained[0].map { HalfUnit(path: $0).name }) == Set(record.rounds[0].trained))
    }

    @Test func aPlanWithoutARoundAndNothingToTrainAreErrors() throws {
        #expect(throws: TrainingError.emptyPlan(hook: "half", steps: 4)) {
            try HalfRun(folder.file("a"), half("reselect=steps,every=4"), steps: 4, workspace: workspace())
        }
        #expect(throws: PretrainingError.self) {
            try HalfRun(folder.file("b"), half("ratio=0,train_ends=false"), steps: 4, workspace: workspace())
        }
    }
}
