public import Foundations
public import Patches
public import Typesetting

/// How a model's pictures are drawn, as its folder keeps it: `rendering.json` in the form of a shard manifest's settings, or the
/// `text_renderer_config.json` of PIXEL and PixelGPT.
public struct DrawingRecord: Sendable, Equatable {
    /// The fonts of a record.
    public enum Fonts: Sendable, Equatable {
        /// A stack by name ("custom" for files by path), and its fonts with their hashes.
        case stack(String, [FontDescription])
        /// Font files of this machine.
        case files([String])
    }

    /// The file's name.
    public static let fileName = "rendering.json"

    /// The file that says it, for messages.
    public let origin: String
    /// How text becomes pixels.
    public let render: RenderOptions
    /// How pixels become patches.
    public let layout: LayoutOptions
    /// The fonts that draw; nil where the record names none.
    public let fonts: Fonts?
    /// The keys of the sections `render` and `layout` that the file states.
    public let stated: [String: [String: JSONValue]]
    /// Warnings about the file, a line each.
    public let warnings: [String]

    /// The record of a model's folder; nil where it has none. Throws `CheckpointError`, `ConfigError` with the key, `ShardError`,
    /// and what is out of range.
    public init?(folder: String) throws {
        if Folder.hasItem("\(folder)/\(Self.fileName)") {
            try self.init(file: "\(folder)/\(Self.fileName)")
        } else if Folder.hasItem("\(folder)/\(RendererConfig.fileName)") {
            try self.init(renderer: folder)
        } else {
            return nil
        }
    }

    /// The record in a file of the form of a manifest.
    private init(file: String) throws {
        let root = try CheckpointJSON.value(of: file)
        if let version = root["format_version"]?.double, version != Double(Manifest.version) {
            throw ConfigError.invalidValue(
                source: file, keyPath: "format_version", reason: "this program reads \(Manifest.version)")
        }
        let settings = root["settings"] ?? root
        var fonts: Fonts?
        if case .string(let stack)? = settings["font_stack"], let list = settings["fonts"] {
            let source = "\(file), settings.fonts"
            fonts = .stack(stack, try StrictJSON.decode([FontDescription].self, from: list, source: source))
        }
        var stated: [String: [String: JSONValue]] = [:]
        for name in ["render", "layout"] {
            guard let section = settings[name] else { continue }
            guard case .object(let fields) = section else {
                throw ConfigError.wrongType(source: file, keyPath: name, expected: "an object", got: section.kind)
            }
            stated[name] = fields.filter { $0.value != .null }
        }
        try self.init(stated, fonts, origin: "file \(file)", warnings: [])
    }

    /// The record of a renderer's folder, fonts included. Throws `ShardError` and what is out of range.
    public init(renderer path: String) throws {
        let loaded = try RendererConfig.load(from: path)
        let config = loaded.config
        var render: [String: JSONValue] = [:]
        if case .object(let options) = try StrictJSON.encodedValue(config.renderOptions) {
            let colours = config.rendererType == .pangoCairo ? [] : ["text_colour", "background"]
            for key in ["profile", "font_size", "dpi", "patch_size", "colour_mode", "gray_from"] + colours {
                render[key] = options[key]
            }
        }
        if config.fallbackFontsDir != nil, config.rendererType == .pangoCairo {
            render["line_metrics"] = .string(RenderOptions.LineMetrics.max.rawValue)
        }
        let layout: [String: JSONValue] = [
            "max_patches": .integer(config.maxSeqLength),
            // The reference truncates, and has no key for it.
            "overflow": .string(LayoutOptions.Overflow.truncate.rawValue),
        ]
        try self.init(
            ["render": render, "layout": layout], .files(try config.fontPaths(relativeTo: loaded.folder)),
            origin: "renderer \(path)", warnings: loaded.warnings)
    }

