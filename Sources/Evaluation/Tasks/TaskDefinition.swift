public import Foundations

/// A task, as its file describes it: what is asked, where the files lie and what they hold, how answers are scored.
public struct TaskDefinition: Codable, Sendable, Equatable {
    /// The name on the command line and in results: the file's name without ending.
    public var name: String
    /// Raised with each change that changes scores.
    public var version: Int
    /// What is asked of a model.
    public var kind: TaskKind
    /// One line for people.
    public var summary: String
    /// Names under which several tasks are asked for at once ("glue").
    public var suites: [String]
    /// Names of the classes, in the order of their numbers.
    public var labels: [String]
    /// Other spellings of classes in files.
    public var labelAliases: [String: String]
    /// The least and the greatest number that a regression's label may be.
    public var range: [Double]?
    /// How a record becomes a prompt.
    public var prompt: TaskPrompt?
    /// Languages, in the order of reports.
    public var languages: [String]
    /// The forms in which the files are handed around; the first that is complete is read.
    public var layouts: [TaskLayout]
    /// What the splits are for.
    public var use: TaskUse
    /// The task whose head answers this one, of the same classes; nil where it has a head of its own.
    public var trainAs: String?
    /// Names of metrics; the first is the main one.
    public var metrics: [String]
    /// Whether a `higher` or a `lower` value of the main metric is better.
    public var direction: Metric.Direction
    /// Settings of fine-tuning runs, by preset and model (`paper`, `pixelgpt`).
    public var presets: [String: [String: TaskPreset]]
    /// Who made the data, and how to get them.
    public var source: TaskSource
    /// The folder below `corpora` that is the data folder unless one is named.
    public var home: String?
    /// The recipe of `corpora/fetch` that makes the files.
    public var recipe: String?
    /// The program that judges generated text, a path beside the task's file; see ``ScriptJudge``.
    public var script: String?
    /// Scores that publications print.
    public var published: [PublishedScores]

    enum CodingKeys: String, CodingKey {
        case name, version, kind, summary, suites, labels, range, prompt, languages, layouts, use, metrics, direction,
            presets
        case source, home, recipe, script, published
        case labelAliases = "label_aliases"
        case trainAs = "train_as"
    }

    /// Decodes; lists that may be empty may be left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func orEmpty<T: Decodable>(_ key: CodingKeys, _ empty: T) throws -> T {
            try container.decodeIfPresent(T.self, forKey: key) ?? empty
        }
        name = try container.decode(String.self, forKey: .name)
        version = try container.decode(Int.self, forKey: .version)
        kind = try container.decode(TaskKind.self, forKey: .kind)
        summary = try orEmpty(.summary, "")
        suites = try orEmpty(.suites, [])
        labels = try orEmpty(.labels, [])
        labelAliases = try orEmpty(.labelAliases, [:])
        range = try container.decodeIfPresent([Double].self, forKey: .range)
        prompt = try container.decodeIfPresent(TaskPrompt.self, forKey: .prompt)
        languages = try orEmpty(.languages, [])
        layouts = try container.decode([TaskLayout].self, forKey: .layouts)
        use = try container.decode(TaskUse.self, forKey: .use)
        trainAs = try container.decodeIfPresent(String.self, forKey: .trainAs)
        metrics = try container.decode([String].self, forKey: .metrics)
        direction =
            try container.decodeIfPresent(Metric.Direction.self, forKey: .direction)
            ?? metrics.first.flatMap(Metric.named)?.direction ?? .higher
        presets = try orEmpty(.presets, [:])
        source = try orEmpty(.source, TaskSource())
        home = try container.decodeIfPresent(String.self, forKey: .home)
        recipe = try container.decodeIfPresent(String.self, forKey: .recipe)
        script = try container.decodeIfPresent(String.self, forKey: .script)
        published = try orEmpty(.published, [])
    }

    /// Decodes and checks a task. `source` names the document in messages. Throws `ConfigError` with the paths of the keys, all faults
    /// in one.
    public static func decode(_ bytes: [UInt8], source: String) throws(ConfigError) -> TaskDefinition {
        let (task, faults) = StrictJSON.decodeAll(TaskDefinition.self, from: bytes, source: source, recovery(for:))
        // What stands in for a value that is wrong has no faults of its own, and without the kind nothing can be said of the rest.
        let broken = faults.compactMap { $0.keyPath.map { String($0.prefix { $0 != "." && $0 != "[" }) } }
        let more = broken.contains("kind") ? [] : task?.faults(source: source) ?? []
        let sound = more.filter { fault in !broken.contains { fault.keyPath?.hasPrefix($0) ?? false } }
        if let error = ConfigError.of(faults + sound, source: source) { throw error }
        guard let task else { throw .invalidValue(source: source, keyPath: "", reason: "it describes no task") }
        return task
    }

    /// The value with which error recovery replaces one that is missing or wrong, never part of a task that is returned; nil where
    /// there is none.
    private static func recovery(for keyPath: String) -> JSONValue? {
        let split: JSONValue = .object(["files": .array([.string("file")])])
        let layout: JSONValue = .object([
            "name": .string("layout"), "format": .string("jsonl"), "columns": .object([:]),
            "splits": .object(["train": split]),
        ])
        switch keyPath.split(separator: ".").last.map(String.init) ?? "" {
        case "name": return .string("name")
        case "version": return .integer(1)
        case "kind": return .string(TaskKind.perplexity.name)
        case "layouts": return .array([layout])
        case "format": return .string("jsonl")
        case "columns": return .object([:])
        case "splits": return .object(["train": split])
        case "files": return .array([.string("file")])
        case "use": return .object(["report": .array([.string("train")])])
        case "report": return .array([.string("train")])
        case "metrics": return .array([.string("perplexity")])
        case let last where last.hasPrefix("layouts["): return layout
        default: return keyPath.contains("splits.") ? split : nil
        }
    }

    /// The names of all splits of all layouts, sorted.
    public var splits: [String] { Set(layouts.flatMap { $0.splits.keys }).sorted() }
}
