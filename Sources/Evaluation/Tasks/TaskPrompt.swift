/// How a record becomes a prompt. Texts hold columns in braces, `{goal}`, and filters behind a bar, `{ctx_b|capitalise}`. In contexts
/// `{lettered_choices}` is no column but the choices, a line each: `A. ink`.
public struct TaskPrompt: Codable, Sendable, Equatable {
    /// What stands before the answer.
    public var context: PromptTemplate
    /// What is done to the context, and to contexts of choices, when their columns stand in them.
    public var contextFilters: [TextFilter]
    /// The choices, one text each.
    public var choices: [PromptTemplate]?
    /// The column with an array of choices, in place of ``choices``.
    public var choicesFrom: String?
    /// How an element of ``choicesFrom`` is written, as `{choice}`.
    public var choice: PromptTemplate?
    /// A context of its own for each choice, in place of ``context``.
    public var contexts: [PromptTemplate]?
    /// The number of the right choice, where it is the same for all records.
    public var answerIndex: Int?
    /// What the column `label` calls the choices, in their order; without it they are numbered.
    public var answerNames: [String]?
    /// The number of the first choice in the column `label`.
    public var answerBase: Int
    /// The one continuation of a cloze.
    public var target: PromptTemplate?
    /// What the filter `word` writes for a value.
    public var words: [String: String]
    /// Generated text ends before any of these.
    public var stop: [String]
    /// Tokens that are generated, at most.
    public var maxTokens: Int?

    enum CodingKeys: String, CodingKey {
        case context, choices, choice, contexts, target, words, stop
        case contextFilters = "context_filters"
        case choicesFrom = "choices_from"
        case answerIndex = "answer_index"
        case answerNames = "answer_names"
        case answerBase = "answer_base"
        case maxTokens = "max_tokens"
    }

    /// Decodes; only `context` must be there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        context = try container.decode(PromptTemplate.self, forKey: .context)
        contextFilters = try container.decodeIfPresent([TextFilter].self, forKey: .contextFilters) ?? []
        choices = try container.decodeIfPresent([PromptTemplate].self, forKey: .choices)
        choicesFrom = try container.decodeIfPresent(String.self, forKey: .choicesFrom)
        choice = try container.decodeIfPresent(PromptTemplate.self, forKey: .choice)
        contexts = try container.decodeIfPresent([PromptTemplate].self, forKey: .contexts)
        answerIndex = try container.decodeIfPresent(Int.self, forKey: .answerIndex)
        answerNames = try container.decodeIfPresent([String].self, forKey: .answerNames)
        answerBase = try container.decodeIfPresent(Int.self, forKey: .answerBase) ?? 0
        target = try container.decodeIfPresent(PromptTemplate.self, forKey: .target)
        words = try container.decodeIfPresent([String: String].self, forKey: .words) ?? [:]
        stop = try container.decodeIfPresent([String].self, forKey: .stop) ?? []
        maxTokens = try container.decodeIfPresent(Int.self, forKey: .maxTokens)
    }

    /// What stands in a context for the list of the choices.
    static let letteredChoices = "lettered_choices"

    /// Whether there are choices that contexts can list.
    var hasChoices: Bool { choices != nil || choicesFrom != nil }

    /// The columns that its texts name, without `choice` and, where there are choices, `lettered_choices`.
    var columns: Set<String> {
        var own: Set<String> = ["choice"]
        if hasChoices { own.insert(Self.letteredChoices) }
        var texts = [context] + (choices ?? []) + (contexts ?? [])
        if let target { texts.append(target) }
        if let choice { texts.append(choice) }
        return Set(texts.flatMap(\.columns)).subtracting(own).union(choicesFrom.map { [$0] } ?? [])
    }
}
