public import Foundations
import Layers
public import Tensors

extension ModelFolder {
    /// Writes a model as a folder that `transformers` loads: `config.json`, `model.safetensors`, and `files` as they are (a
    /// tokenizer's, for instance). The folder appears whole or not at all.
    ///
    /// Numbers are rounded to `type`; without one they keep the type they have. Throws: `CheckpointError`, also for a number that
    /// F16 does not hold.
    public static func write(
        _ model: LanguageModel, files: [String: [UInt8]] = [:], to path: String, type: SafetensorsType? = nil,
        workspace: Workspace
    ) throws {
        let items = model.parameters.map { parameter in
            SafetensorsItem(parameter, as: type, in: workspace)
        }
        try write(model.base.config, heads: model.heads, items, files: files, to: path)
    }

    /// Writes the tensors of `items` as a folder.
    static func write(
        _ config: DecoderConfig, heads: LanguageModel.Heads, _ items: [SafetensorsItem], files: [String: [UInt8]],
        to path: String
    ) throws {
        let type = items.map(\.type).max { $0.byteCount < $1.byteCount }
        let stored = try ModelFiles.config(config, heads: heads, type: type)
        try Checkpoint(model: .init(config: stored, tensors: items, files: files)).write(to: path)
    }

    /// Copies a folder or a GGUF file to a new folder, tensor by tensor, under the names and the configuration that are written
    /// here; its tokenizer and its settings of generation come along. Gives the warnings of what was passed over.
    ///
    /// Without `type` a folder's tensors keep theirs and a GGUF file's become F32. Throws: what reading and writing throw.
    public static func convert(
        _ source: String, to path: String, type: SafetensorsType? = nil, withTokenizer: Bool = true,
        workspace: Workspace
    ) throws -> [String] {
        guard Folder.isFolder(source) else {
            let model = try GGUFModel(path: source, workspace: workspace)
            let files = withTokenizer ? try model.tokenizerFiles() : [:]
            try write(model.config, heads: .init(token: true), model.items(type ?? .float32), files: files, to: path)
            return model.warnings
        }
        let folder = try open(source)
        _ = try folder.checkedShapes()
        let shapes = try ModelShape.tensors(of: folder.config, heads: folder.heads, in: workspace)
        var items: [SafetensorsItem] = []
        let targets = shapes.sorted { $0.key < $1.key }.map { name, shape in
            TensorTarget(name: name, shape: shape, types: [.float32, .bfloat16, .float16, .float64]) { tensor in
                items.append(SafetensorsItem(tensor, name: name, as: type))
                return true
            }
        }
        try TensorLoader(rules: folder.rules).load(folder.tensors, into: targets)
        var files = withTokenizer ? try ModelFiles.beside(folder.path) : [:]
        if files["generation_config.json"] == nil {
            files["generation_config.json"] = ModelFiles.generation(folder.config, ends: folder.ends)
        }
        try write(folder.config, heads: folder.heads, items, files: files, to: path)
        return folder.warnings
    }
}

/// Files of a model beside its tensors.
enum ModelFiles {
    /// What is copied as it is.
    private static let copied = [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
        "vocab.txt", "vocab.json", "merges.txt", "chat_template.jinja", "generation_config.json",
    ]

    static func beside(_ folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in copied where Folder.hasItem("\(folder)/\(name)") {
            files[name] = try CheckpointJSON.bytes(of: "\(folder)/\(name)")
        }
        return files
    }

    /// `config.json` with what `transformers` wants to know besides: the class, the type, how many classes.
    static func config(
        _ config: DecoderConfig, heads: LanguageModel.Heads, type: SafetensorsType?
    ) throws(ConfigError) -> JSONValue {
        var value = try StrictJSON.encodedValue(config)
        guard case .object(var fields) = value else { return value }
        if config.architectures == nil {
            let family = config.modelType == .llama ? "Llama" : "ErniePixel"
            let kind =
                heads.token || heads.patch ? "ForCausalLM" : heads.labels != nil ? "ForSequenceClassification" : "Model"
            fields["architectures"] = .array([.string(family + kind)])
        }
        // Where these are absent transformers takes those of Llama 2.
        for (key, id) in [("bos_token_id", config.begin), ("eos_token_id", config.end)] where id == nil {
            fields[key] = .null
        }
        let names: [SafetensorsType: String] = [.float32: "float32", .float16: "float16", .bfloat16: "bfloat16"]
        fields["torch_dtype"] = .string(type.flatMap { names[$0] } ?? "float32")
        if let labels = heads.labels { fields["num_labels"] = .integer(labels) }
        value = .object(fields)
        return value
    }

    /// `generation_config.json`.
    static func generation(_ config: DecoderConfig, ends: [Int]) -> [UInt8] {
        var fields: [String: JSONValue] = [:]
        for (key, id) in [("bos_token_id", config.begin), ("pad_token_id", config.pad)] {
            if let id { fields[key] = .integer(id) }
        }
        if let first = ends.first {
            fields["eos_token_id"] = ends.count == 1 ? .integer(first) : .array(ends.map { .integer($0) })
        }
        return JSONValue.object(fields).encoded(pretty: true)
    }
}

extension LanguageModel {
    /// The heads that it has.
    public var heads: Heads {
        Heads(
            token: tokenHead != nil, patch: patchHead != nil, labels: score?.outputs, scalar: scalar != nil)
    }
}

extension SafetensorsItem {
    /// The values of a parameter under its path, in the type that it keeps them in or rounded to another.
    init(_ parameter: Parameter, as type: SafetensorsType?, in workspace: Workspace) {
        guard let type, type.rawValue != parameter.type.rawValue else {
            self.init(parameter, in: workspace)
            return
        }
        self.init(name: parameter.path, type: type, shape: parameter.shape) { sink in
            for start in stride(from: 0, to: parameter.count, by: StoredNumbers.pieceCount) {
                let piece = start..<min(parameter.count, start + StoredNumbers.pieceCount)
                let numbers = parameter.hostFloats(piece, in: workspace)
                try StoredNumbers.append(numbers, as: type, to: sink, tensor: parameter.path)
            }
        }
    }
}

extension Parameter {
    /// Some of its numbers on the host, in single precision.
    fileprivate func hostFloats(_ range: Range<Int>, in workspace: Workspace) -> [Float] {
        let source = tensor.operand.advanced(by: range.lowerBound)
        func read<Number>(_ zero: Number) -> [Number] {
            var numbers = [Number](repeating: zero, count: range.count)
            unsafe numbers.withUnsafeMutableBytes { unsafe workspace.kernels.read(source, into: $0) }
            return numbers
        }
        switch type {
        case .float64: return read(0.0).map { Float($0) }
        case .bfloat16: return read(UInt16(0)).map { Float(bitPattern: UInt32($0) << 16) }
        default: return read(Float(0))
        }
    }
}
