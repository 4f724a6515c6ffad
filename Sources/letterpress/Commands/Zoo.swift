import ArgumentParser
import Foundations
import Layers
import Zoo
import ZooKit

/// `letterpress zoo`: methods and model presets.
struct ZooCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zoo",
        abstract: "List methods and model presets, describe a model.",
        discussion: """
            EXAMPLES
              letterpress zoo list
              letterpress zoo describe pixelgpt/tiny
            """, subcommands: [List.self, ZooDescribe.self], defaultSubcommand: List.self)

    /// `letterpress zoo list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the methods with their sources, verbs and presets.",
            discussion: """
                EXAMPLES
                  letterpress zoo list
                  letterpress zoo list --json
                """)

        @Option(help: ArgumentHelp("Folder with models/ (found).", valueName: "folder"), completion: .directory)
        var root: String?
        @OptionGroup(title: "Reports") var report: ReportFlags

        func run() throws {
            let presets = try ModelPresets.list(in: try Installation(root: root).models())
            for method in Catalogue.all.methods {
                let own = presets.filter { $0.hasPrefix(method.name + "/") }
                if report.json {
                    try Console.result(json(method, own))
                } else {
                    try Console.result("\(method.name)  \(method.summary)")
                    let source = method.source
                    try Console.result("  \(source.title); \(source.citation); \(source.link)")
                    for (title, names) in [
                        ("presets", own), ("--method", method.adaptations.map { $0.name }),
                        ("verbs", method.verbs.map { $0.name }),
                    ]
                    where !names.isEmpty {
                        try Console.result("  \(title): \(names.joined(separator: " "))")
                    }
                }
            }
        }

        private func json(_ method: any ZooMethod.Type, _ presets: [String]) throws -> JSONValue {
            .object([
                "name": .string(method.name), "summary": .string(method.summary),
                "source": try StrictJSON.encodedValue(method.source),
                "presets": .array(presets.map { .string($0) }),
                "adaptations": .array(
                    method.adaptations.map { .object(["name": .string($0.name), "summary": .string($0.summary)]) }),
                "verbs": .array(
                    method.verbs.map { .object(["name": .string($0.name), "summary": .string($0.summary)]) }),
            ])
        }
    }
}
