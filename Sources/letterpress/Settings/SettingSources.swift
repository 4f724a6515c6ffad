import Foundation
import Foundations
import Patches
import Typesetting
import ZooKit

/// The layers below the flags: environment, file, preset.
enum SettingSources {
    /// All layers, the weakest first: those that are there of `weak`, then the file, the environment, flags.
    static func layers(
        over weak: SettingLayer?..., config: String?, flags: SettingLayer
    ) throws -> [SettingLayer] {
        try (weak + [config.map { try file($0) }, environment(), flags]).compactMap(\.self)
    }

    /// The settings that a run in a folder began with.
    static func run(_ folder: String) throws -> SettingLayer {
        let path = RunFolder(folder).file(RunFolder.settings)
        guard Folder.hasItem(path) else {
            throw CommandFailure(.missingInput, "\(folder) holds no run to resume; begin one without --resume")
        }
        return try file(path, origin: "run \(folder)")
    }

    /// Settings of the environment. Throws for a value that its key cannot take.
    static func environment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> SettingLayer {
        var layer = SettingLayer(origin: "environment")
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) {
            guard let (section, key) = SettingTable.variables[name], let kind = SettingTable.kinds[section]?[key]
            else {
                if name.hasPrefix("LETTERPRESS_"), !SettingTable.otherVariables.contains(name) { warn(name) }
                continue
            }
            guard let value = SettingTable.value(text, kind) else {
                throw CommandFailure(
                    .usage,
                    "environment variable \(name): '\(text)' is no \(kind == .integers ? "list of integers" : kind == .numbers ? "list of numbers" : "\(kind)")"
                )
            }
            layer.set(section, key, value)
        }
        return layer
    }

    private static func warn(_ name: String) {
        let near = NearNames.of(name, among: SettingTable.variables.keys)
        Console.warning(
            "environment variable \(name) is unknown and has no effect"
                + (near.isEmpty ? "" : "; near: \(near.joined(separator: ", "))"))
    }

    /// Settings of a JSON or YAML file (`.yaml`, `.yml`) with sections of keys; also the `settings` of a manifest, whose other
    /// sections are passed over.
    static func file(_ path: String, origin: String? = nil) throws -> SettingLayer {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.missingInput, "configuration file \(path) cannot be read")
        }
        let root: JSONValue
        if [".yaml", ".yml"].contains(where: path.lowercased().hasSuffix) {
            root = try YAMLFile.value([UInt8](data), path: path)
        } else {
            do { root = try JSONValue.parse([UInt8](data), rejectDuplicates: true) } catch {
                throw ConfigError.notJSON(source: path, error: error)
            }
        }
        let sections = root["settings"] ?? root
        guard case .object(let found) = sections else {
            throw CommandFailure(.badData, "\(path): an object with the sections \(sectionNames) is expected")
        }
        let isManifest = root["format_version"] != nil
        var layer = SettingLayer(origin: origin ?? "file \(path)")
        if isManifest, case .string(let stack)? = sections["font_stack"], case .array(let fonts)? = sections["fonts"] {
            layer.set("fonts", "stack", .string(stack))
            layer.manifestFonts = try fonts.map {
                try StrictJSON.decode(FontDescription.self, from: $0, source: "\(path), settings.fonts")
            }
        }
        for (section, value) in found {
            if isManifest, SettingTable.kinds[section] == nil || section == "fonts" { continue }
            guard let known = SettingTable.kinds[section] else {
                throw ConfigError.unknownKey(
                    source: path, keyPath: section, near: NearNames.of(section, among: SettingTable.kinds.keys))
            }
            guard case .object(let keys) = value else {
                throw ConfigError.wrongType(
                    source: path, keyPath: section, expected: "keys with values", got: value.kind)
            }
            for (key, value) in keys {
                // Runs of earlier versions say what they froze where a method is named now.
                if section == "finetune", key == "frozen", origin != nil {
                    if value == .string("backbone") { layer.set(section, "method", .string("head")) }
                    continue
                }
                guard known[key] != nil else {
                    throw ConfigError.unknownKey(
                        source: path, keyPath: "\(section).\(key)", near: OtherNames.near(key, among: known.keys))
                }
                layer.set(section, key, value)
            }
        }
        return layer
    }

    /// Settings of a renderer folder of PIXEL or PixelGPT, its fonts included.
    static func renderer(_ path: String) throws -> SettingLayer {
        let drawing = try DrawingRecord(renderer: path)
        for warning in drawing.warnings { Console.warning(warning) }
        return SettingLayer(drawing)
    }

    private static var sectionNames: String { SettingTable.kinds.keys.sorted().joined(separator: ", ") }
}
