import ArgumentParser
import Foundation
import Typesetting

/// `letterpress-bench coverage`: which characters of which scripts a stack draws.
struct Coverage: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Share of the assigned characters of every Unicode script that a stack draws; writes a table.",
        discussion: """
            EXAMPLES
              letterpress-bench coverage
              letterpress-bench coverage --check
            """)

    @OptionGroup var fonts: RenderArguments
    @Option(name: .shortAndLong, help: "The page to write.") var out = "docs/coverage.md"
    @Flag(help: "Compare with the page instead of writing it; exits with 1 when it is old.") var check = false

    func run() throws {
        let stack = try FontStackManifest.load(path: fonts.stack)
        let typesetter = try Typesetter(fonts: fonts.fontSet(), options: fonts.options())
        let page = try Self.page(
            scripts: ScriptCoverage.measure(typesetter), stack: stack,
            today: Date.now.formatted(.iso8601.year().month().day()))
        guard check else { return try Data(page.utf8).write(to: URL(fileURLWithPath: out)) }
        // The day and the versions may differ, the figures may not.
        func figures(_ page: String) -> [Substring] { page.split(separator: "\n").filter { $0.hasPrefix("|") } }
        let old = try String(contentsOf: URL(fileURLWithPath: out), encoding: .utf8)
        guard figures(old) == figures(page) else {
            let versions = LibraryVersions.all.map { "\($0.key) \($0.value)" }
            guard versions.allSatisfy(old.contains) else { return print("\(out) was made with other library versions") }
            FileHandle.standardError.write(Data("\(out) is old; letterpress-bench coverage writes it anew\n".utf8))
            throw ExitCode(1)
        }
    }

    private static func page(scripts: [ScriptCoverage], stack: FontStackManifest, today: String) -> String {
        let real = scripts.filter { !$0.isShared }
        let complete = real.count { $0.drawn == $0.assigned }
        let most = real.count { $0.drawn < $0.assigned && $0.drawn * 100 >= $0.assigned * 90 }
        let none = real.filter { $0.drawn == 0 }.map { "\($0.name) (\($0.assigned))" }
        let versions = LibraryVersions.all.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let rows = scripts.map { script in
            let font = stack.fonts.first { $0.scripts.contains(script.code) }?.family ?? ""
            return
                "| `\(script.code)` | \(script.name) | \(script.assigned) | \(script.drawn) | \(script.share) | \(font) |"
        }
        return """
            # Scripts

            The share of the assigned characters of each Unicode script that the stack `\(stack.name)` draws. Counted are the
            characters that have a picture or a width: without controls, format characters, variation selectors, surrogates
            and private use. A character counts as drawn when the typesetter finds a glyph for it alone.

                letterpress-bench coverage

            Made on \(today) with \(versions.joined(separator: ", ")).

            Of \(real.count) scripts \(complete) are drawn completely and \(most) more to 90 % or above. \
            \(none.isEmpty ? "None is left out." : "Without any: \(none.joined(separator: ", ")).")

            The font is the first of the stack made for the script; others may draw a part. `Zyyy` (common) and `Zinh`
            (inherited) are what scripts share. Characters newer than the Unicode tables of the installed HarfBuzz have no script
            there and are not counted.

            | code | script | assigned | drawn | share | font |
            |---|---|---:|---:|---:|---|
            \(rows.joined(separator: "\n"))

            """
    }
}

/// Characters of a script, and how many of them are drawn.
private struct ScriptCoverage {
    let code: String
    var assigned = 0
    var drawn = 0

    /// Whether characters of many scripts are meant.
    var isShared: Bool { code == "Zyyy" || code == "Zinh" }

    /// English name of the script.
    var name: String { Locale(identifier: "en").localizedString(forScriptCode: code) ?? code }

    /// Per cent with one decimal, rounded down, so that only a complete script has 100.
    var share: String {
        let tenths = drawn * 1000 / assigned
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// All scripts by name, what is not one script at the end.
    static func measure(_ typesetter: Typesetter) throws -> [ScriptCoverage] {
        var found: [String: ScriptCoverage] = [:]
        for value in UInt32(0)..<0x110000 {
            guard let scalar = Unicode.Scalar(value), isCounted(scalar) else { continue }
            let code = ScriptTable.code(of: value)
            if code == "Zzzz" { continue }
            let line = try typesetter.line(Array(String(scalar).utf8))
            found[code, default: ScriptCoverage(code: code)].assigned += 1
            if line.missing.isEmpty { found[code]?.drawn += 1 }
        }
        return found.values.sorted { ($0.isShared ? 1 : 0, $0.name) < ($1.isShared ? 1 : 0, $1.name) }
    }

    private static func isCounted(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint { return false }
        switch scalar.properties.generalCategory {
        case .unassigned, .surrogate, .privateUse, .control, .format, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}
