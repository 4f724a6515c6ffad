import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// Folders that `transformers` wrote (`Tests/Peers/transformers_folders.py`) give what it computed from them.
@Suite struct TransformersFolderTests {
    private static let names = [
        "tied", "biases", "linear", "llama3", "mistral", "bfloat16", "float16", "base", "classifier",
    ]

    private func path(_ name: String) -> String { FixturePage.path("folders/\(name)") }

    @Test(arguments: names, KernelChoice.exact)
    func theModelGivesWhatTransformersGave(_ name: String, _ choice: KernelChoice) throws {
        let workspace = try choice.workspace()
        let (model, report, warnings) = try ModelFolder.load(path(name), workspace: workspace)
        #expect(warnings == [] && report.lacking == [] && report.ignored == [])
        let distance = try Self.distance(model, path(name), workspace)
        // transformers takes norms and rotary tables in single precision, also where all else is double.
        #expect(distance < 2e-5, "\(name): \(distance)")
    }

    @Test(arguments: ["tied", "bfloat16", "float16"])
    func aModelThatIsTrainedGivesTheSame(_ name: String) throws {
        let workspace = try KernelChoice.single.workspace()
        let (model, report, _) = try ModelFolder.load(path(name), workspace: workspace, trainable: true)
        #expect(report.mapped == [])
        #expect(model.parameters.allSatisfy { $0.isTrainable && $0.type == .float32 })
        #expect(try Self.distance(model, path(name), workspace) < 2e-5)
    }

    /// Folders that the package of clients/python wrote (`Tests/Peers/python_folders.py`).
    @Test(arguments: ["pixels", "gray"], KernelChoice.exact)
    func aModelOfPatchesGivesWhatThePythonPackageGave(_ name: String, _ choice: KernelChoice) throws {
        let workspace = try choice.workspace()
        let (model, report, warnings) = try ModelFolder.load(path(name), workspace: workspace)
        #expect(warnings == [] && report.lacking == [] && report.ignored == [])
        let expected = try SafetensorsFile(path: "\(path(name))/expected.safetensors")
        let config = model.base.config
        let seen = try expected.tensor("seen").integers().map { Int($0) }
        let bytes = try expected.tensor("pixels").integers().map { UInt8($0) }
        let pixels = [Array(bytes[..<(bytes.count / 2)]), Array(bytes[(bytes.count / 2)...])]
        let ids = try expected.tensor("ids").integers().map { Int32($0) }
        let texts = [Array(ids[..<(ids.count / 2)]), Array(ids[(ids.count / 2)...])]
        let (size, length) = (256 * config.channels, pixels[0].count / (256 * config.channels))
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        if let scores = expected["scores"] {
            let input = try ModelInput.images(pixels, seen: seen, patchBytes: size, workspace: workspace)
            let hidden = try model.hidden(input, context)
            let got = try model.classLogits(hidden, rows: PooledRows(model.poolingPlaces(input).map { [$0] }), context)
            #expect(OracleRun.distance(try workspace.values(got), try scores.doubles()) < 2e-5)
            return
        }
        let input = try ModelInput.pairs(
            pixels, seen: seen, patchBytes: size, texts, vocabulary: config.vocabulary, textPosition: length,
            workspace: workspace)
        let hidden = try model.hidden(input, context)
        let rows = length + texts[0].count
        func picked(_ range: Range<Int>) throws -> Tensor {
            let places = (0..<2).flatMap { b in range.map { Int32(b * rows + $0) } }
            return try context.tape.gatherRows(hidden, indices: workspace.indices(places))
        }
        let logits = try model.tokenLogits(picked(length..<rows), context)
        #expect(OracleRun.distance(try workspace.values(logits), try expected.tensor("logits").doubles()) < 2e-5)
        let head = try #require(model.patchHead)
        var patches = try workspace.values(head(picked(0..<length), context))
        for (b, count) in seen.enumerated() {
            for place in (b * length + count) * size..<(b + 1) * length * size { patches[place] = 0 }
        }
        #expect(OracleRun.distance(patches, try expected.tensor("patches").doubles()) < 2e-5)
    }

    /// The largest difference from what is expected over the largest value.
    static func distance(_ model: LanguageModel, _ folder: String, _ workspace: Workspace) throws -> Double {
        let expected = try SafetensorsFile(path: "\(folder)/expected.safetensors")
        let all = try expected.tensor("ids").integers().map { Int32($0) }
        let ids = [Array(all[..<(all.count / 2)]), Array(all[(all.count / 2)...])]
        let input = try ModelInput.text(ids, vocabulary: 61, workspace: workspace)
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let hidden = try model.hidden(input, context)
        let got: Tensor
        let wanted: SafetensorsTensor
        if let logits = expected["logits"] {
            (got, wanted) = (try model.tokenLogits(hidden, context), logits)
        } else if let scores = expected["scores"] {
            got = try model.classLogits(hidden, rows: PooledRows(model.poolingPlaces(input).map { [$0] }), context)
            wanted = scores
        } else {
            (got, wanted) = (hidden, try expected.tensor("hidden"))
        }
        return OracleRun.distance(try workspace.values(got), try wanted.doubles())
    }
}
