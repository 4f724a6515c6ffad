public import Foundations
import Layers
public import Tensors

/// Folders of models: ours, Hugging Face's of the Llama family, and those of pixel models with their official names.
public enum ModelFolder {
    /// What a folder holds, before any number is read.
    public struct Description {
        /// Where it is.
        public let path: String
        /// What the model computes.
        public let config: DecoderConfig
        /// The class that wrote it.
        public let architecture: String
        /// The heads that are stored.
        public let heads: LanguageModel.Heads
        /// Ids that end a text, of `generation_config.json` or else of `config.json`.
        public let ends: [Int]
        /// Keys that were passed over, a line each.
        public let warnings: [String]
        /// The tensors, mapped.
        public let tensors: SafetensorsFolder
        /// What stored names become.
        let rules: TensorNameRules

        /// Whether it is a checkpoint of a training by this program, which goes on from it.
        public var isOwnPretraining: Bool {
            Folder.hasItem("\(path)/\(CheckpointNames.manifest)")
                && Folder.hasItem("\(path)/\(CheckpointNames.trainerState)")
        }

        /// Shapes of all tensors by the names that they become, after those were checked that the model's size follows from.
        func checkedShapes() throws(CheckpointError) -> [String: [Int]] {
            var shapes: [String: [Int]] = [:]
            for tensor in tensors.tensors {
                if let name = rules.name(of: tensor.name) { shapes[name] = tensor.shape }
            }
            try ModelShape.check(config, path: tensors.path) { shapes[$0] }
            return shapes
        }
    }

    /// Opens a folder: reads its configuration by ``ForeignConfig`` and the headers of its tensors, none of the numbers.
    ///
    /// Throws: `CheckpointError` and `ConfigError`, with file and key.
    public static func open(_ path: String) throws -> Description {
        let folder = try CheckpointFolder(path)
        let foreign = try ForeignConfig(try folder.config(), source: "\(folder.path)/config.json")
        let tensors = try folder.tensors()
        let config = foreign.config
        let rules = ForeignNames.rules(of: tensors, config)
        let generation = try ends(ofGeneration: folder.path)
        return Description(
            path: folder.path, config: config, architecture: foreign.architecture,
            heads: ForeignNames.heads(of: tensors, rules, config), ends: generation ?? foreign.ends,
            warnings: foreign.warnings, tensors: tensors, rules: rules)
    }

    private static func ends(ofGeneration folder: String) throws -> [Int]? {
        let path = "\(folder)/generation_config.json"
        guard Folder.hasItem(path) else { return nil }
        let value = try CheckpointJSON.value(of: path)
        guard let ends = value["eos_token_id"], ends != .null else { return nil }
        return try ForeignConfig.ids(ends, key: "eos_token_id", source: path)
    }

    /// A model with a folder's numbers, its loader's report, and warnings of what was passed over.
    ///
    /// `heads` are those that are stored unless given. A head that is wanted and not stored is an error, unless `newHeads` is a
    /// seed to draw its first values from; one that is stored and not wanted is passed over. Without `trainable` every tensor is
    /// kept in one type alone, that in which it is read, and stands in the mapped file where it is stored in that type. With
    /// `singleChannel` a model of several channels becomes one of a single channel, which has no head of patches.
    /// Throws: `CheckpointError`, `ConfigError`, `TensorError`.
    public static func load(
        _ path: String, heads: LanguageModel.Heads? = nil, workspace: Workspace, trainable: Bool = false,
        newHeads seed: UInt64? = nil, singleChannel: ChannelAdaptation? = nil
    ) throws -> (model: LanguageModel, report: TensorLoader.Report, warnings: [String]) {
        try load(
            open(path), heads: heads, workspace: workspace, trainable: trainable, newHeads: seed,
            singleChannel: singleChannel)
    }

    /// As the other `load`, of a folder that is open.
    public static func load(
        _ folder: Description, heads: LanguageModel.Heads? = nil, workspace: Workspace, trainable: Bool = false,
        newHeads seed: UInt64? = nil, singleChannel: ChannelAdaptation? = nil
    ) throws -> (model: LanguageModel, report: TensorLoader.Report, warnings: [String]) {
        let rules = folder.rules
        let stored = try folder.checkedShapes()
        let isNew: @Sendable (String) -> Bool = { path in
            seed != nil && ForeignNames.isHead(path) && stored[path] == nil
        }
        let builder = ParameterBuilder(workspace: workspace, seed: seed ?? 0, draws: isNew)
        var (config, heads) = (folder.config, heads ?? folder.heads)
        if singleChannel != nil { (config.channels, heads.patch) = (1, false) }
        let model = try LanguageModel(builder, config: config, heads: heads)
        let loader = TensorLoader(rules: rules, mayLack: isNew, mayIgnore: ForeignNames.isHead)
        let projection = model.base.patches?.weight.path
        let gathered = folder.config.tiesEmbeddings ? nil : model.base.tokens.weight.path
        let targets = model.parameters.map { parameter in
            parameter.isTrainable = trainable
            if let singleChannel, parameter.path == projection, folder.config.channels > 1 {
                return singleChannel.target(parameter, channels: folder.config.channels)
            }
            let type = trainable ? nil : kept(parameter, isGathered: parameter.path == gathered, workspace.precision)
            return TensorTarget(parameter, keeping: type)
        }
        let report = try loader.load(folder.tensors, into: targets)
        return (model, report, folder.warnings)
    }

    /// The type that a frozen parameter is read in; nil where that is any.
    private static func kept(_ parameter: Parameter, isGathered: Bool, _ precision: Precision) -> ElementType? {
        // Rows are picked out of a table in whatever type it has.
        if isGathered { return precision.stream == .float64 ? .float64 : nil }
        return parameter.shape.count < 2 ? precision.stream : precision.compute
    }
}

extension TensorTarget {
    /// A frozen parameter that keeps its numbers in `type` alone; in the file's, where it can be read there, if nil.
    init(_ parameter: Parameter, keeping type: ElementType?) {
        let plain = TensorTarget(parameter)
        self.init(name: plain.name, shape: plain.shape, types: plain.types) { tensor in
            let isMapped = try parameter.load(tensor)
            let isOther = !parameter.isTrainable && type.map { $0 != parameter.type } ?? false
            if isMapped && !isOther { return true }
            if isOther, let type { try parameter.keep(only: type) }
            tensor.file.mapped.discard(tensor.entry.bytes)
            return false
        }
    }
}
