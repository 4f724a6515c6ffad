public import Foundations
public import ZooKit

/// `letterpress method hft delta`: a folder with the tensors alone in which a tuned model differs from its base.
public enum HalfDelta: MethodVerb {
    /// The settings.
    public struct Config: DefaultFilled, Sendable {
        /// The folder of the base model.
        public var base: String?
        /// The folder of the tuned model.
        public var tuned: String?

        /// Nothing given.
        public init() {}
    }

    /// The record of a delta in its folder: `delta.json`.
    struct Record: Codable {
        /// SHA-256 over the base's weights.
        var base: String
        /// Names of the tensors that are the base's.
        var unchanged: [String]
        /// Those of them that the base stores under another name or in another type, by name; nil for none.
        var stored: [String: Stored]?

        /// How the base stores a tensor, and in which type the tuned model does.
        struct Stored: Codable {
            /// Its name in the base.
            var name: String
            /// Its type in the tuned model.
            var type: String
        }
    }

    /// The record's file.
    static let fileName = "delta.json"
    /// `delta`.
    public static let name = "delta"
    /// The verb in one sentence.
    public static let summary = "keep of a tuned model the tensors in which it differs from its base"
    /// Help by key.
    public static let help = [
        "base": "folder of the base model", "tuned": "folder of the model that was tuned from it",
    ]

    /// Writes the delta. O(bytes).
    public static func run(_ config: Config, _ job: MethodJob) throws -> [String] {
        try job.once { try write(config, job) }
    }

    private static func write(_ config: Config, _ job: MethodJob) throws -> [String] {
        let folders = try HalfFolders(base: config.base, tuned: config.tuned, job.catalogue)
        var (changed, unchanged): ([SafetensorsTensor], [String]) = ([], [])
        var stored: [String: Record.Stored] = [:]
        for tensor in folders.tuned.tensors.tensors {
            guard let base = folders.counterpart(of: tensor), try tensor.hasNumbers(of: base) else {
                changed.append(tensor)
                continue
            }
            unchanged.append(tensor.name)
            if base.name != tensor.name || base.type != tensor.type {
                stored[tensor.name] = Record.Stored(name: base.name, type: tensor.type.rawValue)
            }
        }
        let record = Record(
            base: try folders.base.identity().weights, unchanged: unchanged, stored: stored.isEmpty ? nil : stored)
        try folders.tuned.copy(
            to: job.folder, tensors: changed.map { SafetensorsItem($0) },
            files: [fileName: StrictJSON.encode(record)])
        let (part, all) = (Self.bytes(changed), Self.bytes(folders.tuned.tensors.tensors))
        return [
            "\(job.folder): \(counted(changed.count, "tensor")) of \(changed.count + unchanged.count), \(part) of \(all) bytes"
        ]
    }

    private static func bytes(_ tensors: [SafetensorsTensor]) -> Int {
        tensors.reduce(0) { $0 + $1.entry.bytes.count }
    }
}

/// `letterpress method hft apply`: the tuned model of a delta and its base.
public enum HalfApply: MethodVerb {
    /// The settings.
    public struct Config: DefaultFilled, Sendable {
        /// The folder of the base model.
        public var base: String?
        /// The folder of the delta.
        public var delta: String?

        /// Nothing given.
        public init() {}
    }

    /// `apply`.
    public static let name = "apply"
    /// The verb in one sentence.
    public static let summary = "open a delta on its base and write the whole model"
    /// Help by key.
    public static let help = ["base": "folder of the base model", "delta": "folder that the verb delta wrote"]

    /// Writes the model, with the tuned model's tensors bit for bit. Throws `HalfError` for another base.
    public static func run(_ config: Config, _ job: MethodJob) throws -> [String] {
        try job.once { try write(config, job) }
    }

    private static func write(_ config: Config, _ job: MethodJob) throws -> [String] {
        let base = try ModelFolder.open(HalfFolders.need(config.base, "base"), job.catalogue)
        let delta = try ModelFolder.open(HalfFolders.need(config.delta, "delta"), job.catalogue)
        let path = "\(delta.path)/\(HalfDelta.fileName)"
        guard Folder.hasItem(path) else { throw HalfError.noDelta(path: delta.path) }
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        let record = try StrictJSON.decode(HalfDelta.Record.self, from: bytes, source: path)
        let weights = try base.identity().weights
        guard weights == record.base else {
            throw HalfError.otherBase(path: base.path, expected: record.base, got: weights)
        }
        let shared = try record.unchanged.map { name in
            func invalid(_ reason: String) -> ConfigError {
                .invalidValue(source: path, keyPath: "unchanged", reason: reason)
            }
            let stored = record.stored?[name]
            guard let tensor = base.tensors[stored?.name ?? name] else { throw invalid("the base has no \(name)") }
            guard let stored else { return SafetensorsItem(tensor) }
            guard let type = SafetensorsType(rawValue: stored.type), tensor.fits(type) else {
                throw invalid("\(name) is \(tensor.type.rawValue) in the base and cannot become \(stored.type)")
            }
            return SafetensorsItem(tensor, name: name, widenedTo: type)
        }
        let tensors = (delta.tensors.tensors.map { SafetensorsItem($0) } + shared).sorted { $0.name < $1.name }
        try delta.copy(to: job.folder, tensors: tensors, removing: [HalfDelta.fileName])
        return [
            "\(job.folder): \(counted(delta.tensors.tensors.count, "tensor")) of the delta, \(shared.count) of the base"
        ]
    }
}
