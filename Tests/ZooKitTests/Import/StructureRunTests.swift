import Foundations
import Layers
import Patches
import Tensors
import TestSupport
import Testing
import ZooKit

/// A pretraining that begins with a folder of structures resumes with them.
@Suite struct StructureRunTests {
    private func values(_ model: LanguageModel) throws -> [String: [Double]] {
        var values: [String: [Double]] = [:]
        for parameter in model.parameters { values[parameter.path] = try parameter.hostValues() }
        return values
    }

    @Test func aRunInPiecesIsTheRunInOnePiece() throws {
        let (data, workspace) = (try TrainingData(), try KernelChoice.single.workspace())
        let folder = data.folder
        let model = try LanguageModel(data.config(), seed: 1, workspace: workspace)
        let builder = ParameterBuilder(workspace: workspace, seed: 2)
        try model.install(SidePath.self, .init(path: "model.layers.0.self_attn.q_proj", rank: 2), builder: builder)
        try model.install(
            SharedHeads.self, .init(layer: 0, keyHead: [0, 0], valueHead: [0, 1], inner: 40), builder: builder)
        try model.install(SecondVisit.self, .init(block: 0), builder: builder)
        try ModelFolder.write(model, kind: .pretraining, to: folder.file("initial"), workspace: workspace)
        let initial = try ModelFolder.open(folder.file("initial"), StructuredMethod.catalogue)
        var settings = PretrainSettings()
        (settings.mix, settings.length, settings.batch, settings.steps) = ("1:0:0", 64, 2, 4)
        (settings.warmUp, settings.learningRate, settings.evalEvery) = (1, 3e-3, 0)
        func run(_ name: String, resumes: Bool = false, stopAfter: Int? = nil) throws -> [String: [Double]] {
            var config = initial.config
            config.architectures = nil
            var parts = PretrainProgram.Parts(config: config, data: [.text: data.data], options: try data.options())
            parts.initial = initial
            let run = try PretrainRun(
                settings, parts, folder: folder.file(name), resumes: resumes, workspace: workspace)
            var steps = 0
            _ = try run.run(shouldStop: { steps == stopAfter }) { if case .stepped = $0 { steps += 1 } }
            return try values(run.program.model)
        }
        let whole = try run("whole")
        #expect(try whole != values(model) && whole["model.schedule.gate.weight"] != nil)
        _ = try run("pieces", stopAfter: 2)
        #expect(try run("pieces", resumes: true) == whole)
        // The run's folder opens as its newest checkpoint, structures included.
        let opened = try ModelFolder.open(folder.file("pieces"), StructuredMethod.catalogue)
        #expect(opened.kind == .pretraining && opened.structures.map(\.name) == model.structures.map(\.name))
        #expect(try values(ModelFolder.load(opened, workspace: workspace).model) == whole)
    }
}
