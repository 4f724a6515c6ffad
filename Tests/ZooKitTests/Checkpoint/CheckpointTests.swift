import Foundation
import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

@Suite struct CheckpointTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func savingLoadingAndSavingGivesEqualBytes() throws {
        let first = try CheckpointRun(seed: 1)
        try first.checkpoint.write(to: folder.file("a"))
        let second = try CheckpointRun(seed: 2)
        try second.checkpoint.write(to: folder.file("other"))
        try second.load(CheckpointFolder(folder.file("a"))).write(to: folder.file("b"))
        let tree = try folder.tree("a")
        #expect(
            tree.keys.sorted() == [
                "checkpoint.json", "components/teacher/config.json", "components/teacher/model.safetensors",
                "config.json", "model.safetensors", "optimizer.safetensors", "state/lora.json",
                "state/lora.safetensors", "tokenizer.json", "trainer_state.json",
            ])
        #expect(try folder.tree("b") == tree)
        #expect(try folder.tree("other") != tree)
        for (left, right) in zip(first.parameters + first.teacher, second.parameters + second.teacher) {
            #expect(try left.hostValues() == right.hostValues(), "\(left.path)")
        }
        #expect(second.optimiser.states.mapValues(\.step) == first.optimiser.states.mapValues(\.step))
    }

    @Test func everythingSavedIsRead() throws {
        let run = try CheckpointRun(seed: 3)
        try run.checkpoint.write(to: folder.file("a/b/"))
        let saved = try CheckpointFolder(folder.file("a/b"))
        #expect(saved.versions == ["kernels": run.workspace.kernels.name])
        #expect(try saved.trainerState()["best"] == .number(0.1))
        #expect(try saved.config()["rms_norm_eps"] == .number(1e-5))
        #expect(try saved.componentNames() == ["teacher"] && saved.stateNames() == ["lora"])
        #expect(try saved.state("lora").tensors.tensor("ranks").integers() == [1, -2, 1 << 40])
        #expect(try saved.state("lora").values["round"] == .integer(7))
        #expect(try saved.tensors().files[0].metadata == ["format": "pt"])
        #expect(
            try saved.tensors().tensor("model.router.counts").doubles() == run.buffer.hostValues())
        let optimizer = try #require(try saved.optimizer())
        #expect(try optimizer.tensor("model.norm.weight.step").integers() == [4])
        #expect(optimizer.entries.count == 9)
        #expect(
            throws: CheckpointError.noSuchPart(
                path: folder.file("a/b"), kind: "component", name: "teachers", known: ["teacher"])
        ) { try saved.component("teachers") }
        #expect(
            throws: CheckpointError.noSuchPart(path: folder.file("a/b"), kind: "state", name: "x", known: ["lora"])
        ) { try saved.state("x") }
    }

    @Test func foldersOfOtherProgramsAreRead() throws {
        try SafetensorsFile.write(
            [SafetensorsItem(name: "a", shape: [1], integers: [3])], to: folder.file("model.safetensors"))
        try folder.write(#"{"eps": 1.0E-5}"#, to: "config.json")
        let foreign = try CheckpointFolder(folder.path)
        #expect(try foreign.config()["eps"] == .spelled("1.0E-5"))
        #expect(try foreign.tensors().tensor("a").integers() == [3])
        #expect(try foreign.optimizer() == nil)
        #expect(try foreign.componentNames() == [] && foreign.stateNames() == [])
        #expect(throws: CheckpointError.self) { try foreign.trainerState() }
        try folder.write("{", to: "config.json")
        #expect(
            throws: CheckpointError.config(
                .notJSON(source: folder.file("config.json"), error: .unexpectedEnd(byteOffset: 1)))
        ) { try foreign.config() }
    }

    @Test func whatJSONCannotHoldIsRefusedBeforeAnythingIsWritten() throws {
        let path = folder.file("a")
        var checkpoint = try CheckpointRun(seed: 1).checkpoint
        checkpoint.trainerState = .object(["losses": .array([.number(1), .number(.nan)])])
        #expect(
            throws: CheckpointError.badValue(
                file: "trainer_state.json", keyPath: "losses[1]", reason: "nan is no number that JSON can hold")
        ) { try checkpoint.write(to: path) }
        checkpoint.trainerState = .array([])
        #expect(
            throws: CheckpointError.badValue(
                file: "trainer_state.json", keyPath: "", reason: "expected an object, got an array")
        ) { try checkpoint.write(to: path) }
        #expect(folder.names == [])
    }

    @Test(arguments: ["", ".", "..", "a/b", "-x", "x.partial", "é", "a b"])
    func namesThatAreNoFilesAreRefused(name: String) throws {
        let path = folder.file("out")
        let run = try CheckpointRun(seed: 1)
        var checkpoint = run.checkpoint
        checkpoint.components[name] = Checkpoint.Model(config: nil, tensors: [])
        #expect(throws: CheckpointError.badName(kind: "component", name: name)) { try checkpoint.write(to: path) }
        checkpoint = run.checkpoint
        checkpoint.states[name] = Checkpoint.State()
        #expect(throws: CheckpointError.badName(kind: "state", name: name)) { try checkpoint.write(to: path) }
        for file in [name, "config.json", "checkpoint.json", "model.safetensors.index.json", "state"] {
            checkpoint = run.checkpoint
            checkpoint.model.files[file] = []
            #expect(throws: CheckpointError.badName(kind: "file", name: file)) { try checkpoint.write(to: path) }
        }
        #expect(folder.names == [])
    }

    @Test func tornCopiesAreRefusedWithAllThatIsTorn() throws {
        try CheckpointRun(seed: 1).checkpoint.write(to: folder.file("a"))
        try folder.write("{}", to: "a/trainer_state.json")
        try FileManager.default.removeItem(atPath: folder.file("a/state/lora.json"))
        do {
            _ = try CheckpointFolder(folder.file("a"))
            Issue.record("a torn copy was opened")
        } catch {
            guard case .incomplete(_, let problems) = error else { throw error }
            #expect(problems.count == 2)
            #expect("\(error)".contains("trainer_state.json has 2 bytes") && "\(error)".contains("state/lora.json"))
        }
    }
}
