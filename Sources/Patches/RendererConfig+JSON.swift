import Foundation
public import Foundations
import Typesetting

extension RendererConfig {
    /// A config with what was odd about its file.
    public struct Loaded: Sendable, Equatable {
        /// The config.
        public var config: RendererConfig
        /// The folder that its paths are relative to.
        public var folder: String
        /// Keys that are unknown, or that the named class ignores; one sentence each.
        public var warnings: [String]
    }

    /// Reads a renderer folder, or the JSON file itself.
    ///
    /// Throws ``ShardError/file(_:)`` or ``ShardError/malformed(path:byteOffset:reason:)`` naming the key.
    public static func load(from path: String) throws(ShardError) -> Loaded {
        var isFolder: ObjCBool = false
        let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let file = exists && isFolder.boolValue ? path + "/" + fileName : path
        guard let data = FileManager.default.contents(atPath: file) else {
            throw .file(.cannotOpen(path: file, reason: "there is no readable file"))
        }
        let value: JSONValue
        do { value = try JSONValue.parse([UInt8](data)) } catch {
            throw .malformed(path: file, byteOffset: nil, reason: "\(error)")
        }
        let (config, warnings) = try read(value, source: file)
        let folder = Folder.parent(of: file)
        return Loaded(config: config, folder: folder.isEmpty ? "." : folder, warnings: warnings)
    }

    /// Reads a JSON value; `source` is named in errors and warnings.
    static func read(_ value: JSONValue, source: String) throws(ShardError) -> (RendererConfig, [String]) {
        guard case .object(let keys) = value else {
            throw .malformed(path: source, byteOffset: nil, reason: "a JSON object is expected")
        }
        let reader = KeyReader(keys: keys, source: source)
        guard let font = try reader.string("font_file") else {
            throw .malformed(path: source, byteOffset: nil, reason: "key font_file is missing; it names the font")
        }
        var config = RendererConfig(fontFile: font)
        var warnings: [String] = []
        if let name = try reader.string("text_renderer_type") {
            guard let type = RendererType(rawValue: name) else {
                let known = RendererType.allCases.map(\.rawValue).joined(separator: ", ")
                throw reader.bad("text_renderer_type", "'\(name)' is unknown; expected one of \(known)")
            }
            config.rendererType = type
        }
        config.fontSize = try reader.number("font_size") ?? config.fontSize
        config.dpi = try reader.integer("dpi") ?? config.dpi
        config.padSize = try reader.integer("pad_size") ?? config.padSize
        config.pixelsPerPatch = try reader.integer("pixels_per_patch") ?? config.pixelsPerPatch
        config.maxSeqLength = try reader.integer("max_seq_length") ?? config.maxSeqLength
        config.fontColour = try reader.colour("font_color") ?? config.fontColour
        config.backgroundColour = try reader.colour("background_color") ?? config.backgroundColour
        config.rgb = try reader.boolean("rgb") ?? config.rgb
        config.fallbackFontsDir = try reader.string("fallback_fonts_dir")
        guard config.pixelsPerPatch >= 8 else {
            throw reader.bad("pixels_per_patch", "\(config.pixelsPerPatch) is too small; expected 8 or more")
        }
        guard config.maxSeqLength >= 2 else {
            throw reader.bad("max_seq_length", "\(config.maxSeqLength) is too small; expected 2 or more")
        }
        do { try config.renderOptions.validate() } catch {
            throw .malformed(path: source, byteOffset: nil, reason: "\(error)")
        }
        for key in keys.keys.sorted() where !knownKeys.contains(key) {
            warnings.append("\(source): key \(key) is unknown and has no effect")
        }
        warnings += deadKeys(of: config, in: keys).map {
            "\(source): key \($0) has no effect with \(config.rendererType.rawValue)"
        }
        return (config, warnings)
    }

    private static let knownKeys: Set<String> = [
        "text_renderer_type", "font_file", "font_size", "dpi", "font_color", "background_color", "pad_size",
        "pixels_per_patch", "max_seq_length", "rgb", "fonts_list", "fallback_fonts_dir",
    ]

