import ArgumentParser
import Distribution
import Foundation
import Foundations
import Tensors
import Zoo
import ZooKit

/// `letterpress method NAME VERB`: what a method does beside training.
struct MethodCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "method",
        abstract: "Run a verb of a method of the zoo.",
        usage: """
            letterpress method <name> <verb> [--set <key=value> ...] [--config <file>] --out <folder>
            letterpress method <name> <verb> --help
            """,
        discussion: """
            Settings are those of the verb; --help after its name lists them. --set beats --config, that beats the default.
            letterpress zoo list names methods and verbs.

            EXAMPLES
              letterpress method hft half-reset --set base=models/base tuned=runs/tuned/best ratio=0.5 --out models/half
            """, helpNames: [])

    @Argument(help: ArgumentHelp("A method.", valueName: "name"), completion: Completions.methods) var name: String?
    @Argument(help: ArgumentHelp("A verb of the method.", valueName: "verb")) var verb: String?
    @Option(
        name: [.short, .long], help: ArgumentHelp("Folder of the result (required).", valueName: "folder"),
        completion: .directory)
    var out: String?
    @Option(name: .customLong("set"), parsing: .upToNextOption, help: ArgumentHelp("Settings.", valueName: "key=value"))
    var pairs: [String] = []
    @Option(help: ArgumentHelp("Settings from a JSON object in a file (none).", valueName: "file"), completion: .file())
    var config: String?
    @Flag(help: "Resume what stands in the folder.") var resume = false
    @Flag(help: "Print the settings and where each came from, and do nothing.") var printConfig = false
    @OptionGroup var computing: ThreadFlags
    @Option(help: ArgumentHelp("Folder with models/ (found).", valueName: "folder"), completion: .directory) var root:
        String?
    @OptionGroup(title: "Reports") var report: ReportFlags
    @Flag(name: [.short, .long], help: "Show help.") var help = false

    func run() throws {
        guard let name else { return try usage() }
        let method = try Catalogue.all.method(name)
        guard let verb else {
            if help { return try usage() }
            throw CommandFailure(.usage, "which verb of \(name)? " + Self.known(method))
        }
        guard let found = method.verbs.first(where: { $0.name == verb }) else {
            let near = NearNames.of(verb, among: method.verbs.map { $0.name })
            throw CommandFailure(
                .usage,
                "\(name) has no verb '\(verb)'" + (near.isEmpty ? "" : ", near: \(near.joined(separator: ", "))") + "; "
                    + Self.known(method))
        }
        try run(found)
    }

    private static func known(_ method: any ZooMethod.Type) -> String {
        method.verbs.isEmpty ? "it has none" : "it has: \(method.verbs.map { $0.name }.joined(separator: ", "))"
    }

    private func usage() throws { try Console.result(Letterpress.helpMessage(for: Self.self, columns: 80)) }

    private func run<Verb: MethodVerb>(_ verb: Verb.Type) throws {
        if help { return try describe(verb) }
        let file = try config.map(Self.fields) ?? [:]
        let flags = try SettingPairs.values(of: pairs, source: "--set")
        let settings = try settings(of: verb, file, flags)
        if printConfig { return try show(settings, file, flags) }
        guard !resume || Verb.resumes else {
            throw CommandFailure(.usage, "\(name ?? "") \(Verb.name) has nothing to resume; leave --resume out")
        }
        guard let out else { throw CommandFailure(.usage, "where to? pass --out with the folder of the result") }
        let run = try RunSettings.read(
            MergedSettings(SettingSources.layers(config: nil, flags: SettingLayer(flags: [computing]))))
        let communicator = try MPIProcesses.joined()
        let report = communicator.rank == 0 ? report : .silent
        let printer = RunPrinter(report: report, title: "\(name ?? "") \(Verb.name)", folder: out, peak: nil)
        defer { printer.clear() }
        StopSignal.listen()
        let job = MethodJob(
            folder: out, resumes: resume, communicator: communicator, catalogue: Catalogue.all,
            presets: try? Installation(root: root).models(), workspace: run.workspace,
            shouldStop: { StopSignal.number != nil }, onEvent: { try printer.show($0) }, report: { report.note($0) })
        let lines: [String]
        do { lines = try Verb.run(settings, job) } catch is MethodStop {
            report.note("stopped; resume with the same command and --resume")
            try (communicator as? MPIProcesses)?.leave()
            throw ExitCode.stopped
        } catch let error as ConfigError {
            // What a verb finds wrong of its own settings.
            guard let key = error.keyPath, flags[key] != nil, "\(error)".hasPrefix("\(Verb.name): ") else {
                throw error
            }
            throw CommandFailure(.usage, "\(error)")
        }
        if !report.isSilent {
            for line in lines where !report.json { try Console.result(line) }
            if report.json {
                try Console.result(
                    .object(["folder": .string(out), "lines": .array(lines.map { .string($0) })]))
            }
        }
        try (communicator as? MPIProcesses)?.leave()
    }

    /// The settings of a verb. What `--set` gives, or nobody does, is wrong usage.
    private func settings<Verb: MethodVerb>(
        of verb: Verb.Type, _ file: [String: JSONValue], _ flags: [String: JSONValue]
    ) throws -> Verb.Config {
        do { return try Verb.config([file, flags], source: "settings of \(name ?? "") \(Verb.name)") } catch {
            let key = (error as? ConfigError)?.keyPath.map { String($0.prefix { $0 != "." && $0 != "[" }) }
            guard let key, file[key] == nil || flags[key] != nil else { throw error }
            throw CommandFailure(.usage, "\(error)")
        }
    }

    private func describe<Verb: MethodVerb>(_ verb: Verb.Type) throws {
        try Console.result("letterpress method \(name ?? "") \(Verb.name): \(Verb.summary)\n\nSETTINGS")
        let settings = try Verb.settings()
        let width = settings.map(\.key.count).max() ?? 0
        for setting in settings {
            let space = String(repeating: " ", count: width - setting.key.count)
            let standard =
                setting.standard == .null ? "" : " (\(String(decoding: setting.standard.encoded(), as: UTF8.self)))"
            try Console.result("  \(setting.key)\(space)  \(setting.help)\(standard)")
        }
        try Console.result(
            "\nGive them by --set key=value, or as an object in the file of --config; --out names the folder.")
    }

    private func show<Config: Encodable>(
        _ settings: Config, _ file: [String: JSONValue], _ flags: [String: JSONValue]
    ) throws {
        guard case .object(let fields) = try StrictJSON.encodedValue(settings) else { return }
        let shown = fields.map { key, value in
            let origin = flags[key] != nil ? "flag" : file[key] != nil ? "file \(config ?? "")" : "default"
            return (key, JSONValue.object(["origin": .string(origin), "value": value]))
        }
        let object = JSONValue.object(Dictionary(shown) { first, _ in first })
        try Console.result(String(decoding: object.encoded(pretty: true).dropLast(), as: UTF8.self))
    }

    private static func fields(of path: String) throws -> [String: JSONValue] {
        let bytes = try MappedFile(path: path).withBytes { Array($0) }
        let value: JSONValue
        do { value = try JSONValue.parse(bytes, rejectDuplicates: true) } catch {
            throw ConfigError.notJSON(source: path, error: error)
        }
        guard case .object(let fields) = value else {
            throw ConfigError.wrongType(source: path, keyPath: "", expected: "an object", got: value.kind)
        }
        return fields
    }
}
