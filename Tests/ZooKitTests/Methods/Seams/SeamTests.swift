import Layers
import ReferenceKernels
import Tensors
import TestSupport
import Testing
import ZooKit

/// A method changes what it likes without a change to engine or model.
@Suite struct SeamTests {
    /// Kernels and precision of a run.
    enum Run: String, CaseIterable {
        case reference, fp32, bf16

        func workspace() throws -> Workspace {
            switch self {
            case .reference: try Workspace(kernels: ReferenceKernels(), precision: .fp64)
            case .fp32: try Workspace(kernels: CPUKernels(threads: 2), precision: .fp32)
            case .bf16: try Workspace(kernels: CPUKernels(threads: 2), precision: .bf16)
            }
        }
    }

    @Test(arguments: Run.allCases) func aGainOfZeroIsTheBaseModelBitForBit(_ run: Run) throws {
        let base = try ToyTraining(gain: nil, workspace: run.workspace())
        let toy = try ToyTraining(gain: 0, workspace: run.workspace())
        for _ in 0..<ToyTraining.steps {
            try base.step()
            try toy.step(freezes: false, grows: false)
        }
        #expect(base.losses == toy.losses)
        let expected = try base.values()
        let got = try toy.values().filter { expected[$0.key] != nil }
        #expect(got == expected)
    }

    @Test func aGainBendsTheModel() throws {
        let base = try ToyTraining(gain: nil, workspace: workspace())
        let toy = try ToyTraining(gain: 0.5, workspace: workspace())
        try base.step()
        try toy.step(freezes: false, grows: false)
        #expect(base.losses != toy.losses)
        #expect(toy.method?.router.weight.gradient.map { $0.count } == 16)
    }

    @Test func frozenHalvesStandStillAndThawedOnesMove() throws {
        let toy = try ToyTraining(gain: 0.5, workspace: workspace())
        var history = [try toy.values()]
        for _ in 0..<5 {
            try toy.step(grows: false)
            history.append(try toy.values())
        }
        let paths = toy.model.parameters.map(\.path)
        for (index, path) in paths.enumerated() where path != toy.method?.router.weight.path {
            let trainedFirst = index % 2 == 0
            // The first step's learning rate is 0.
            #expect((history[4][path] != history[0][path]) == trainedFirst, "\(path)")
            #expect((history[5][path] != history[4][path]) == !trainedFirst, "\(path)")
            // Moments go with the freezing.
            #expect((toy.unit.optimiser.states[path]?.step ?? 0) == (trainedFirst ? 0 : 1), "\(path)")
        }
    }

    @Test(arguments: Run.allCases) func recomputedBlocksGiveTheSameBits(_ run: Run) throws {
        let plain = try ToyTraining(gain: 0.5, workspace: run.workspace())
        let again = try ToyTraining(gain: 0.5, workspace: run.workspace())
        for _ in 0..<ToyTraining.steps {
            try plain.step()
            try again.step(recomputes: true)
        }
        #expect(plain.losses == again.losses)
        #expect(try plain.values() == again.values())
    }

    @Test(arguments: Run.allCases) func aResumedTrainingGoesOnBitForBit(_ run: Run) throws {
        let folder = try TemporaryFolder()
        let whole = try ToyTraining(gain: 0.5, workspace: run.workspace())
        for step in 0..<ToyTraining.steps {
            if step == ToyTraining.resumesAt { try whole.save(to: folder.file("checkpoint")) }
            try whole.step()
        }
        let rest = try ToyTraining.resumed(from: folder.file("checkpoint"), gain: 0.5, workspace: run.workspace())
        for _ in ToyTraining.resumesAt..<ToyTraining.steps { try rest.step() }
        #expect(rest.method?.router.weight.shape == [2, 16])
        #expect(whole.losses.suffix(2) == rest.losses[...])
        #expect(try whole.values() == rest.values())
    }

    private func workspace() throws -> Workspace { try Run.reference.workspace() }
}
