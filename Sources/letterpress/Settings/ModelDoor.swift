import Foundations
import Typesetting
import Zoo
import ZooKit

/// The settings that decide a model's pictures: those of its folder, with stronger ones over them.
struct ModelDrawing {
    let merged: MergedSettings
    let pixels: PixelSettings
    let fonts: FontFlags

    /// The drawing of settings. Throws for a value out of range.
    init(_ merged: MergedSettings, _ fonts: FontFlags) throws {
        (self.merged, self.fonts) = (merged, fonts)
        pixels = try PixelSettings(merged)
    }

    /// The drawing of a single command on a model: patches of its size, as many as it has positions, unless something says otherwise.
    /// Throws a usage failure for patches of another size.
    init(_ model: ModelFolder, _ merged: MergedSettings, _ fonts: FontFlags) throws {
        var merged = merged
        merged.imply("render", "patch_size", .integer(model.config.patchSize), because: "the model's configuration")
        merged.imply("layout", "max_patches", .integer(model.config.positions), because: "the model's configuration")
        try self.init(merged, fonts)
        guard pixels.render.patchSize == model.config.patchSize else {
            throw CommandFailure(
                .usage,
                "render.patch_size is \(pixels.render.patchSize) (\(merged.origins["render.patch_size"] ?? "settings")), "
                    + "but the model reads patches of \(model.config.patchSize); leave it out")
        }
    }

    /// Opens the fonts.
    func open() throws -> Drawing {
        Drawing(fonts: try fonts.open(merged), render: pixels.render, layout: pixels.layout)
    }
}

extension ModelFolder {
    /// Opens the folder that an argument names, with the methods of this program. Throws a failure where there is none.
    static func named(_ path: String) throws -> ModelFolder {
        if Folder.isFolder(path), try place(of: path) == nil {
            throw CommandFailure(
                .missingInput, "\(path) holds no model: expected config.json, best/ of a fine-tuning, or checkpoints/")
        }
        return try open(path, Catalogue.all)
    }

    /// The settings by which the folder's pictures are drawn; nil where it does not say.
    func drawingLayer() throws -> SettingLayer? {
        try drawing().map { drawing in
            for warning in drawing.warnings { Console.warning(warning) }
            return SettingLayer(drawing)
        }
    }

    /// The same for a single picture, which is laid out by itself and has the model's length.
    func pictureLayer() throws -> SettingLayer? {
        var layer = try drawingLayer()
        for key in ["layout", "max_patches", "text_a_max_patches", "overflow", "stride", "right_to_left"] {
            layer?.values["layout"]?[key] = nil
        }
        return layer
    }

    /// The tokenizer of a command on texts, named or the model's own. Throws a usage failure for a model of pictures alone, that names
    /// the command for these.
    func words(_ name: String?, for command: String) throws -> ModelTokenizer {
        if heads.token {
            if let name { return try ModelTokenizer(name) }
            if let own = try tokenizer() { return own }
        }
        guard heads.patch else {
            guard heads.token else { throw GenerationError.noHead("token") }
            return try ModelTokenizer(path)
        }
        let lack = heads.token ? "has no tokenizer (name one with --tokenizer)" : "has no token head"
        throw CommandFailure(
            .usage, "\(path) predicts patches and \(lack); for pictures use letterpress \(command) pixels")
    }

    /// Throws a usage failure for a model of texts alone that names the command for these.
    func needPatches(for command: String) throws {
        guard !heads.patch else { return }
        guard heads.token else { throw GenerationError.noHead("patch") }
        throw CommandFailure(
            .usage, "\(path) predicts tokens and has no patch head; for texts use letterpress \(command) text")
    }
}

extension SettingLayer {
    /// The settings of a record of drawing, fonts included.
    init(_ drawing: DrawingRecord) {
        self.init(origin: drawing.origin, values: drawing.stated)
        switch drawing.fonts {
        case .stack(let name, let fonts)?:
            set("fonts", "stack", .string(name))
            manifestFonts = fonts
        case .files(let paths)?: set("fonts", "paths", .array(paths.map { .string($0) }))
        case nil: break
        }
    }
}