    /// The record of a folder whose model reads patches of `patchSize`, which holds where the folder says nothing of it; nil where
    /// that is all, and the size the default. Throws as ``init(folder:)``.
    init?(folder: String, patchSize: Int) throws {
        let record = try DrawingRecord(folder: folder)
        let size = RenderOptions().patchSize
        guard record?.stated["render"]?["patch_size"] == nil, patchSize != size else {
            guard let record else { return nil }
            self = record
            return
        }
        var stated = record?.stated ?? [:]
        stated["render", default: [:]]["patch_size"] = .integer(patchSize)
        try self.init(
            stated, record?.fonts, origin: record?.origin ?? "\(folder)/config.json", warnings: record?.warnings ?? [])
    }

    private init(
        _ stated: [String: [String: JSONValue]], _ fonts: Fonts?, origin: String, warnings: [String]
    ) throws {
        func decode<Options: Codable>(_ name: String, _ defaults: Options) throws -> Options {
            guard case .object(let fields) = try StrictJSON.encodedValue(defaults) else { return defaults }
            return try StrictJSON.decode(
                Options.self, from: .object(fields.merging(stated[name] ?? [:]) { $1 }), source: "\(origin), \(name)")
        }
        render = try decode("render", RenderOptions.defaults(beside: stated["render"] ?? [:]))
        layout = try decode("layout", LayoutOptions())
        try render.validate()
        try layout.validate()
        (self.stated, self.fonts, self.origin, self.warnings) = (stated, fonts, origin, warnings)
    }

    /// Opens the fonts; `stack` finds a stack of an installation by name. Throws ``DrawingError``, `TypesettingError`, what
    /// `stack` throws.
    public func open(
        allowsOtherFonts: Bool = false, stack: (String) throws -> FontStackManifest
    ) throws -> Drawing {
        let set =
            switch fonts {
            case .files(let paths)?: try FontSet(paths: paths)
            case .stack(let name, let recorded)?:
                try FontSet(
                    recorded: recorded, of: name, origin: origin, allowsOther: allowsOtherFonts, stack: stack)
            case nil: try FontSet(stack: try stack("default"), allowOtherFonts: allowsOtherFonts)
            }
        return Drawing(fonts: set, render: render, layout: layout)
    }
}

extension RenderOptions {
    /// The defaults beside a section `render`: those for the size of patches that it states.
    public static func defaults(beside stated: [String: JSONValue]) -> RenderOptions {
        guard case .integer(let size)? = stated["patch_size"] else { return RenderOptions() }
        return RenderOptions(patchSize: size)
    }
}

/// Fonts and options that draw pictures for a model.
public struct Drawing: Sendable {
    /// The fonts that draw.
    public var fonts: FontSet
    /// How text becomes pixels.
    public var render: RenderOptions
    /// How pixels become patches.
    public var layout: LayoutOptions

    /// A drawing from its parts.
    public init(fonts: FontSet, render: RenderOptions, layout: LayoutOptions) {
        (self.fonts, self.render, self.layout) = (fonts, render, layout)
    }

    /// The settings with the fonts' hashes. Throws `ConfigError`.
    public var json: JSONValue {
        get throws(ConfigError) {
            try Self.json(fonts.name, fonts.fonts, render, layout)
        }
    }

    /// The bytes of ``DrawingRecord/fileName``. Throws `ConfigError`.
    public var file: [UInt8] { get throws(ConfigError) { try Self.file(json) } }

    /// The bytes of ``DrawingRecord/fileName`` for pictures that stand in shards. Throws `ShardError`, `ConfigError`.
    public static func file(ofShards folder: String) throws -> [UInt8] {
        let drawn = try Manifest.load(folder: folder).settings
        return try file(json(drawn.fontStack, drawn.fonts, drawn.render, drawn.layout))
    }

    private static func json(
        _ stack: String, _ fonts: [FontDescription], _ render: RenderOptions, _ layout: LayoutOptions
    ) throws(ConfigError) -> JSONValue {
        .object([
            "font_stack": .string(stack), "fonts": try StrictJSON.encodedValue(fonts),
            "render": try StrictJSON.encodedValue(render), "layout": try StrictJSON.encodedValue(layout),
        ])
    }

    private static func file(_ settings: JSONValue) -> [UInt8] {
        JSONValue.object(["format_version": .integer(Manifest.version), "settings": settings]).encoded(pretty: true)
    }
}
