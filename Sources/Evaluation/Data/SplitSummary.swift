public import Foundations

/// What a split of a task holds, in figures.
public struct SplitSummary: Codable, Sendable, Equatable {
    /// The task.
    public let task: String
    /// The split.
    public let split: String
    /// The layout that was read.
    public let layout: String
    /// Examples.
    public let examples: Int
    /// Examples of each class, by its name; of choices by their number. Words of each label, where words are labelled.
    public let labels: [String: Int]
    /// Examples of each language, where there are several.
    public let languages: [String: Int]
    /// Characters (Unicode scalars) of the texts in the mean, text B with text A.
    public let meanCharacters: Double
    /// Lines left out.
    public let skippedLines: Int
    /// The files.
    public let files: [String]

    enum CodingKeys: String, CodingKey {
        case task, split, layout, examples, labels, languages, files
        case meanCharacters = "mean_characters"
        case skippedLines = "skipped_lines"
    }

    /// Counts a split. O(characters).
    public init(_ data: TaskData, of task: TaskDefinition) {
        self.task = task.name
        split = data.split
        layout = data.layout
        examples = data.examples.count
        files = data.files
        skippedLines = data.skippedLines
        var labels: [String: Int] = [:]
        var languages: [String: Int] = [:]
        var characters = 0
        for example in data.examples {
            if let index = example.label?.index, task.kind != .cloze {
                labels[task.labels.indices.contains(index) ? task.labels[index] : "\(index)", default: 0] += 1
            }
            for index in example.label?.indices ?? [] where task.labels.indices.contains(index) {
                labels[task.labels[index], default: 0] += 1
            }
            if let language = example.language { languages[language, default: 0] += 1 }
            characters += example.textA.unicodeScalars.count + (example.textB?.unicodeScalars.count ?? 0)
        }
        self.labels = labels
        self.languages = languages
        meanCharacters = (Double(characters) / Double(max(1, examples)) * 10).rounded() / 10
    }

    /// The figures in one line.
    public var line: String {
        func list(_ counts: [String: Int]) -> String {
            counts.isEmpty
                ? "" : "; " + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        return "\(counted(examples, "example")) of \(meanCharacters) characters\(list(labels))\(list(languages))"
            + (skippedLines == 0 ? "" : "; \(counted(skippedLines, "line")) left out")
    }

    /// The figures as JSON. Throws `ConfigError`, for figures that JSON cannot hold.
    public func json() throws(ConfigError) -> JSONValue { try StrictJSON.encodedValue(self) }
}
