import ArgumentParser
import Foundation
import Foundations
import Reports

/// `letterpress corpus`: recipes of corpora.
struct Corpus: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List and fetch corpora.",
        discussion: """
            EXAMPLES
              letterpress corpus list
              letterpress corpus fetch installation-guide
            """, subcommands: [List.self, Fetch.self], defaultSubcommand: List.self)

    /// `letterpress corpus list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the recipes.",
            discussion: """
                EXAMPLES
                  letterpress corpus list
                  letterpress corpus list --json
                """)

        @Option(help: ArgumentHelp("Folder with corpora/ (found).", valueName: "folder"), completion: .directory)
        var root: String?
        @OptionGroup(title: "Reports") var report: ReportFlags

        func run() throws {
            let recipes = try Recipe.all(in: Installation(root: root).corpora())
            if report.json { return try recipes.forEach { try Console.result($0.manifest) } }
            for line in TextTable.lines(recipes.map(\.cells), names: 3) { try Console.result(line) }
        }
    }

    /// `letterpress corpus fetch`
    struct Fetch: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build a corpus from the packages that its recipe names.",
            discussion: """
                Needs python3, apt-get and dpkg-deb; the text comes from where this machine gets its packages.

                EXAMPLES
                  letterpress corpus fetch installation-guide
                  letterpress corpus fetch gnome-user-docs --out gnome --languages ta,te
                """)

        @Argument(help: ArgumentHelp("Name of the recipe.", valueName: "name")) var name: String
        @Option(
            name: [.short, .long], help: ArgumentHelp("Folder (corpora/fetched/NAME).", valueName: "folder"),
            completion: .directory)
        var out: String?
        @Option(help: ArgumentHelp("Only these languages, by commas (all).", valueName: "tags")) var languages: String?
        @Flag(help: "Keep the downloaded packages.") var keep = false
        @Option(help: ArgumentHelp("Folder with corpora/ (found).", valueName: "folder"), completion: .directory)
        var root: String?

        func run() throws {
            let folder = try Installation(root: root).corpora()
            let names = try Recipe.all(in: folder).map(\.name)
            guard names.contains(name) else {
                let near = NearNames.of(name, among: names)
                throw CommandFailure(
                    .usage,
                    "there is no recipe '\(name)'; \(near.isEmpty ? "there are" : "near"): "
                        + (near.isEmpty ? names : near).joined(separator: ", "))
            }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: folder + "/fetch")
            process.arguments =
                [name] + (out.map { [$0] } ?? []) + (languages.map { ["--languages", $0] } ?? [])
                + (keep ? ["--keep"] : [])
            try process.run()
            process.waitUntilExit()
            if process.terminationStatus != 0 { throw ExitCode(process.terminationStatus) }
        }
    }
}

/// What a recipe's manifest says of itself.
private struct Recipe {
    let name: String
    let manifest: JSONValue

    static func all(in folder: String) throws -> [Recipe] {
        let path = folder + "/recipes"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw CommandFailure(.missingInput, "\(path) cannot be listed")
        }
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            let bytes = [UInt8](FileManager.default.contents(atPath: path + "/" + name) ?? Data())
            return Recipe(name: String(name.dropLast(5)), manifest: try JSONValue.parse(bytes))
        }
    }

    /// Name, documents, description.
    var cells: [String] {
        var documents = 0
        if case .array(let outputs)? = manifest["outputs"] {
            for output in outputs { if case .integer(let count)? = output["documents"] { documents += count } }
        }
        var description = ""
        if case .string(let text)? = manifest["description"] { description = text }
        return [name, Figures.counted(documents, "document"), description]
    }
}
