import Foundation
import Foundations
import Layers
import ReferenceKernels
import Tensors
import TestSupport
import ZooKit

/// A small run to save and to load into: parameters, an optimiser, a component, a method's state.
struct CheckpointRun {
    let workspace: Workspace
    let parameters: [Parameter]
    let teacher: [Parameter]
    let optimiser: AdamW
    /// Never trained.
    let buffer: Parameter

    /// A run with values drawn from `seed`.
    init(seed: UInt64) throws {
        workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let builder = ParameterBuilder(workspace: workspace, seed: seed)
        parameters = [
            try builder.parameter("model.embed_tokens.weight", [5, 3], .normal(deviation: 1)),
            try builder.parameter("model.norm.weight", [3], .uniform(bound: 2)),
            try builder.parameter("model.scale", [], .uniform(bound: 2)),
            try builder.parameter("model.none", [0, 3], .constant(0)),
        ]
        teacher = [try builder.parameter("teacher.weight", [2, 2], .normal(deviation: 1))]
        buffer = try builder.parameter("model.router.counts", [4], .uniform(bound: 9))
        buffer.isTrainable = false
        optimiser = AdamW(workspace: workspace)
        for (index, parameter) in parameters.dropLast().enumerated() {
            let numbers = (0..<parameter.count).map { Double($0) / 3 + Double(seed) }
            let first = try workspace.numbers(numbers, parameter.shape)
            try optimiser.set(parameter.path, first: first, second: first, step: index + Int(seed))
        }
    }

    /// What it saves.
    var checkpoint: Checkpoint {
        func items(_ parameters: [Parameter]) -> [SafetensorsItem] {
            parameters.map { SafetensorsItem($0, in: workspace) }
        }
        return Checkpoint(
            model: Checkpoint.Model(
                config: .object(["hidden_size": .integer(3), "rms_norm_eps": .number(1e-5)]),
                tensors: items(parameters + [buffer]), optimizer: optimiser.items(in: workspace),
                files: ["tokenizer.json": Array("{}".utf8)]),
            components: ["teacher": Checkpoint.Model(config: .object([:]), tensors: items(teacher))],
            states: [
                "lora": Checkpoint.State(
                    tensors: [SafetensorsItem(name: "ranks", shape: [3], integers: [1, -2, 1 << 40])],
                    values: .object(["round": .integer(7)]))
            ],
            trainerState: .object(["step": .integer(12), "best": .number(0.1), "seed": .string("é")]),
            versions: ["kernels": workspace.kernels.name])
    }

    /// Takes everything from a folder, and what is no tensor as it stands there.
    func load(_ folder: CheckpointFolder) throws -> Checkpoint {
        let loader = TensorLoader()
        try loader.load(try folder.tensors(), into: (parameters + [buffer]).map { TensorTarget($0) })
        if let file = try folder.optimizer() { try optimiser.load(file, for: parameters, in: workspace) }
        let component = try folder.component("teacher")
        try loader.load(try component.tensors(), into: teacher.map { TensorTarget($0) })
        let state = try folder.state("lora")
        var result = checkpoint
        result.model.config = try folder.config()
        result.components["teacher"]?.config = try component.config()
        result.states["lora"] = Checkpoint.State(
            tensors: state.tensors.tensors.map { SafetensorsItem($0) }, values: state.values)
        result.trainerState = try folder.trainerState()
        return result
    }
}

extension TemporaryFolder {
    /// All files below a folder, with their bytes.
    func tree(_ name: String) throws -> [String: [UInt8]] {
        let files = try Folder.contents(of: file(name)).files
        return Dictionary(uniqueKeysWithValues: try files.map { ($0, try read("\(name)/\($0)")) })
    }

    /// What stands in the folder itself.
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}
