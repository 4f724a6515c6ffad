import Foundations
import Tensors
import TestSupport
import Testing
import ZooKit

@testable import Zoo

/// Half-reset, deltas and their application, tensor by tensor.
@Suite struct HalfVerbTests {
    private let folder: TemporaryFolder
    private let base: String
    private let tuned: String

    init() throws {
        folder = try TemporaryFolder()
        let workspace = try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32)
        base = folder.file("base")
        try ModelFolder.write(
            SmallProgram(.all, steps: 1, workspace: workspace).model,
            files: ["tokenizer_config.json": Array("{}".utf8)],
            to: base, workspace: workspace)
        let half = try Catalogue.all.adaptation(parsing: "half")
        _ = try HalfRun(folder.file("run"), half, steps: 4, source: base, workspace: workspace)
        tuned = RunFolder(folder.file("run")).checkpoint(4)
    }

    private func job(_ out: String) -> MethodJob {
        MethodJob(folder: folder.file(out), catalogue: Catalogue.all) { precision in
            try Workspace(kernels: CPUKernels(threads: 1), precision: precision)
        }
    }

    private func tensors(_ path: String) throws -> [String: [Double]] {
        try Dictionary(
            uniqueKeysWithValues: ModelFolder.open(path).tensors.tensors.map { ($0.name, try $0.doubles()) })
    }

    @Test(arguments: [0, 0.5, 1]) func everyTensorIsThatOfTheBaseOrOfTheTunedModel(_ ratio: Double) throws {
        var config = HalfReset.Config()
        (config.base, config.tuned, config.ratio) = (base, folder.file("full"), ratio)
        let workspace = try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32)
        _ = try HalfRun(folder.file("all"), .all, steps: 3, source: base, workspace: workspace)
        config.tuned = RunFolder(folder.file("all")).checkpoint(3)
        _ = try HalfReset.run(config, job("reset"))
        let (a, b, reset) = (try tensors(base), try tensors(config.tuned ?? ""), try tensors(folder.file("reset")))
        #expect(a.keys == b.keys && reset.keys == b.keys)
        let taken = reset.filter { $0.value == a[$0.key] }.keys
        #expect(reset.allSatisfy { $0.value == a[$0.key] || $0.value == b[$0.key] })
        switch ratio {
        case 0: #expect(taken.isEmpty)
        case 1: #expect(taken.count == a.count)
        default:
            #expect(taken.count { $0.contains("self_attn") } == 8 && taken.count { $0.contains("mlp") } == 6)
            #expect(taken.allSatisfy { $0.contains("layers") })
        }
        #expect(try ModelFolder.open(folder.file("reset")).config == ModelFolder.open(config.tuned ?? "").config)
    }

    @Test func aDeltaOpensOnItsBaseAndOnNoOther() throws {
        var config = HalfDelta.Config()
        (config.base, config.tuned) = (base, tuned)
        _ = try HalfDelta.run(config, job("delta"))
        let trained = Set(try HalfRounds.read(tuned).rounds[0].trained)
        let kept = try SafetensorsFolder(folder: folder.file("delta")).tensors.map(\.name)
        #expect(Set(kept.map { HalfUnit(path: $0).name }) == trained && kept.count < 40)
        var apply = HalfApply.Config()
        (apply.base, apply.delta) = (base, folder.file("delta"))
        _ = try HalfApply.run(apply, job("whole"))
        #expect(try tensors(folder.file("whole")) == tensors(tuned))
        #expect(try HalfRounds.read(folder.file("whole")) == HalfRounds.read(tuned))
        #expect(!Folder.hasItem(folder.file("whole/delta.json")))
        apply.base = tuned
        #expect(throws: HalfError.self) { try HalfApply.run(apply, job("wrong")) }
        (apply.base, apply.delta) = (base, tuned)
        #expect(throws: HalfError.noDelta(path: tuned)) { try HalfApply.run(apply, job("wrong")) }
        apply.base = nil
        #expect(throws: HalfError.missing(key: "base")) { try HalfApply.run(apply, job("wrong")) }
        #expect(!Folder.hasItem(folder.file("wrong")))
    }

    @Test func everySettingOfEveryVerbHasItsHelp() throws {
        for method in Catalogue.all.methods {
            for verb in method.verbs {
                for setting in try verb.settings() { #expect(!setting.help.isEmpty, "\(verb.name) \(setting.key)") }
            }
        }
    }
}
