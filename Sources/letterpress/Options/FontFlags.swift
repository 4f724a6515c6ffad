import ArgumentParser
import Foundations
import Typesetting

/// Which fonts draw.
struct FontFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Font stack by name or manifest path (default).", valueName: "stack")) var fonts: String?
    @Option(
        name: .customLong("font"),
        help: ArgumentHelp("Font file, PATH or PATH#FACE; repeat for fallbacks.", valueName: "path"))
    var paths: [String] = []
    @Flag(help: "Use installed fonts whose hash is not the stack's; recorded in the output.") var allowOtherFonts =
        false
    @Option(help: ArgumentHelp("Folder with fonts/ and corpora/.", valueName: "folder")) var root: String?

    func add(to layer: inout SettingLayer) {
        layer.set("fonts", "stack", fonts.map { .string($0) })
        layer.set("fonts", "paths", paths.isEmpty ? nil : .array(paths.map { .string($0) }))
        layer.set("fonts", "allow_other", allowOtherFonts ? .bool(true) : nil)
    }

    /// Opens the fonts that the settings name.
    func open(_ settings: MergedSettings) throws -> FontSet {
        if case .array(let found)? = settings["fonts", "paths"] {
            return try FontSet(paths: found.compactMap { if case .string(let path) = $0 { path } else { nil } })
        }
        var name = "default"
        if case .string(let stack)? = settings["fonts", "stack"] { name = stack }
        return try FontSet(
            stack: try Installation(root: root).stack(name),
            allowOtherFonts: settings["fonts", "allow_other"] == .bool(true))
    }
}
