import Foundations
import Patches

/// Files of a model beside its tensors.
enum ModelFiles {
    /// The file of PIXEL's renderer.
    static let renderer = RendererConfig.fileName

    /// The files of a folder that say how its model reads and answers, as a copy of the folder keeps them, and warnings of what
    /// cannot come along. Throws: `CheckpointError`.
    static func beside(
        _ folder: ModelFolder, withTokenizer: Bool
    ) throws -> (files: [String: [UInt8]], warnings: [String]) {
        var names = ["generation_config.json", DrawingRecord.fileName, LegacyFolder.classifier, renderer]
        if withTokenizer { names += ModelTokenizer.fileNames }
        names += folder.catalogue.files
        var warnings: [String] = []
        if Folder.hasItem("\(folder.path)/\(renderer)"), let config = try? RendererConfig.load(from: folder.path).config
        {
            // Its fonts lie beside it.
            let isBeside =
                CheckpointNames.isPlain(config.fontFile) && Folder.hasItem("\(folder.path)/\(config.fontFile)")
            if isBeside { names.append(config.fontFile) }
            if !isBeside || config.fallbackFontsDir != nil {
                warnings.append(
                    "\(folder.path)/\(renderer) names fonts that are not copied; copy "
                        + [isBeside ? nil : config.fontFile, config.fallbackFontsDir].compactMap(\.self)
                        .joined(separator: " and "))
            }
        }
        var files: [String: [UInt8]] = [:]
        for name in names where Folder.hasItem("\(folder.path)/\(name)") {
            files[name] = try CheckpointJSON.bytes(of: "\(folder.path)/\(name)")
        }
        // Older folders of ours do not say that texts begin with the begin token; the copy does.
        if withTokenizer, let words = try? folder.tokenizer() {
            let words = words.begin != nil ? words.forTraining() : words
            let (exported, note) = try words.exported(for: purpose(of: folder, files))
            files.merge(exported) { $1 }
            if let note { warnings.append(note) }
        }
        if files["generation_config.json"] == nil {
            files["generation_config.json"] = generation(folder.config, ends: folder.ends)
        }
        return (files, warnings)
    }

    /// How the texts of a folder's model stand: those of a classifier of texts as its record says.
    private static func purpose(of folder: ModelFolder, _ files: [String: [UInt8]]) -> ModelTokenizer.Purpose {
        guard let bytes = files[LegacyFolder.classifier], let record = try? JSONValue.parse(bytes),
            record["modality"] != .string("image")
        else { return .language }
        var length: Int?
        if case .integer(let whole)? = record["length"] {
            length = record["modality"] == .string("pair") ? whole - whole / 2 : whole
        }
        return .classification(length: length, pad: folder.config.padding.flatMap { Int32(exactly: $0) })
    }

    /// `config.json` of a model as it is by now.
    static func config(of model: LanguageModel, kind: ModelKind?, type: SafetensorsType?) throws(ConfigError)
        -> JSONValue
    {
        try config(model.base.treeConfig, heads: model.heads, kind: kind, structures: model.structures, type: type)
    }

    /// `config.json` with what `transformers` wants to know besides: the class, the type, how many classes; and with the keys that
    /// are this program's alone. A model that no other program computes bears no other program's names.
    static func config(
        _ config: DecoderConfig, heads: LanguageModel.Heads, kind: ModelKind?, structures: [StructureRecord] = [],
        type: SafetensorsType?
    ) throws(ConfigError) -> JSONValue {
        let value = try StrictJSON.encodedValue(config)
        guard case .object(var fields) = value else { return value }
        let isOwn = !structures.isEmpty || config.layers?.contains { $0 != LayerConfig() } ?? false
        let isNamed = config.architectures?.first.map { !$0.hasPrefix("Letterpress") } ?? false
        if isOwn || !isNamed {
            let family = isOwn ? "Letterpress" : config.modelType == .llama ? "Llama" : "ErniePixel"
            let kind =
                heads.token || heads.patch ? "ForCausalLM" : heads.labels != nil ? "ForSequenceClassification" : "Model"
            fields["architectures"] = .array([.string(family + kind)])
        }
        if isOwn { fields["model_type"] = .string(ForeignKeyTable.ownPrefix + config.modelType.rawValue) }
        // Where these are absent transformers takes those of Llama 2.
        for (key, id) in [("bos_token_id", config.begin), ("eos_token_id", config.end)] where id == nil {
            fields[key] = .null
        }
        let names: [SafetensorsType: String] = [.float32: "float32", .float16: "float16", .bfloat16: "bfloat16"]
        fields["torch_dtype"] = .string(type.flatMap { names[$0] } ?? "float32")
        if let labels = heads.labels {
            fields["num_labels"] = .integer(labels)
            // By this id transformers finds the end of a text.
            if let padding = config.padding { fields["pad_token_id"] = .integer(padding) }
        }
        fields[LetterpressKeys.key] = try StrictJSON.encodedValue(LetterpressKeys(kind: kind, heads: heads))
        if !structures.isEmpty { fields[LetterpressKeys.structures] = try StrictJSON.encodedValue(structures) }
        return .object(fields)
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
