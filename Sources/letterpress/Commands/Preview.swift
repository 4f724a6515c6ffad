import ArgumentParser
import Foundations
import Patches
import Typesetting

/// `letterpress preview`: a text as a picture.
struct Preview: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw a text as a PNG.",
        discussion: """
            EXAMPLES
              letterpress preview "My cool cat" --grid -o cat.png
              echo "مرحبا" | letterpress preview - --side-by-side --scale 3 > strategies.png
            """)

    @Argument(help: ArgumentHelp("The text, or - for standard input.", valueName: "text")) var text: String
    @Option(name: .customLong("text-b"), help: ArgumentHelp("A second text; draws a pair (none).", valueName: "text"))
    var textB: String?
    @Option(
        name: [.short, .long], help: ArgumentHelp("PNG file (standard output).", valueName: "file"), completion: .file()
    )
    var out: String?
    @Flag(help: "Enlarge, separate and number the patches, with their byte ranges.") var grid = false
    @Flag(help: "Every strategy, one above the other.") var sideBySide = false
    @Option(help: ArgumentHelp("Times to enlarge (1, with a grid 5).", valueName: "n")) var scale: Int?
    @Option(help: ArgumentHelp("Patches in a row (64, with a grid 12).", valueName: "n")) var columns: Int?
    @OptionGroup(title: "Pixels") var rendering: RenderingFlags
    @OptionGroup(title: "Patches") var layout: LayoutFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @OptionGroup(title: "Settings") var settings: SettingOptions
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if let scale, !(1...16).contains(scale) { throw ValidationError("--scale takes 1 to 16") }
        if let columns, !(1...1024).contains(columns) { throw ValidationError("--columns takes 1 to 1024") }
        if sideBySide, textB != nil { throw ValidationError("--side-by-side shows a single text") }
    }

    func run() throws {
        var merged = try settings.merged(with: SettingLayer(flags: [rendering, layout, fonts]))
        let pixels = try pixelSettings(&merged)
        let bytes = text == "-" ? Console.input() : Array(text.utf8)
        let repaired = Array(String(decoding: bytes, as: UTF8.self).utf8)
        if repaired != bytes { report.warn("the text is no UTF-8; each broken part is drawn as U+FFFD") }
        let picture = PreviewPicture(
            settings: pixels, fonts: try fonts.open(merged), text: repaired,
            textB: textB.map { Array($0.utf8) },
            hasGrid: grid, scale: scale ?? (grid ? 5 : 1), columns: columns ?? (grid ? 12 : 64))
        let result = try sideBySide ? picture.strategies(monospaced: monospaced) : picture.single()
        for script in result.missing.sorted(by: { $0.key < $1.key }) {
            report.warn("no glyph in these fonts for \(counted(script.value, "character")) of script \(script.key)")
        }
        if result.leftOut > 0 {
            report.warn(
                "left out: \(counted(result.leftOut, "sequence")); a preview shows \(PreviewPicture.limit) of each text, render "
                    + "writes all")
        }
        try Console.output(try PNGEncoder(settings: PNGSettings(level: 9)).encode(result.picture), to: out)
        if let out, out != "-" {
            if report.json {
                try Console.result(
                    .object([
                        "file": .string(out), "num_patches": .array(result.patchCounts.map { .integer($0) }),
                    ]))
            } else {
                let counts = result.patchCounts.map(String.init).joined(separator: ", ")
                report.note("\(out): \(counts) \(plural("patch", result.patchCounts.last ?? 0))")
            }
        }
    }

    /// The settings in force; text B makes a pair unless a layout is given.
    private func pixelSettings(_ merged: inout MergedSettings) throws -> PixelSettings {
        if textB != nil { merged.imply("layout", "layout", .string("pair"), because: "--text-b") }
        let pixels = try PixelSettings(merged)
        if textB != nil, pixels.layout.layout != .pair {
            throw CommandFailure(
                .usage,
                "layout \(pixels.layout.layout.rawValue) (\(merged.origins["layout.layout"] ?? "settings")) shows no text B; "
                    + "leave out --text-b, or pass --layout pair")
        }
        return pixels
    }

    /// The monospaced stack; without it, and with other versions of its fonts, a warning.
    private func monospaced() -> FontSet? {
        do {
            let set = try FontSet(stack: Installation(root: fonts.root).stack("mono"), allowOtherFonts: true)
            for font in set.fonts where !font.matchesStack {
                report.warn("strategy mono: \(font.file) is not the file of the stack mono")
            }
            return set
        } catch {
            report.warn("strategy mono is left out: \(error)")
            return nil
        }
    }
}
