import ArgumentParser
import Foundation
import Foundations
import Tensors
import Zoo
import ZooKit

/// `letterpress convert`: a model as a folder that this program and `transformers` load.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn a GGUF file or a model's folder into a folder of safetensors.",
        discussion: """
            SOURCE is a GGUF file of the Llama family (numbers of F32, F16, BF16, Q8_0, Q4_0 and Q4_1), or a folder with \
            config.json and model.safetensors or its shards. The new folder holds config.json, model.safetensors in one \
            piece, the tokenizer, and all that says how the model reads; it appears whole or not at all.

            EXAMPLES
              letterpress convert SmolLM2-135M-Instruct.Q4_1.gguf --to smollm2
              letterpress convert Llama-3.2-1B --to llama --type bf16
            """)

    @Argument(help: ArgumentHelp("A GGUF file, or a model's folder.", valueName: "source")) var source: String
    @Option(help: ArgumentHelp("The new folder.", valueName: "folder"), completion: .directory) var to: String
    @Option(
        help: ArgumentHelp(
            "Numbers of 32 or 16 bits: f32, f16, bf16 (a folder's own; of GGUF f32).",
            valueName: "type"))
    var type: NumberType?
    @Flag(help: "Leave the tokenizer out.") var withoutTokenizer = false

    /// How numbers are written.
    enum NumberType: String, ExpressibleByArgument, CaseIterable {
        case f32, f16, bf16

        var stored: SafetensorsType {
            switch self {
            case .f32: .float32
            case .f16: .float16
            case .bf16: .bfloat16
            }
        }
    }

    func run() throws {
        let warnings = try ModelFolder.convert(
            source, Catalogue.all, to: to, type: type?.stored, withTokenizer: !withoutTokenizer,
            workspace: Workspace(kernels: CPUKernels(threads: 1), precision: .fp32))
        for warning in warnings { Console.warning(warning) }
        Console.note("wrote \(to)")
    }
}
