public import Foundations
public import Layers

/// A change of a model's parts that a folder can name: `config.json` lists it, and loading installs it before tensors are read.
public protocol ModelStructure: Sendable {
    /// Everything that the shapes follow from: ranks, head maps, places. Decoded strictly.
    associatedtype Config: Codable & Sendable
    /// The name in `config.json`.
    static var name: String { get }
    /// The version of `Config` and of what is installed. Another one is refused.
    static var version: Int { get }
    /// Brings `model` into the state that `config` records, whatever shapes the parts had before: replaces parts by dotted path,
    /// adds parameters made by `builder`, sets maps and the depth schedule. Throws: anything that does not fit.
    static func install(_ config: Config, into model: LanguageModel, builder: ParameterBuilder) throws
}

/// A structure as `config.json` holds it.
public struct StructureRecord: Codable, Sendable, Equatable {
    /// The structure's name.
    public var name: String
    /// Its version.
    public var version: Int
    /// Its settings.
    public var config: JSONValue

    /// The record of a structure. Throws `ConfigError` for settings that JSON cannot hold.
    public init<Structure: ModelStructure>(_ structure: Structure.Type, _ config: Structure.Config) throws(ConfigError)
    {
        name = Structure.name
        version = Structure.version
        self.config = try StrictJSON.encodedValue(config)
    }
}

extension LanguageModel {
    /// Installs a structure and records it. Throws: what the structure throws; the model is of no use then.
    public func install<Structure: ModelStructure>(
        _ structure: Structure.Type, _ config: Structure.Config, builder: ParameterBuilder
    ) throws {
        try Structure.install(config, into: self, builder: builder)
        structures.append(try StructureRecord(structure, config))
        base.config = base.treeConfig
    }

    /// Records that the last structure of this type has other settings now, for instance a grown rank. Throws `ConfigError`, and
    /// `CatalogueError` where none is installed.
    public func update<Structure: ModelStructure>(_ structure: Structure.Type, _ config: Structure.Config) throws {
        let record = try StructureRecord(structure, config)
        guard let place = structures.lastIndex(where: { $0.name == record.name }) else {
            let names = structures.map(\.name)
            throw CatalogueError.unknown(
                kind: "installed structure", name: record.name, near: NearNames.of(record.name, among: names),
                known: names)
        }
        structures[place] = record
        base.config = base.treeConfig
    }
}

extension MethodCatalogue {
    /// Installs the structures of a folder in their order. Throws: `CatalogueError` for an unknown name or another version,
    /// `ConfigError` for settings that do not decode, what the structures throw.
    func install(
        _ records: [StructureRecord], into model: LanguageModel, builder: ParameterBuilder, source: String
    ) throws {
        func install<Structure: ModelStructure>(_ structure: Structure.Type, _ record: StructureRecord) throws {
            let config = try StrictJSON.decode(
                Structure.Config.self, from: record.config, source: "\(source), structure \(record.name)")
            try model.install(structure, config, builder: builder)
        }
        for record in records { try install(structure(record.name, version: record.version), record) }
    }

    /// The structure of a name. Throws: `CatalogueError` with near names, or the version that is known.
    public func structure(_ name: String, version: Int) throws(CatalogueError) -> any ModelStructure.Type {
        let all = methods.flatMap { $0.structures }
        guard let found = all.first(where: { $0.name == name }) else {
            let names = all.map { $0.name }
            throw .unknown(kind: "structure", name: name, near: NearNames.of(name, among: names), known: names)
        }
        guard found.version == version else {
            throw .version(structure: name, got: version, known: found.version)
        }
        return found
    }
}
