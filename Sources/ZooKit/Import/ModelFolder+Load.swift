import Foundations
import Layers
import Synchronization
public import Tensors

extension ModelFolder {
    /// A model with a folder's numbers, its loader's report, and warnings of what was passed over.
    ///
    /// `heads` are those that are stored unless given. A head that is wanted and not stored is an error, unless `newHeads` is a
    /// seed to draw its first values from, as it is for a stored head of another number of classes, and for any head of classes where
    /// `newLabels` is true; one that is stored and not wanted is ignored. Without `trainable` every tensor is
    /// kept in one type alone, that in which it is read, and stands in the mapped file where it is stored in that type. With
    /// `singleChannel` a model of several channels becomes one of a single channel, which has no head of patches.
    /// Throws: `CheckpointError`, `ConfigError`, `CatalogueError`, `TensorError`, what structures throw.
    public static func load(
        _ path: String, _ catalogue: MethodCatalogue = .none, heads: LanguageModel.Heads? = nil, workspace: Workspace,
        trainable: Bool = false, newHeads seed: UInt64? = nil, singleChannel: ChannelAdaptation? = nil
    ) throws -> (model: LanguageModel, report: TensorLoader.Report, warnings: [String]) {
        try load(
            open(path, catalogue), heads: heads, workspace: workspace, trainable: trainable, newHeads: seed,
            singleChannel: singleChannel)
    }

    /// As the other `load`, of a folder that is open.
    public static func load(
        _ folder: ModelFolder, heads: LanguageModel.Heads? = nil, workspace: Workspace, trainable: Bool = false,
        newHeads seed: UInt64? = nil, newLabels: Bool = false, singleChannel: ChannelAdaptation? = nil
    ) throws -> (model: LanguageModel, report: TensorLoader.Report, warnings: [String]) {
        let rules = folder.rules
        let stored = try folder.checkedShapes()
        let classes = heads?.labels ?? folder.heads.labels
        let isNew: @Sendable (String) -> Bool = { path in
            guard seed != nil, ForeignNames.isHead(path) else { return false }
            // A head of another number of classes is the head of another task.
            return stored[path] == nil
                || path.hasPrefix("score.") && (newLabels || stored["score.weight"]?.first != classes)
        }
        let (model, singles) = try folder.empty(stored, heads, workspace, seed, singleChannel, isNew)
        let loader = TensorLoader(rules: rules, mayLack: isNew, mayIgnore: ForeignNames.isHead)
        let gathered = folder.config.tiesEmbeddings ? nil : model.base.tokens.weight.path
        let targets = model.parameters.map { parameter in
            parameter.isTrainable = trainable
            if let singleChannel, parameter.path == singles, folder.config.channels > 1 {
                return singleChannel.target(parameter, channels: folder.config.channels)
            }
            let type = trainable ? nil : kept(parameter, isGathered: parameter.path == gathered, workspace.precision)
            return TensorTarget(parameter, keeping: type)
        }
        let tensors = folder.tensors.tensors.filter { tensor in !(rules.name(of: tensor.name).map(isNew) ?? false) }
        let report = try loader.load(tensors, of: folder.tensors.path, into: targets)
        try model.base.patches?.takeOwnForm()
        return (model, report, folder.warnings)
    }

    /// The model that the folder describes, structures installed, its numbers 0; none is read. Throws: `CheckpointError`, `TensorError`, what structures throw.
    public func emptyModel(_ workspace: Workspace) throws -> LanguageModel {
        try empty(checkedShapes(), nil, workspace, nil, nil) { _ in false }.model
    }

    /// The model with its structures, and the path of the projection that a single channel changes.
    private func empty(
        _ stored: [String: [Int]], _ heads: LanguageModel.Heads?, _ workspace: Workspace, _ seed: UInt64?,
        _ singleChannel: ChannelAdaptation?, _ isNew: @escaping @Sendable (String) -> Bool
    ) throws -> (model: LanguageModel, projection: String?) {
        let builder = ParameterBuilder(workspace: workspace, seed: seed ?? 0, draws: isNew)
        var (config, heads) = (config, heads ?? self.heads)
        if singleChannel != nil {
            config.patchMean = config.meanOfOneChannel
            (config.channels, heads.patch) = (1, false)
        }
        let model = try LanguageModel(builder, config: config, heads: heads)
        // A record may ask for any size; a file must stand behind it. What one structure makes a later one may replace.
        let budget = Mutex((spare: ModelShape.waste * ModelShape.numbers(stored), made: Set<String>()))
        @Sendable func other(_ path: String, _ shape: [Int]) -> TensorError {
            .shape(
                operation: "structure", expected: stored[path].map { "\(path) \($0), as stored" } ?? "no \(path)",
                got: "\(shape)")
        }
        let checked = builder.checking { path, shape throws(TensorError) in
            if isNew(path) { return }
            let isTooMuch = budget.withLock { budget in
                budget.made.insert(path)
                guard stored[path] != shape else { return false }
                budget.spare -= max(0, SizeLimit.product(shape, upTo: SizeLimit.parameter) ?? SizeLimit.parameter)
                return budget.spare < 0
            }
            if isTooMuch { throw other(path, shape) }
        }
        try catalogue.install(structures, into: model, builder: checked, source: "\(path)/\(CheckpointNames.config)")
        let made = budget.withLock { $0.made }
        for parameter in model.parameters where made.contains(parameter.path) {
            if stored[parameter.path] != parameter.shape { throw other(parameter.path, parameter.shape) }
        }
        return (model, model.base.patches?.weight.path)
    }

    /// Shapes of all tensors by the names that they become, after those were checked that the model's size follows from.
    private func checkedShapes() throws(CheckpointError) -> [String: [Int]] {
        var shapes: [String: [Int]] = [:]
        for tensor in tensors.tensors {
            if let name = rules.name(of: tensor.name) { shapes[name] = tensor.shape }
        }
        try ModelShape.check(config, heads, structures, path: tensors.path, stored: shapes)
        return shapes
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
