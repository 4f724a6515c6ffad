import ArgumentParser
import Foundations
import Typesetting
import ZooKit

/// Which fonts draw.
struct FontFlags: SettingFlags {
    @Option(
        help: ArgumentHelp("Font stack by name or manifest path (default).", valueName: "stack"),
        completion: Completions.fonts) var fonts: String?
    @Option(
        name: .customLong("font"),
        help: ArgumentHelp("Font file, PATH or PATH#FACE; repeat for fallbacks.", valueName: "path"),
        completion: .file())
    var paths: [String] = []
    @Flag(help: "Use installed fonts whose hash is not the stack's; recorded in the output.") var allowOtherFonts =
        false
    @Option(help: ArgumentHelp("Folder with fonts/ and corpora/ (found).", valueName: "folder"), completion: .directory)
    var root: String?

    func add(to layer: inout SettingLayer) {
        layer.set("fonts", "stack", fonts.map { .string($0) })
        layer.set("fonts", "paths", paths.isEmpty ? nil : .array(paths.map { .string($0) }))
        layer.set("fonts", "allow_other", allowOtherFonts ? .bool(true) : nil)
    }

    /// Opens the fonts that the settings name.
    func open(_ settings: MergedSettings) throws -> FontSet {
        let found = try settings.decode("fonts", over: FontSettings())
        if let paths = found.paths { return try FontSet(paths: paths) }
        if let recorded = settings.manifestFonts {
            let installation = Installation(root: root)
            return try FontSet(
                recorded: recorded, of: found.stack, origin: settings.origins["fonts.stack"] ?? "manifest",
                allowsOther: found.allowOther ?? false, stack: installation.stack)
        }
        return try FontSet(
            stack: try Installation(root: root).stack(found.stack ?? "default"),
            allowOtherFonts: found.allowOther ?? false)
    }
}
