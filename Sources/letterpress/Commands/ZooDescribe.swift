import ArgumentParser
import Foundations
import Layers
import Tensors
import ZooKit

/// `letterpress zoo describe`
struct ZooDescribe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Parameters, operations, cache and optimiser bytes of a model, by part.",
        discussion: """
            Operations count two for a multiplication and an addition; matrix products and causal attention at half of the \
            length count, norms, activations and softmax do not. A training step costs three times the forward pass.

            EXAMPLES
              letterpress zoo describe pixelgpt/tiny
              letterpress zoo describe models/dualgpt/official.json --length 512 --json
            """)

    @Argument(
        help: ArgumentHelp("A preset, a JSON file of a shape, or a model's folder.", valueName: "model"),
        completion: Completions.models)
    var model: String
    @Option(help: "Rows of a sequence (the model's positions).") var length: Int?
    @Option(help: ArgumentHelp("Folder with models/ (found).", valueName: "folder"), completion: .directory) var root:
        String?
    @OptionGroup(title: "Reports") var report: ReportFlags

    func run() throws {
        let workspace = try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32)
        let foreign = try ModelFolder.place(of: model).map { folder in
            try ForeignConfig(CheckpointFolder(folder).config(), source: "\(folder)/config.json")
        }
        let config = try foreign?.config ?? ModelPresets.config(model, in: try Installation(root: root).models())
        let length = length ?? config.positions
        guard length > 0, length <= config.positions else {
            throw ValidationError("--length \(length) is not in 1...\(config.positions)")
        }
        let description =
            foreign?.structures.isEmpty ?? true
            ? try ModelDescription(config, length: length, workspace: workspace)
            : ModelDescription(try ModelFolder.named(model).emptyModel(workspace), length: length)
        if report.json {
            try Console.result(try StrictJSON.encodedValue(description))
        } else {
            for line in description.table { try Console.result(line) }
        }
    }
}
