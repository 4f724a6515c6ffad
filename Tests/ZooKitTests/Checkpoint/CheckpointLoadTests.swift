import Foundation
import Foundations
import Layers
import ReferenceKernels
import Tensors
import TestSupport
import Testing
import ZooKit

@Suite struct CheckpointLoadTests {
    private let folder: TemporaryFolder
    private let kernels = ReferenceKernels()
    private let workspace: Workspace

    init() throws {
        folder = try TemporaryFolder()
        workspace = try Workspace(kernels: kernels, precision: .fp64)
    }

    private func parameter(_ path: String, _ shape: [Int], isTrainable: Bool = true) throws -> Parameter {
        try Parameter(path: path, shape: shape, workspace: workspace, isTrainable: isTrainable)
    }

    private func item(_ name: String, _ shape: [Int], _ numbers: [Float]) -> SafetensorsItem {
        SafetensorsItem(name: name, type: .float32, shape: shape) { sink in try sink.append(numbers.span.bytes) }
    }

    private func file(_ items: [SafetensorsItem]) throws -> SafetensorsFolder {
        try SafetensorsFile.write(items, to: folder.file("model.safetensors"))
        return try SafetensorsFolder(folder: folder.path)
    }

    @Test func allThatDoesNotFitIsReportedAtOnceAndNothingIsWritten() throws {
        let stored = try file([
            item("a.weight", [2], [1, 2]), item("b.weight", [1, 2], [1, 2]), item("x.weight", [1], [1]),
            SafetensorsItem(name: "c.weight", shape: [1], integers: [1]), item("d.old", [1], [1]),
            item("d.older", [1], [1]), item("y.old", [1], [1]),
        ])
        let parameters = [
            try parameter("a.weight", [2]), try parameter("b.weight", [2, 1]), try parameter("c.weight", [1]),
            try parameter("d.new", [1]), try parameter("e.weight", [3]), try parameter("f.weight", []),
        ]
        let rules = TensorNameRules.renaming(["d.old": "d.new", "d.older": "d.new", "y.old": "y.new"])
        #expect(
            throws: CheckpointError.tensors(
                path: stored.path,
                problems: [
                    .shape(name: "b.weight", expected: [2, 1], got: [1, 2]),
                    .type(name: "c.weight", expected: [.float32, .bfloat16, .float16, .float64], got: .int64),
                    .several(name: "d.new", stored: ["d.old", "d.older"]), .missing(name: "e.weight", shape: [3]),
                    .missing(name: "f.weight", shape: []),
                    .unexpected(name: "x.weight", stored: "x.weight", shape: [1]),
                    .unexpected(name: "y.new", stored: "y.old", shape: [1]),
                ])
        ) { try TensorLoader(rules: rules).load(stored, into: parameters.map { TensorTarget($0) }) }
        #expect(try parameters[0].hostValues() == [0, 0])
    }

    @Test func whatMayLackOrBeIgnoredIsReported() throws {
        let stored = try file([
            item("lm_head.weight", [1], [5]), item("model.layers.0.rotary_emb.inv_freq", [1], [1]),
            item("extra", [1], [1]),
        ])
        let parameters = [try parameter("lm_token_head.weight", [1]), try parameter("lm_pixel_head.weight", [1])]
        let loader = TensorLoader(
            rules: .dropping(suffixes: ["rotary_emb.inv_freq"])
                .then(.renaming(["lm_head.weight": "lm_token_head.weight"])),
            mayLack: { $0.hasPrefix("lm_pixel_head.") }, mayIgnore: { $0 == "extra" })
        let report = try loader.load(stored, into: parameters.map { TensorTarget($0) })
        #expect(report.copied == ["lm_token_head.weight"] && report.mapped == [])
        #expect(report.lacking == ["lm_pixel_head.weight"])
        #expect(report.ignored.sorted() == ["extra", "model.layers.0.rotary_emb.inv_freq"])
        #expect(try parameters[0].hostValues() == [5])
    }

    @Test func everyTypeIsConverted() throws {
        func raw(_ name: String, _ type: SafetensorsType, _ bytes: [UInt8]) -> SafetensorsItem {
            SafetensorsItem(name: name, type: type, shape: [2]) { sink in try sink.append(bytes.span.bytes) }
        }
        let stored = try file([
            raw("f16", .float16, [0x00, 0x3E, 0x01, 0x00]), raw("bf16", .bfloat16, [0xC0, 0x3F, 0x00, 0xC0]),
            item("f32", [2], [0.1, -2]), raw("f64", .float64, [Double(0.1), -2].flatMap(littleEndian)),
        ])
        let expected = [
            "f16": [1.5, 0x1p-24], "bf16": [1.5, -2], "f32": [Double(Float(0.1)), -2], "f64": [0.1, -2],
        ]
        for isTrainable in [true, false] {
            let parameters = try expected.keys.map { try parameter($0, [2], isTrainable: isTrainable) }
            let report = try TensorLoader().load(stored, into: parameters.map { TensorTarget($0) })
            #expect(report.mapped.sorted() == (isTrainable ? [] : ["bf16", "f32", "f64"]))
            for parameter in parameters { #expect(try parameter.hostValues() == expected[parameter.path]) }
        }
        let narrow = try parameter("f64", [2], isTrainable: false)
        try narrow.keep(only: .bfloat16)
        try narrow.load(item: raw("f64", .float16, [0x00, 0x3C, 0x01, 0x3C]), in: folder)
        #expect(try narrow.hostValues() == [1, 1])
        #expect(narrow.type == .bfloat16)
    }

    private func littleEndian(_ number: Double) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> ($0 * 8)) }
    }

    @Test func frozenParametersAreReadInTheFileWithoutACopy() throws {
        let stored = try file([item("a", [1000, 10], [Float](repeating: 2.5, count: 10_000))])
        let frozen = try parameter("a", [1000, 10], isTrainable: false)
        let allocations = kernels.counters.allocations
        try TensorLoader().load(stored, into: [TensorTarget(frozen)])
        #expect(kernels.counters.allocations == allocations)
        let tensor = try stored.tensor("a")
        #expect(tensor.withBytes { $0.baseAddress } == UnsafeRawPointer(frozen.tensor.operand.buffer.address))
        #expect(frozen.type == .float32)
        #expect(try frozen.hostValues() == [Double](repeating: 2.5, count: 10_000))
        // A write makes them the parameter's own; the file stays as it is.
        try frozen.set([Double](repeating: 1, count: 10_000))
        #expect(try tensor.floats(0..<1) == [2.5])
    }

    @Test func valuesOfMoreThanOnePieceAreCopiedAndSaved() throws {
        let numbers = (0..<1_200_003).map { Float($0) }
        let parameter = try parameter("a", [1_200_003])
        try TensorLoader().load(try file([item("a", [1_200_003], numbers)]), into: [TensorTarget(parameter)])
        #expect(try parameter.hostValues() == numbers.map { Double($0) })
        try SafetensorsFile.write([SafetensorsItem(parameter, in: workspace)], to: folder.file("again"))
        #expect(try SafetensorsFile(path: folder.file("again")).tensor("a").floats() == numbers)
    }

    @Test func optimiserStatesThatDoNotFitAreReportedAtOnce() throws {
        let run = try CheckpointRun(seed: 1)
        let before = run.optimiser.states.mapValues(\.step)
        let path = folder.file("optimizer.safetensors")
        let weight = "model.embed_tokens.weight"
        try SafetensorsFile.write(
            [
                item("\(weight).first", [5, 3], [Float](repeating: 1, count: 15)), item("model.scale.first", [1], [1]),
                item("model.scale.second", [], [1]),
                SafetensorsItem(name: "model.scale.step", shape: [], integers: [1]),
                item("gone.first", [1], [1]), item("strange", [1], [1]),
            ], to: path)
        #expect(
            throws: CheckpointError.tensors(
                path: path,
                problems: [
                    .missing(name: "\(weight).second", shape: [5, 3]), .missing(name: "\(weight).step", shape: []),
                    .shape(name: "model.scale.first", expected: [], got: [1]),
                    .unexpected(name: "strange", stored: "strange", shape: [1]),
                    .noParameter(path: "gone", moments: ["first"]),
                ])
        ) { try run.optimiser.load(SafetensorsFile(path: path), for: run.parameters, in: run.workspace) }
        for step: Int64 in [-1, (1 << 53) + 1, .max] {
            try SafetensorsFile.write(
                [
                    item("model.scale.first", [], [1]), item("model.scale.second", [], [1]),
                    SafetensorsItem(name: "model.scale.step", shape: [], integers: [step]),
                ], to: path)
            #expect(
                throws: CheckpointError.badValue(
                    file: path, keyPath: "model.scale.step", reason: "\(step) is no count from 0 to 2^53")
            ) { try run.optimiser.load(SafetensorsFile(path: path), for: run.parameters, in: run.workspace) }
        }
        #expect(run.optimiser.states.mapValues(\.step) == before)
    }

    /// A unit steps more than a model has: moments of the rest are found by the unit's own parameters, and named without them.
    @Test func momentsOfParametersOutsideAModelNeedThem() throws {
        let model = try parameter("model.weight", [2])
        let outside = try parameter("lambda.weight", [3])
        let optimiser = AdamW(workspace: workspace)
        for parameter in [model, outside] {
            let ones = try workspace.full(parameter.shape, .float64, 1)
            try optimiser.set(parameter.path, first: ones, second: ones, step: 4)
        }
        let path = folder.file("optimizer.safetensors")
        try SafetensorsFile.write(optimiser.items(in: workspace), to: path)
        let file = try SafetensorsFile(path: path)
        let other = AdamW(workspace: workspace)
        let error = #expect(throws: CheckpointError.self) { try other.load(file, for: [model], in: workspace) }
        #expect(
            error
                == .tensors(
                    path: path,
                    problems: [.noParameter(path: "lambda.weight", moments: ["first", "second", "step"])]))
        #expect(
            error?.description.contains(
                "first, second, step of lambda.weight, which is none of the trained parameters; resume with") == true)
        #expect(other.states.isEmpty)
        try other.load(file, for: [model, outside], in: workspace)
        #expect(other.states.mapValues(\.step) == ["model.weight": 4, "lambda.weight": 4])
        #expect(try other.states["lambda.weight"]?.second.hostValues() == [1, 1, 1])
    }

    @Test func aLlamaWithItsHeadRenamedGivesAPixelModelEqualLogits() throws {
        let text = [
            "hidden_size": 8, "num_hidden_layers": 1, "intermediate_size": 8, "num_attention_heads": 2,
            "vocab_size": 11,
        ]
        func model(_ type: String, seed: UInt64) throws -> LanguageModel {
            var fields = text.mapValues { JSONValue.integer($0) }
            fields["model_type"] = .string(type)
            let config = try StrictJSON.decode(DecoderConfig.self, from: JSONValue.object(fields), source: type)
            return try LanguageModel(config, seed: seed, workspace: workspace)
        }
        func logits(_ model: LanguageModel) throws -> [Double] {
            let input = try ModelInput.text([[1, 2, 3, 4]], vocabulary: 11, workspace: workspace)
            let context = ForwardContext(tape: Tape(workspace, mode: .inference))
            return try workspace.values(model.tokenLogits(model.hidden(input, context), context))
        }
        let llama = try model("llama", seed: 1)
        try Checkpoint(
            model: Checkpoint.Model(config: nil, tensors: llama.parameters.map { SafetensorsItem($0, in: workspace) })
        ).write(to: folder.file("llama"))
        let pixel = try model("ernie-pixel", seed: 2)
        let expected = try logits(llama)
        #expect(try logits(pixel) != expected)
        let loader = TensorLoader(
            rules: .renaming(["lm_head.weight": "lm_token_head.weight"]),
            mayLack: { $0.hasPrefix("lm_pixel_head.") || $0.hasPrefix("model.embed_pixels.") || $0.contains("patch") })
        let report = try loader.load(
            CheckpointFolder(folder.file("llama")).tensors(), into: pixel.parameters.map { TensorTarget($0) })
        #expect(report.copied.count == llama.parameters.count && !report.lacking.isEmpty)
        #expect(try logits(pixel) == expected)
    }
}

extension Parameter {
    /// Loads what an item gives, by way of a file.
    fileprivate func load(item: SafetensorsItem, in folder: TemporaryFolder) throws {
        try SafetensorsFile.write([item], to: folder.file("item"))
        try load(try SafetensorsFile(path: folder.file("item")).tensor(item.name))
    }
}