    /// Keys whose values differ from the default and change nothing.
    private static func deadKeys(of config: RendererConfig, in keys: [String: JSONValue]) -> [String] {
        var dead: [String] = []
        if config.rendererType == .pangoCairo {
            if config.backgroundColour != .white { dead.append("background_color") }
            if config.fontColour != .black { dead.append("font_color") }
        } else if config.rgb {
            dead.append("rgb")
        }
        if config.padSize != 3 { dead.append("pad_size") }
        if case .array(let list)? = keys["fonts_list"], !list.isEmpty { dead.append("fonts_list") }
        return dead.sorted()
    }

    /// The JSON of this config with every key but the dead ones: sorted keys, two spaces of indent.
    public var json: JSONValue {
        .object([
            "background_color": .string(backgroundColour.name), "dpi": .integer(dpi),
            "fallback_fonts_dir": fallbackFontsDir.map { .string($0) } ?? .null,
            "font_color": .string(fontColour.name), "font_file": .string(Folder.name(of: fontFile)),
            "font_size": Int(exactly: fontSize).map { .integer($0) } ?? .number(fontSize),
            "max_seq_length": .integer(maxSeqLength), "pad_size": .integer(padSize),
            "pixels_per_patch": .integer(pixelsPerPatch), "rgb": .bool(rgb),
            "text_renderer_type": .string(rendererType.rawValue),
        ])
    }

    /// Writes a renderer folder: the JSON and a copy of the font beside it, as the reference saves one.
    ///
    /// - Parameters:
    ///   - folder: made where it is not there.
    ///   - font: path of the font file to copy.
    ///
    /// Throws ``ShardError/file(_:)``, and ``ShardError/invalidOption(key:value:expected:)`` for a size that is no number.
    public func save(to folder: String, copyingFontAt font: String) throws(ShardError) {
        guard fontSize.isFinite else {
            throw .invalidOption(key: "font_size", value: "\(fontSize)", expected: "a number of points")
        }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .file(.cannotWrite(path: folder, reason: "the folder cannot be made"))
        }
        guard let bytes = FileManager.default.contents(atPath: font) else {
            throw .file(.cannotOpen(path: font, reason: "there is no readable file"))
        }
        do {
            try AtomicFile.write([UInt8](bytes), to: folder + "/" + Folder.name(of: fontFile))
            try AtomicFile.write(json.encoded(pretty: true), to: folder + "/" + Self.fileName)
        } catch {
            throw .file(error)
        }
    }
}

/// Typed look-ups in a JSON object; errors name the file and the key. Null counts as absent.
private struct KeyReader {
    let keys: [String: JSONValue]
    let source: String

    func bad(_ key: String, _ reason: String) -> ShardError {
        .malformed(path: source, byteOffset: nil, reason: "key \(key): \(reason)")
    }

    func string(_ key: String) throws(ShardError) -> String? {
        switch keys[key] {
        case nil, .null?: nil
        case .string(let value)?: value
        default: throw bad(key, "a string is expected")
        }
    }

    func integer(_ key: String) throws(ShardError) -> Int? {
        switch keys[key] {
        case nil, .null?: nil
        case .integer(let value)?: value
        default: throw bad(key, "a whole number is expected")
        }
    }

    func number(_ key: String) throws(ShardError) -> Double? {
        switch keys[key] {
        case nil, .null?: nil
        case .integer(let value)?: Double(value)
        case .number(let value)?: value
        default: throw bad(key, "a number is expected")
        }
    }

    func boolean(_ key: String) throws(ShardError) -> Bool? {
        switch keys[key] {
        case nil, .null?: nil
        case .bool(let value)?: value
        default: throw bad(key, "true or false is expected")
        }
    }

    func colour(_ key: String) throws(ShardError) -> RGBColour? {
        guard let name = try string(key) else { return nil }
        guard let colour = RGBColour(name) else {
            throw bad(key, "'\(name)' is no colour; write #rrggbb or a basic name such as black")
        }
        return colour
    }
}

extension RGBColour {
    /// The name that the reference's defaults use, or `#rrggbb`.
    fileprivate var name: String {
        switch self {
        case .black: "black"
        case .white: "white"
        default: hex
        }
    }
}
