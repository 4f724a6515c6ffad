public import Foundations

/// What was answered to one example, as a line of a file of predictions: a JSON object with the example's `id` and `language`, what is
/// right (`label`, `labels` or `answers`), the `prediction`, and the numbers it follows from (`scores` or `word_scores`; `log_likelihoods` and `lengths`;
/// `loss`, `weight` and `greedy`; `rank` and `of`; `passed`).
public struct PredictionLine: Sendable, Equatable {
    /// The example.
    public let example: TaskExample
    /// What was answered.
    public let answer: GivenAnswer
    /// Whether some of the text had no room.
    public let isTruncated: Bool

    /// A line from its parts.
    public init(_ example: TaskExample, _ answer: GivenAnswer, isTruncated: Bool = false) {
        self.example = example
        self.answer = answer
        self.isTruncated = isTruncated
    }

    /// The line with its end. The same line gives the same bytes, and numbers come back as they were.
    public func encoded(_ task: TaskDefinition) -> [UInt8] {
        var fields: [String: JSONValue] = ["id": .string(example.id)]
        fields["language"] = example.language.map { .string($0) }
        switch example.label {
        case .index(let index)?: fields["label"] = Self.name(index, task)
        case .value(let value)?: fields["label"] = Self.json(value)
        case .indices(let labels)?: fields["labels"] = .array(labels.map { Self.name($0, task) })
        case nil: break
        }
        if !example.words.isEmpty { fields["words"] = .array(example.words.map { .string($0) }) }
        if !example.answers.isEmpty { fields["answers"] = .array(example.answers.map { .string($0) }) }
        if isTruncated { fields["truncated"] = .bool(true) }
        switch answer {
        case .classes(let scores):
            fields["prediction"] = answer.index.map { Self.name($0, task) }
            fields["scores"] = .array(scores.map(Self.json))
        case .words(let scores): fields.merge(Self.wordFields(scores, answer, task)) { $1 }
        case .rank(let rank, let count): (fields["rank"], fields["of"]) = (.integer(rank), .integer(count))
        case .number(let number): fields["prediction"] = Self.json(number)
        case .choices(let likelihoods, let lengths):
            fields["prediction"] = answer.index.map { .integer($0) }
            fields["log_likelihoods"] = .array(likelihoods.map(Self.json))
            fields["lengths"] = .array(lengths.map { .integer($0) })
        case .loss(let sum, let weight, let isGreedy):
            (fields["loss"], fields["weight"], fields["greedy"]) = (Self.json(sum), Self.json(weight), .bool(isGreedy))
        case .text(let text, let passed):
            fields["prediction"] = .string(text)
            fields["passed"] = passed.map { .bool($0) }
        }
        return JSONValue.object(fields).encoded() + [UInt8(ascii: "\n")]
    }

    /// Reads the line of `example`. Throws a `ConfigError` that names `source` where it is of another example or says no answer.
    public init(parsing line: [UInt8], of example: TaskExample, source: String) throws(ConfigError) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue.parse(line) } catch {
            throw .notJSON(source: source, error: error)
        }
        guard value["id"] == .string(example.id) else {
            throw .invalidValue(source: source, keyPath: "id", reason: "expected the example \(example.id)")
        }
        guard let answer = Self.answer(value) else {
            throw .invalidValue(source: source, keyPath: "prediction", reason: "the line holds no whole answer")
        }
        self.init(example, answer, isTruncated: value["truncated"] == .bool(true))
    }

    private static func answer(_ value: JSONValue) -> GivenAnswer? {
        if case .integer(let rank)? = value["rank"], case .integer(let count)? = value["of"] {
            return .rank(rank, of: count)
        }
        if let scores = wordScores(value) { return .words(scores: scores) }
        if let scores = numbers(value["scores"]) { return .classes(scores: scores) }
        if let likelihoods = numbers(value["log_likelihoods"]), let lengths = numbers(value["lengths"]) {
            return .choices(logLikelihoods: likelihoods, lengths: lengths.compactMap { Int(exactly: $0) })
        }
        if let sum = number(value["loss"]), let weight = number(value["weight"]),
            case .bool(let isGreedy)? = value["greedy"]
        {
            return .loss(sum: sum, weight: weight, isGreedy: isGreedy)
        }
        if case .string(let text)? = value["prediction"] {
            if case .bool(let passed)? = value["passed"] { return .text(text, passed: passed) }
            return .text(text, passed: nil)
        }
        return number(value["prediction"]).map { .number($0) }
    }

    static func name(_ index: Int, _ task: TaskDefinition) -> JSONValue {
        task.labels.indices.contains(index) ? .string(task.labels[index]) : .integer(index)
    }

    /// A number; one that is not finite by its name in an array of one, which no text is mistaken for.
    static func json(_ number: Double) -> JSONValue {
        number.isFinite ? .number(number) : .array([.string("\(number)")])
    }

    private static func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .integer(let number)?: Double(number)
        case .number(let number)?: number
        case .array(let one)? where one.count == 1:
            if case .string(let name) = one[0] { Double(name) } else { nil }
        default: nil
        }
    }

    static func numbers(_ value: JSONValue?) -> [Double]? {
        guard case .array(let elements)? = value else { return nil }
        let found = elements.compactMap { number($0) }
        return found.count == elements.count ? found : nil
    }
}
