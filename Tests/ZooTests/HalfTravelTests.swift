import Foundations
import Tensors
import TestSupport
import Testing
import TrainingSupport
import ZooKit

@testable import Zoo

/// The file of rounds on its way through copies and stages, and verbs on folders of other programs and on several ranks.
@Suite struct HalfTravelTests {
    private let folder: TemporaryFolder
    private let workspace: Workspace
    private let base: String

    init() throws {
        folder = try TemporaryFolder()
        workspace = try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32)
        base = folder.file("base")
        try ModelFolder.write(
            SmallProgram(.all, steps: 1, workspace: workspace).model, to: base, type: .bfloat16, workspace: workspace)
    }

    private func run(_ name: String, _ method: String, source: String) throws -> String {
        _ = try HalfRun(
            folder.file(name), Catalogue.all.adaptation(parsing: method), steps: 2, source: source,
            workspace: workspace)
        return RunFolder(folder.file(name)).checkpoint(2)
    }

    private func job(_ out: String, _ communicator: any Communicator = SoleProcess()) -> MethodJob {
        MethodJob(folder: folder.file(out), communicator: communicator, catalogue: Catalogue.all) { precision in
            try Workspace(kernels: CPUKernels(threads: 1), precision: precision)
        }
    }

    private func tensors(_ path: String) throws -> [String: [Double]] {
        try Dictionary(
            uniqueKeysWithValues: ModelFolder.open(path).tensors.tensors.map { ($0.name, try $0.doubles()) })
    }

    /// The folder `path` with its tensors under other names.
    private func renamed(_ path: String, to name: String, _ rename: (String) -> String) throws -> String {
        try folder.write(try Self.bytes("\(path)/config.json"), to: "\(name)/config.json")
        let items = try SafetensorsFolder(folder: path).tensors.map { tensor in
            var item = SafetensorsItem(tensor)
            item.name = rename(tensor.name)
            return item
        }
        try SafetensorsFile.write(items, to: folder.file("\(name)/model.safetensors"))
        return folder.file(name)
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        try MappedFile(path: path).withBytes { Array($0) }
    }

    @Test func roundsTravelThroughCopiesAndOtherStages() throws {
        let first = try run("one", "half", source: base)
        let rounds = try HalfRounds.read(first)
        #expect(rounds.rounds.map(\.round) == [0])
        _ = try ModelFolder.convert(first, Catalogue.all, to: folder.file("copy"), workspace: workspace)
        #expect(try HalfRounds.read(folder.file("copy")) == rounds)
        let full = try run("full", "all", source: folder.file("copy"))
        #expect(try HalfRounds.read(full) == rounds)
        let second = try run("two", "half", source: full)
        #expect(try HalfRounds.read(second).rounds.map(\.round) == [0, 1])
        // A model without such a file has none.
        #expect(!Folder.hasItem("\(try run("plain", "all", source: base))/\(HalfRounds.fileName)"))
    }

    @Test func weightsOfOtherProgramsStayBehind() throws {
        let tuned = try run("tuned", "half", source: base)
        for name in [
            "pytorch_model.bin", "pytorch_model.bin.index.json", "a.pt", "b.pth", "c.gguf", "tf_model.h5",
            "flax_model.msgpack", "model.onnx", "model-fp16.safetensors", "model.fp16.safetensors.index.json",
        ] {
            try folder.write("stale", to: "one/\(name)")
        }
        for name in try Folder.contents(of: tuned).files where !name.contains("/") && name != "checkpoint.json" {
            try folder.write(try Self.bytes("\(tuned)/\(name)"), to: "one/\(name)")
        }
        try folder.write("kept", to: "one/merges.txt")
        var config = HalfReset.Config()
        (config.base, config.tuned) = (base, folder.file("one"))
        _ = try HalfReset.run(config, job("reset"))
        #expect(
            try Folder.contents(of: folder.file("reset")).files.sorted() == [
                "checkpoint.json", "config.json", "hft_rounds.json", "merges.txt", "model.safetensors",
            ])
    }

    /// A base in 16 bits, as hubs have them, under a tuned model in single precision.
    @Test func aBaseInSixteenBitsIsWidened() throws {
        let tuned = try run("tuned", "half", source: base)
        var reset = HalfReset.Config()
        (reset.base, reset.tuned, reset.ratio) = (base, tuned, 1)
        _ = try HalfReset.run(reset, job("reset"))
        #expect(try tensors(folder.file("reset")) == tensors(base))
        #expect(try ModelFolder.open(folder.file("reset")).tensors.tensors.allSatisfy { $0.type == .float32 })
        var delta = HalfDelta.Config()
        (delta.base, delta.tuned) = (base, tuned)
        _ = try HalfDelta.run(delta, job("delta"))
        let kept = try SafetensorsFolder(folder: folder.file("delta")).tensors
        let trained = Set(try HalfRounds.read(tuned).rounds[0].trained)
        #expect(Set(kept.map { HalfUnit(path: $0.name).name }) == trained)
        var apply = HalfApply.Config()
        (apply.base, apply.delta) = (base, folder.file("delta"))
        _ = try HalfApply.run(apply, job("whole"))
        #expect(try folder.read("whole/model.safetensors") == Self.bytes("\(tuned)/model.safetensors"))
        // The other way round numbers would be lost.
        (delta.base, delta.tuned) = (tuned, base)
        #expect { try HalfDelta.run(delta, job("other")) } throws: { "\($0)".contains("letterpress convert") }
    }

    /// Folders of a bare decoder store "layers.0…" where others store "model.layers.0…".
    @Test func unitsHaveTheModelsNames() throws {
        let bare = try renamed(base, to: "bare") { $0.hasPrefix("model.") ? String($0.dropFirst(6)) : $0 }
        let tuned = try run("tuned", "all", source: base)
        var config = HalfReset.Config()
        (config.base, config.tuned) = (bare, tuned)
        _ = try HalfReset.run(config, job("mixed"))
        config.base = base
        _ = try HalfReset.run(config, job("plain"))
        #expect(try tensors(folder.file("mixed")) == tensors(folder.file("plain")))
        (config.base, config.tuned) = (base, bare)
        let lines = try HalfReset.run(config, job("whole"))
        #expect(lines[0].contains(": 18 of "))
        var delta = HalfDelta.Config()
        (delta.base, delta.tuned) = (bare, try run("half", "half", source: base))
        _ = try HalfDelta.run(delta, job("delta"))
        var apply = HalfApply.Config()
        (apply.base, apply.delta) = (bare, folder.file("delta"))
        _ = try HalfApply.run(apply, job("applied"))
        #expect(try folder.read("applied/model.safetensors") == Self.bytes("\(delta.tuned ?? "")/model.safetensors"))
    }

    @Test func aModelWithoutLayersIsRefused() throws {
        let odd = try renamed(base, to: "odd") { $0.replacing("layers", with: "blocks") }
        var config = HalfReset.Config()
        (config.base, config.tuned) = (odd, odd)
        #expect(throws: HalfError.noUnits(path: odd)) { try HalfReset.run(config, job("none")) }
        #expect(!Folder.hasItem(folder.file("none")))
    }

    @Test func rankZeroAloneWrites() throws {
        let tuned = try run("tuned", "half", source: base)
        for rank in [1, 0] {
            var reset = HalfReset.Config()
            (reset.base, reset.tuned) = (base, tuned)
            #expect(try HalfReset.run(reset, job("reset", LoneRank(rank))).isEmpty == (rank == 1))
            var delta = HalfDelta.Config()
            (delta.base, delta.tuned) = (base, tuned)
            #expect(try HalfDelta.run(delta, job("delta", LoneRank(rank))).isEmpty == (rank == 1))
            var apply = HalfApply.Config()
            (apply.base, apply.delta) = (base, folder.file("delta"))
            #expect(try HalfApply.run(apply, job("whole", LoneRank(rank))).isEmpty == (rank == 1))
            for name in ["reset", "delta", "whole"] { #expect(Folder.hasItem(folder.file(name)) == (rank == 0)) }
        }
    }
}
