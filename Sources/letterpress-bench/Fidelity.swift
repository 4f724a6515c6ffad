import ArgumentParser
import Foundation
import Typesetting

/// Compares our strips with those that the reference renderer drew of the same lines.
struct Fidelity: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare strips with a .strips file drawn by Tests/Peers/pango_strips.py pixels.")

    @OptionGroup var render: RenderArguments

    @Option(help: "Lines of text, one a document.")
    var lines: String

    @Option(help: "The reference's .strips file.")
    var strips: String

    @Option(help: "Patches of the canvas, L.")
    var length = 1024

    @Option(help: "Print the first so many differing lines on standard error.")
    var show = 0

    func run() throws {
        let result = try FidelityResult(
            lines: lines, strips: strips, typesetter: Typesetter(fonts: render.fontSet(), options: render.options()),
            length: length, show: show)
        try printJSON(result.json)
    }
}

/// Compares all line sets that the reference drew.
struct FidelitySets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fidelity-sets",
        abstract: "Compare every set of a references.json drawn by Tests/Peers/references.py; prints a table.")

    @Argument(help: "Folder of the line sets.")
    var lines: String

    @Argument(help: "Folder of the strips, with references.json.")
    var strips: String

    @Option(help: "Print the first so many differing lines of a set on standard error.")
    var show = 0

    struct Reference: Decodable {
        var fonts: [String]
        var set: String
        var strips: String
        var texts: String
    }

    func run() throws {
        let references = try JSONDecoder().decode(
            [Reference].self, from: Data(contentsOf: URL(fileURLWithPath: strips + "/references.json")))
        let finder = FontFinder(folders: FontFinder.systemFolders)
        print("| set | fonts | lines | compared | identical | % | same N | no glyph | coloured | difference |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for reference in references {
            let paths = try reference.fonts.map { name in
                let file = String(name.split(separator: "#")[0])
                guard let path = finder.path(of: file) else { throw ValidationError("\(file) is not installed") }
                return path + name.dropFirst(file.count)
            }
            var options = RenderOptions()
            options.lineMetrics = paths.count > 1 ? .max : .primary
            let result = try FidelityResult(
                lines: lines + "/" + reference.texts, strips: strips + "/" + reference.strips,
                typesetter: Typesetter(fonts: FontSet(paths: paths), options: options), length: 1024, show: show)
            let names = reference.fonts.map { $0.split(separator: ".")[0] }.joined(separator: ", ")
            print(
                "| \(reference.set) | \(names) | \(result.lines) | \(result.compared) | \(result.identical) "
                    + "| \(result.percent) | \(result.sameN) | \(result.missing) | \(result.colour) "
                    + "| \(result.colour == 0 ? "" : "\(result.meanColourDifference)") |")
        }
    }
}

/// What comparing one set of lines gave.
struct FidelityResult {
    var lines = 0
    var compared = 0
    var identical = 0
    /// Lines with the reference's number of patches, coloured ones included.
    var sameN = 0
    var missing = 0
    var colour = 0
    private var colourSum = 0.0
    private var colourValues = 0

    var percent: Double {
        compared == 0 ? 0 : (Double(identical) / Double(compared) * 1e5).rounded() / 1e3
    }
    /// Mean absolute difference of the channels of coloured patches, levels.
    var meanColourDifference: Double {
        colourValues == 0 ? 0 : (colourSum / Double(colourValues) * 100).rounded() / 100
    }
    var json: [String: Any] {
        [
            "lines": lines, "compared": compared, "identical": identical, "identical_percent": percent,
            "same_n": sameN, "excluded_missing_glyph": missing, "colour_lines": colour,
            "colour_mean_absolute_difference": meanColourDifference,
        ]
    }

    init(lines path: String, strips: String, typesetter: Typesetter, length: Int, show: Int) throws {
        let texts = try readLines(path)
        let reference = try StripsFile(path: strips)
        guard reference.strips.count == texts.count else {
            throw ValidationError("\(strips) holds \(reference.strips.count) strips, \(path) \(texts.count) lines")
        }
        lines = texts.count
        let canvas = typesetter.canvas(patchCount: length)
        var shown = 0
        for (number, (text, strip)) in zip(texts, reference.strips).enumerated() {
            let line = try typesetter.line(text)
            if !line.missing.isEmpty {
                missing += 1
                continue
            }
            canvas.clear()
            try typesetter.draw(line, on: canvas, x: 2)
            let end = min((line.width + 4 + 15) / 16, length - 1)
            canvas.fillBlack(patch: end)
            let isSameN = end == strip.textPatchCount
            sameN += isSameN ? 1 : 0
            var isIdentical = isSameN
            if line.hasColour {
                colour += 1
                let (sum, values) = strip.colourDifference(canvas.rgb(of: 0..<end + 1), patches: end + 1)
                colourSum += sum
                colourValues += values
            } else {
                compared += 1
                isIdentical = isSameN && strip.matches(gray: canvas.gray(of: 0..<end + 1))
                identical += isIdentical ? 1 : 0
            }
            if !isIdentical, shown < show {
                shown += 1
                let message =
                    "\(path):\(number + 1): N \(end), reference \(strip.textPatchCount): "
                    + String(decoding: text, as: UTF8.self) + "\n"
                FileHandle.standardError.write(Data(message.utf8))
            }
        }
    }
}
