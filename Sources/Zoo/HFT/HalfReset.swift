public import Foundations
public import ZooKit

/// `letterpress method hft half-reset`: half of a tuned model's units take their values of the base again; no training.
///
/// Source: Hui et al. 2025, the pilot experiment; the interface is ours (section 3.8 of the specification).
public enum HalfReset: MethodVerb {
    /// The settings.
    public struct Config: DefaultFilled, Sendable {
        /// The folder of the base model.
        public var base: String?
        /// The folder of the tuned model.
        public var tuned: String?
        /// The share of units that take the base's values, 0 to 1.
        public var ratio = 0.5
        /// Among which units the draw is made.
        public var level = HalfConfig.Level.category
        /// The seed of the draw.
        public var seed = 0

        /// The published share.
        public init() {}
    }

    /// `half-reset`.
    public static let name = "half-reset"
    /// The verb in one sentence.
    public static let summary = "give a random half of a tuned model's matrices their values of the base again"
    /// Help by key.
    public static let help = [
        "base": "folder of the base model",
        "tuned": "folder of the model that was tuned from it",
        "ratio": "share of units that take the base's values, 0 to 1",
        "level": "units that the draw is made among: category, layer or model",
        "seed": "seed of the draw",
    ]

    /// Writes the model. Every tensor is that of the base or of the tuned model as a whole; embeddings, heads and the final norm are the
    /// tuned model's, with a ratio of 1 the base's where it has them.
    public static func run(_ config: Config, _ job: MethodJob) throws -> [String] {
        guard (0...1).contains(config.ratio) else {
            throw ConfigError.invalidValue(
                source: "half-reset", keyPath: "ratio", reason: "\(config.ratio) is not in 0 to 1")
        }
        return try job.once { try write(config, job) }
    }

    private static func write(_ config: Config, _ job: MethodJob) throws -> [String] {
        let folders = try HalfFolders(base: config.base, tuned: config.tuned, job.catalogue)
        let stored = folders.tuned.tensors.tensors
        func path(_ tensor: SafetensorsTensor) -> String { HalfFolders.name(of: tensor, in: folders.tuned) }
        let units = HalfUnits(paths: stored.map(path))
        guard units.units.contains(where: { $0.category != .end }) else {
            throw HalfError.noUnits(path: folders.tuned.path)
        }
        var draw = HalfConfig()
        (draw.ratio, draw.level, draw.trainEnds) = (config.ratio, config.level, config.ratio == 1)
        let reset = units.selection(draw, seed: config.seed, round: 0)
        var count = 0
        let tensors = stored.map { tensor in
            guard reset.contains(HalfUnit(path: path(tensor)).name), let base = folders.counterpart(of: tensor) else {
                return SafetensorsItem(tensor)
            }
            count += tensor.shape.reduce(1, *)
            return SafetensorsItem(base, name: tensor.name, widenedTo: tensor.type)
        }
        try folders.tuned.copy(to: job.folder, tensors: tensors)
        let all = stored.reduce(0) { $0 + $1.shape.reduce(1, *) }
        return [
            "\(job.folder): \(reset.count) of \(counted(units.units.count, "unit")), \(count) of \(counted(all, "number")), are the base's"
        ]
    }
}
