public import Foundations
import Layers
public import Tensors

/// A model in a GGUF file, as llama.cpp writes them: its shape out of the metadata, its tensors under Hugging Face's names.
///
/// Queries and keys stand in GGUF files with the two halves of each head interleaved; they are put back. Source:
/// `convert_hf_to_gguf.py` of llama.cpp, `LlamaModel.permute`.
public struct GGUFModel {
    /// The file.
    public let file: GGUFFile
    /// The model's configuration.
    public let config: DecoderConfig
    /// Keys that were passed over though somebody might miss them, a line each.
    public let warnings: [String]
    /// By Hugging Face's name.
    private let tensors: [String: GGUFTensor]

    /// Opens a file and checks that it holds all that its shape asks for, and nothing else; `workspace` is where a model of
    /// that shape would live, and keeps nothing.
    ///
    /// Tensors are known by llama.cpp's names alone, each of which is that of one tensor of the model: under another name nobody
    /// says how the heads stand. Throws: `GGUFError`, `ConfigError`, `CheckpointError.tensors` with everything that does not fit.
    public init(path: String, workspace: Workspace) throws {
        file = try GGUFFile(path: path)
        var reader = GGUFConfig(file: file)
        config = try reader.read()
        warnings = reader.warnings
        var tensors: [String: GGUFTensor] = [:]
        var problems: [TensorProblem] = []
        var stored: [String: [Int]] = [:]
        for tensor in file.tensors {
            if let name = GGUFNames.name(of: tensor.name) { stored[name] = tensor.shape }
        }
        try ModelShape.check(config, .init(token: true), path: path, stored: stored)
        let shapes = try ModelShape.tensors(of: config, in: workspace)
        for tensor in file.tensors where tensor.name != GGUFConfig.frequencies {
            guard let name = GGUFNames.name(of: tensor.name), let shape = shapes[name] else {
                let name = GGUFNames.name(of: tensor.name) ?? tensor.name
                problems.append(.unexpected(name: name, stored: tensor.name, shape: tensor.shape))
                continue
            }
            if shape != tensor.shape { problems.append(.shape(name: name, expected: shape, got: tensor.shape)) }
            guard tensor.isRead else {
                throw GGUFError.unreadType(path: path, name: tensor.name, got: tensor.type)
            }
            tensors[name] = tensor
        }
        for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) where tensors[name] == nil {
            problems.append(.missing(name: name, shape: shape))
        }
        guard problems.isEmpty else { throw CheckpointError.tensors(path: path, problems: problems) }
        self.tensors = tensors
    }

    /// The tensors to write, in `type`; they are read and converted when their turn comes.
    public func items(_ type: SafetensorsType) -> [SafetensorsItem] {
        tensors.map { name, tensor in
            let width = GGUFNames.isInterleaved(name) ? config.headWidth : nil
            return SafetensorsItem(name: name, type: type, shape: tensor.shape) { sink in
                try Self.write(tensor, headWidth: width, as: type, name: name, to: sink)
                tensor.file.mapped.discard(tensor.bytes)
            }
        }
    }

    /// Converts whole rows at a time, with `headWidth` those of a head, whose halves are put apart.
    private static func write(
        _ tensor: GGUFTensor, headWidth: Int?, as type: SafetensorsType, name: String, to sink: SafetensorsSink
    ) throws {
        if let headWidth, tensor.shape.count == 1 {
            // A bias: its numbers are the rows.
            let numbers = try tensor.floats()
            let heads = stride(from: 0, to: numbers.count, by: headWidth).map { start in
                halved(Array(numbers[start..<start + headWidth]), rows: headWidth)
            }
            return try StoredNumbers.append(heads.flatMap { $0 }, as: type, to: sink, tensor: name)
        }
        let step = headWidth ?? max(1, StoredNumbers.pieceCount / max(1, tensor.columns))
        for start in stride(from: 0, to: tensor.rows, by: step) {
            let rows = start..<min(tensor.rows, start + step)
            var numbers = try tensor.floats(rows: rows)
            if headWidth != nil { numbers = halved(numbers, rows: rows.count) }
            try StoredNumbers.append(numbers, as: type, to: sink, tensor: name)
        }
    }

    /// Rows 0, 2, 4 and so on, then rows 1, 3, 5 and so on.
    private static func halved(_ numbers: [Float], rows: Int) -> [Float] {
        let columns = numbers.count / max(1, rows)
        var result: [Float] = []
        result.reserveCapacity(numbers.count)
        for first in 0..<2 {
            for row in stride(from: first, to: rows, by: 2) {
                result += numbers[row * columns..<(row + 1) * columns]
            }
        }
        return result
    }
}

/// Names of tensors in GGUF files.
enum GGUFNames {
    private static let whole = [
        "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
        "output.weight": "lm_head.weight",
    ]
    private static let inBlock = [
        "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    ]

    /// Hugging Face's name; nil where there is none.
    static func name(of stored: String) -> String? {
        if let name = whole[stored] { return name }
        let parts = stored.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "blk", let part = inBlock[String(parts[2])] else { return nil }
        return "model.layers.\(parts[1]).\(part).\(parts[3])"
    }

    /// True if a tensor's heads stand with their halves interleaved.
    static func isInterleaved(_ name: String) -> Bool { name.contains(".q_proj.") || name.contains(".k_proj.") }
}
