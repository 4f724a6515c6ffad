/// What is right for an example.
public enum TaskLabel: Sendable, Equatable {
    /// The number of a class or a choice, from 0.
    case index(Int)
    /// A number to be predicted.
    case value(Double)
    /// The numbers of the labels of all words, from 0.
    case indices([Int])

    /// The number of the class or choice; `nil` for a value.
    public var index: Int? {
        if case .index(let index) = self { return index }
        return nil
    }

    /// The value to be predicted; `nil` for a class or choice.
    public var value: Double? {
        if case .value(let value) = self { return value }
        return nil
    }
}

extension TaskLabel {
    /// The labels of the words; nil for what is none.
    public var indices: [Int]? {
        if case .indices(let indices) = self { return indices }
        return nil
    }
}

/// A continuation whose likelihood is asked for.
public struct TaskChoice: Sendable, Equatable {
    /// What stands before it.
    public var context: String
    /// The continuation, with the blank in front that joins it to the context.
    public var continuation: String

    /// By what its log-likelihood is divided: the characters (Unicode scalars) of the continuation without the blank in
    /// front, as the usual harness counts them; at least 1. O(characters).
    public var length: Int { max(1, continuation.unicodeScalars.count - (continuation.hasPrefix(" ") ? 1 : 0)) }

    /// A choice from its parts.
    public init(context: String, continuation: String) {
        self.context = context
        self.continuation = continuation
    }
}

/// One example of a task, ready to be encoded or rendered.
public struct TaskExample: Sendable, Equatable {
    /// Names the example within its split: from the file where it has names, else its running number.
    public var id: String
    /// The text, text A of a pair, or the prompt.
    public var textA: String
    /// Text B of a pair.
    public var textB: String?
    /// The gold label; `nil` where labels are withheld.
    public var label: TaskLabel?
    /// The choices of a multiple choice, or the one continuation of a cloze.
    public var choices: [TaskChoice]
    /// The accepted answers of a generation.
    public var answers: [String]
    /// The language, where the split has several.
    public var language: String?
    /// The words that are labelled, each of which ``textA`` has with a blank before it; empty for other kinds.
    public var words: [String] = []

    /// An example from its parts.
    public init(
        id: String, textA: String, textB: String? = nil, label: TaskLabel? = nil, choices: [TaskChoice] = [],
        answers: [String] = [], language: String? = nil
    ) {
        self.id = id
        self.textA = textA
        self.textB = textB
        self.label = label
        self.choices = choices
        self.answers = answers
        self.language = language
    }
}
