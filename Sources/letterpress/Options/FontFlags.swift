import ArgumentParser
import Foundations
import Typesetting

/// Which fonts draw.
struct FontFlags: SettingFlags {
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
        let found = try settings.decode("fonts", over: FontSettings())
        if let paths = found.paths { return try FontSet(paths: paths) }
        if let recorded = settings.manifestFonts {
            return try open(recorded, of: found, origin: settings.origins["fonts.stack"] ?? "manifest")
        }
        return try FontSet(
            stack: try Installation(root: root).stack(found.stack ?? "default"),
            allowOtherFonts: found.allowOther ?? false)
    }

    /// The stack that a manifest names, provided that its fonts are those of the manifest.
    private func open(_ recorded: [FontDescription], of found: FontSettings, origin: String) throws -> FontSet {
        let advice = "pass --font for each of its fonts in order, or --fonts to choose a stack"
        guard let name = found.stack, name != "custom" else {
            let files = recorded.map(\.file).joined(separator: ", ")
            throw CommandFailure(
                .fontsUnavailable, "\(origin): was rendered with fonts named by path (\(files)); \(advice)")
        }
        let fonts = try FontSet(stack: try Installation(root: root).stack(name), allowOtherFonts: true)
        let isSame = fonts.fonts.elementsEqual(recorded) { $0.sha256 == $1.sha256 && $0.faceIndex == $1.faceIndex }
        guard isSame || found.allowOther == true else {
            let known = Set(fonts.fonts.map(\.sha256))
            let other = recorded.first { !known.contains($0.sha256) }?.file ?? "their order"
            throw CommandFailure(
                .fontsUnavailable,
                "\(origin): the fonts of stack \(name) are not those it records (\(other)); \(advice)")
        }
        return fonts
    }
}
