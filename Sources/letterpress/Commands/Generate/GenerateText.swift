import ArgumentParser
import Corpora
import Foundation
import Foundations
import Tensors
import ZooKit

/// `letterpress generate text`, which is what `letterpress generate` does.
struct GenerateText: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "text",
        abstract: "Let a model continue texts.",
        discussion: """
            FILE holds a prompt a line. Where its name ends with .jsonl a line is a JSON string, or an object with prompt or \
            a conversation's messages; its id (an integer) names the random numbers, else the line's number does, counted from 0. \
            One text streams to standard output; several come in the order of their prompts. They are the same at any --batch \
            up to 16; larger batches are computed by other products, whose rounding may turn a choice between tokens that are \
            all but equally likely.

            EXAMPLES
              letterpress generate text --model models/smollm2 --prompt "Once upon a time" -n 40
              letterpress generate text --model models/smollm2 --chat smollm2 --prompt "What is ink?" --temperature 0.7
            """)

    @Option(help: ArgumentHelp("A model's folder, with its tokenizer.", valueName: "folder"), completion: .directory)
    var model: String
    @Option(name: [.short, .long], help: ArgumentHelp("The text to continue (or --prompts).", valueName: "text"))
    var prompt: String?
    @Option(
        help: ArgumentHelp("Texts to continue, one a line; - is standard input (none).", valueName: "file"),
        completion: .file())
    var prompts: String?
    @Option(help: ArgumentHelp("Continuations of each prompt (1).", valueName: "k")) var samples: Int?
    @Option(help: ArgumentHelp("Rows that are computed at once (8).", valueName: "n")) var batch: Int?
    @Option(help: "The prompt is what a user says: the format of the turns (none).") var chat: ChatFormat?
    @Option(help: ArgumentHelp("The system message, with --chat (none).", valueName: "text")) var system: String?
    @Option(
        help: ArgumentHelp("Tokenizer from another folder, or bytes (the model's own).", valueName: "folder"),
        completion: .directory)
    var tokenizer: String?
    @Flag(help: "With --json, each token's log-probability and rank.") var record = false
    @Option(help: "Which keys and values stay: all, or the first and the last (full).")
    var cachePolicy: GenerateSettings.CachePolicyName?
    @Option(help: ArgumentHelp("First rows that stay, with a window (4).", valueName: "n")) var sinks: Int?
    @Option(help: ArgumentHelp("Last rows that stay, with a window (512).", valueName: "n")) var window: Int?
    @OptionGroup(title: "Sampling") var sampling: SamplingFlags
    @OptionGroup(title: "Computing") var computing: ComputeFlags
    @OptionGroup(title: "Settings") var settings: GenerateSettingOptions
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if !settings.printConfig, (prompt == nil) == (prompts == nil) {
            throw ValidationError("give either --prompt or --prompts")
        }
        if record, !report.json { throw ValidationError("--record is for --json") }
    }

    func run() throws {
        var layer = SettingLayer(flags: [sampling, computing])
        layer.set("generate", "batch", batch.map { .integer($0) })
        layer.set("generate", "samples", samples.map { .integer($0) })
        layer.set("generate", "chat", chat.map { .string($0.rawValue) })
        layer.set("generate", "system", system.map { .string($0) })
        layer.set("generate", "cache_policy", cachePolicy.map { .string($0.rawValue) })
        layer.set("generate", "sinks", sinks.map { .integer($0) })
        layer.set("generate", "window", window.map { .integer($0) })
        let merged = try settings.merged(with: layer)
        let (generate, options) = try GenerateSettings.read(merged)
        if settings.printConfig {
            return try ConfigPrinter.show(merged, sections: [("sampling", options), ("generate", generate)], plain: [])
        }
        if options.temperature == 0 {
            try merged.refuseFlags(
                of: ["sampling"], only: ["seed", "top_k", "top_p", "min_p"],
                "at temperature 0 the likeliest token is taken; name a --temperature too")
        }
        if generate.system != nil, generate.chat == nil {
            throw CommandFailure(.usage, "a system text needs a conversation; name its format with --chat")
        }
        let folder = try ModelFolder.named(model)
        let words = try folder.words(tokenizer, for: "generate")
        let asked = try requests(words, folder, generate, options)
        let workspace = try generate.workspace()
        let loaded = try Waiting.on("reading the model", report) {
            try ModelFolder.load(folder, heads: LanguageModel.Heads(token: true), workspace: workspace)
        }
        for warning in loaded.warnings { report.warn(warning) }
        let generator = TextGenerator(loaded.model, tokenizer: words.tokenizer, in: workspace)
        generator.policy = try generate.policy()
        generator.batch = generate.batch
        generator.recordsSteps = record
        for end in folder.ends.compactMap({ Int32(exactly: $0) })
        where !generator.ends.contains(end) { generator.ends.append(end) }
        let continuations = asked.count * generate.samples
        if continuations >= 1000 {
            report.note(
                "\(counted(continuations, "continuation")) of at most \(counted(options.maxNewTokens, "token")), "
                    + "\(generate.batch) at once")
        }
        Waiting.begin("the first tokens", report)
        defer { Waiting.end() }
        var printer = GenerationPrinter(asked, report: report)
        _ = try generator.generate(
            asked.map(\.request),
            onToken: {
                Waiting.end()
                try printer.token($0)
            }, onEnd: { try printer.end($0) })
        try printer.finish()
    }

    /// The prompts with their tokens. Throws a failure that names the line.
    private func requests(
        _ words: ModelTokenizer, _ folder: ModelFolder, _ settings: GenerateSettings, _ options: SamplingOptions
    ) throws -> [(prompt: JSONValue, request: GenerationRequest)] {
        var asked: [(prompt: JSONValue, request: GenerationRequest)] = []
        var names: Set<Int> = []
        try TextLines.each(prompt.map { [$0] } ?? [], file: prompts, key: "") { line, value in
            var id = asked.count
            if case .integer(let given)? = value["id"] { id = given }
            guard names.insert(id).inserted else {
                throw CommandFailure(.badData, "\(line): the id \(id) has come before; random numbers need one each")
            }
            let turns: [ChatFormat.Message]
            let isConversation: Bool
            let shown: JSONValue
            switch (value, value["prompt"], value["messages"]) {
            case (.string(let text), _, _), (_, .string(let text)?, _):
                (turns, isConversation) = ([.init(role: "user", content: text)], false)
                shown = .string(text)
            case (_, nil, let messages?):
                turns = try StrictJSON.decode([ChatFormat.Message].self, from: messages, source: line)
                isConversation = true
                shown = messages
            default: throw CommandFailure(.badData, "\(line): expected a string, or an object with prompt or messages")
            }
            var messages = turns
            let ids: [Int32]
            // Messages are a conversation, in the model's own format unless another is named.
            if let chat = try settings.chat ?? (isConversation ? folder.chat() : nil) {
                if let system = settings.system { messages.insert(.init(role: "system", content: system), at: 0) }
                ids = try chat.prompt(messages, words.tokenizer)
            } else if case .string(let text) = shown {
                ids = words.ids(of: Array(text.utf8))
            } else {
                throw CommandFailure(
                    .badData,
                    "\(line): messages need a format, and the model names none that is known; name it with --chat")
            }
            asked.append(
                (shown, GenerationRequest(id: id, prompt: ids, samples: settings.samples, options: options)))
        }
        return asked
    }
}
