import Corpora
public import Foundations
import Layers
import Tensors

/// The folder of a model, opened whole: shape, structures, tensors, tokenizer, how pictures are drawn, how turns are written.
/// Ours, Hugging Face's of the Llama family, and those of pixel models with their official names are read. Tensors are mapped;
/// other files are read when they are asked for.
public struct ModelFolder {
    /// Where it is; of a run the checkpoint that was taken.
    public let path: String
    /// The model's configuration.
    public let config: DecoderConfig
    /// The class that wrote it.
    public let architecture: String
    /// The purpose of the checkpoint; nil for folders of others.
    public let kind: ModelKind?
    /// The structures that are installed before tensors are read.
    public let structures: [StructureRecord]
    /// The heads that are stored, a tied one included.
    public let heads: LanguageModel.Heads
    /// Ids that end a text, of `generation_config.json` or else of `config.json`.
    public let ends: [Int]
    /// Keys that were passed over, a line each.
    public let warnings: [String]
    /// The tensors, mapped.
    public let tensors: SafetensorsFolder
    /// The renaming of stored tensors to the model's names.
    let rules: TensorNameRules
    /// Where structures are looked up.
    let catalogue: MethodCatalogue

    /// Opens a folder, or the checkpoint of a run that ``place(of:)`` finds: reads its configuration by ``ForeignConfig`` and the
    /// headers of its tensors, none of the numbers.
    ///
    /// Throws: `CheckpointError` and `ConfigError`, with file and key; `CatalogueError` for a structure that no method of
    /// `catalogue` has.
    public static func open(_ path: String, _ catalogue: MethodCatalogue = .none) throws -> ModelFolder {
        try ModelFolder(CheckpointFolder(place(of: path) ?? path), catalogue)
    }

    private init(_ folder: CheckpointFolder, _ catalogue: MethodCatalogue) throws {
        let foreign = try ForeignConfig(try folder.config(), source: "\(folder.path)/\(CheckpointNames.config)")
        for record in foreign.structures { _ = try catalogue.structure(record.name, version: record.version) }
        path = folder.path
        config = foreign.config
        architecture = foreign.architecture
        structures = foreign.structures
        warnings = foreign.warnings
        tensors = try folder.tensors()
        rules = ForeignNames.rules(of: tensors, foreign.config)
        heads = foreign.own?.heads ?? ForeignNames.heads(of: tensors, rules, foreign.config)
        kind = foreign.own?.kind ?? LegacyFolder.kind(of: folder.path)
        ends = try Self.ends(ofGeneration: folder.path) ?? foreign.ends
        self.catalogue = catalogue
    }

    /// The folder that holds a run's model: the path itself where it has a `config.json`, else `best/`, else its newest checkpoint;
    /// nil where there is none of them. Throws `FileError`.
    public static func place(of path: String) throws(FileError) -> String? {
        if Folder.hasItem("\(path)/\(CheckpointNames.config)") { return path }
        guard Folder.isFolder(path) else { return nil }
        let best = "\(path)/best"
        if Folder.hasItem("\(best)/\(CheckpointNames.config)") { return best }
        let run = RunFolder(path)
        return try run.steps().last.map(run.checkpoint)
    }

    private static func ends(ofGeneration folder: String) throws -> [Int]? {
        let path = "\(folder)/generation_config.json"
        guard Folder.hasItem(path) else { return nil }
        let value = try CheckpointJSON.value(of: path)
        guard let ends = value["eos_token_id"], ends != .null else { return nil }
        return try ForeignConfig.ids(ends, key: "eos_token_id", source: path)
    }

    /// The tokenizer, with its files and the token that stands before texts; nil where the folder has none. Throws
    /// `TokenizerError`.
    public func tokenizer() throws -> ModelTokenizer? {
        do { return try ModelTokenizer(path) } catch TokenizerError.noTokenizer { return nil }
    }

    /// The drawing of the model's pictures, in patches of its size; nil where the folder does not say and they are of 16 pixels.
    /// Throws as ``DrawingRecord/init(folder:)``.
    public func drawing() throws -> DrawingRecord? { try DrawingRecord(folder: path, patchSize: config.patchSize) }

    /// How turns of a conversation are written, where the template in the folder is one that is known. Throws `CheckpointError`.
    public func chat() throws -> ChatFormat? {
        if Folder.hasItem("\(path)/chat_template.jinja") {
            let bytes = try CheckpointJSON.bytes(of: "\(path)/chat_template.jinja")
            return ChatFormat(template: String(decoding: bytes, as: UTF8.self))
        }
        guard Folder.hasItem("\(path)/tokenizer_config.json"),
            case .string(let template)? = try CheckpointJSON.value(of: "\(path)/tokenizer_config.json")["chat_template"]
        else { return nil }
        return ChatFormat(template: template)
    }

    /// SHA-256 hashes over the files that decide answers: the weights, and all others. O(bytes).
    public func identity() throws -> (weights: String, files: String) {
        let names = try Folder.contents(of: path).files.filter { !$0.contains("/") }
        func hash(_ wanted: [String]) throws -> String {
            var hasher = SHA256Hasher()
            for name in wanted {
                let digest = try SHA256Digest.ofFile(at: "\(path)/\(name)").hex
                hasher.update(Array("\(name)\0\(digest)\0".utf8))
            }
            return hasher.finish().hex
        }
        let others = [
            "config.json", "generation_config.json", LegacyFolder.classifier, "tokenizer.json", "tokenizer_config.json",
            "tokenizer.model", "vocab.txt", "special_tokens_map.json", "added_tokens.json", DrawingRecord.fileName,
            ModelFiles.renderer,
        ]
        return (try hash(weightNames()), try hash(others.filter(names.contains)))
    }

    /// Paths of the files of weights. Throws `FileError`.
    public func weightPaths() throws(FileError) -> [String] { try weightNames().map { "\(path)/\($0)" } }

    private func weightNames() throws(FileError) -> [String] {
        try Folder.contents(of: path).files.filter { name in
            name.hasSuffix(".safetensors") && !name.contains("/") && name != CheckpointNames.optimizer
        }
    }
}

extension ChatFormat {
    /// The format that a Jinja template writes; nil for a template that is not known.
    init?(template: String) {
        func plain(_ text: String) -> String {
            String(text.unicodeScalars.filter { !$0.properties.isWhitespace }).replacing("\"", with: "'")
                .replacing("{%-", with: "{%").replacing("-%}", with: "%}")
        }
        let turns = """
            {{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}\
            {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
            """
        let smollm = """
            {% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nYou are a helpful AI \
            assistant named SmolLM, trained by Hugging Face<|im_end|>\\n' }}{% endif %}
            """
        let loop = "{% for message in messages %}"
        switch plain(template) {
        case plain(loop + turns): self = .chatml
        case plain(loop + smollm + turns): self = .smollm2
        default: return nil
        }
    }
}
