import Foundation
import Foundations

/// Model shapes kept as files: `models/<method>/<preset>.json`.
public enum ModelPresets {
    /// The names under `folder` ("pixelgpt/tiny"), sorted. Throws: `FileError` where the folder cannot be read.
    public static func list(in folder: String) throws -> [String] {
        let methods = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        return methods.flatMap { method in
            let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(method)")) ?? []
            return files.filter { $0.hasSuffix(".json") }.sorted().map { "\(method)/\($0.dropLast(5))" }
        }
    }

    /// The shape a preset, a JSON file or a model's folder describes; folders are read as ``ForeignConfig`` reads them. Throws:
    /// `CatalogueError` for an unknown preset, `ConfigError` with the key, also for a model with
    /// structures, `FileError`.
    public static func config(_ name: String, in folder: String) throws -> DecoderConfig {
        var isFolder: ObjCBool = false
        let exists = unsafe FileManager.default.fileExists(atPath: name, isDirectory: &isFolder)
        if exists {
            guard isFolder.boolValue else { return try read(name) }
            let foreign = try ForeignConfig(CheckpointFolder(name).config(), source: "\(name)/config.json")
            guard let structure = foreign.structures.first else {
                // The mean image is that of the folder's data, and no part of a shape.
                var config = foreign.config
                config.patchMean = nil
                return config
            }
            throw ConfigError.invalidValue(
                source: "\(name)/config.json", keyPath: LetterpressKeys.structures,
                reason:
                    "the model has the structure \(structure.name), without which its shape is another; name a plain one"
            )
        }
        let known = try list(in: folder)
        guard let found = [name, name.replacing("-", with: "/", maxReplacements: 1)].first(where: known.contains) else {
            throw CatalogueError.unknown(
                kind: "model file, folder or preset", name: name, near: NearNames.of(name, among: known), known: known)
        }
        return try read("\(folder)/\(found).json")
    }

    private static func read(_ path: String) throws -> DecoderConfig {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileError.cannotOpen(path: path, reason: "there is no readable file")
        }
        return try StrictJSON.decode(DecoderConfig.self, from: [UInt8](data), source: path)
    }
}
