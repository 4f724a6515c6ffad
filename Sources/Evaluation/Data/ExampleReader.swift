import Foundations

/// Makes examples of records.
struct ExampleReader {
    private let task: TaskDefinition
    private let split: String
    let files: TaskFiles
    let columns: [String: String]
    private let header: Bool
    private(set) var examples: [TaskExample] = []
    private(set) var skippedLines = 0
    private var ids: [String: Int] = [:]

    init(task: TaskDefinition, split: String, files: TaskFiles, columns: [String: String], header: Bool) {
        self.task = task
        self.split = split
        self.files = files
        self.columns = columns
        self.header = files.header ?? header
    }

    /// The columns that are read, as the file calls them.
    private var wanted: [String] {
        var names = task.neededColumns(files)
        for optional in ["id", "text_b", "language", "choice_labels", "answers"] where columns[optional] != nil {
            names.insert(optional)
        }
        return names.compactMap { columns[$0] } + Array((files.where ?? [:]).keys)
    }

    /// Reads the files of one language. Throws ``TaskError``.
    mutating func read(_ part: FilePlaces.Part, limit: Int?) throws(TaskError) {
        let labels = try part.labelsPath.map { (path) throws(TaskError) in try RecordFile.lines(of: path) }
        var number = 0
        for (path, format) in zip(part.paths, part.formats) {
            let file = try RecordFile(
                path: path, format: format, header: header, wanted: wanted, skipsBadLines: files.badLines == .skip)
            while number < limit ?? .max, let record = try file.next() {
                guard try belongs(record, part.language) else { continue }
                if let labels, number >= labels.count {
                    throw record.flaw(nil, "\(part.labelsPath ?? "") has only \(counted(labels.count, "label"))")
                }
                let example = try example(record, number: number, part.language, labels?[number])
                examples.append(example)
                number += 1
            }
            skippedLines += file.skippedLines
        }
        if let labels, limit == nil, number < labels.count {
            throw .record(
                path: part.labelsPath ?? "", line: number + 1, column: nil,
                reason: "\(counted(labels.count, "label")) for \(counted(number, "record"))")
        }
    }

    private func belongs(_ record: TaskRecord, _ language: String?) throws(TaskError) -> Bool {
        for (column, value) in files.where ?? [:] {
            let value = language.map { value.replacing("{language}", with: $0) } ?? value
            if try record.word(column) != value { return false }
        }
        guard let part = files.part, part.count == 2 else { return true }
        let second = try columns["text_b"].map { (column) throws(TaskError) in try record.text(column) }
        var first = ""
        if task.kind.needs.contains(.words) {
            first = try record.texts(columns["words"] ?? "words").joined(separator: " ")
        } else {
            first = try text("text_a", record)
        }
        let place = Self.place(first, second)
        return part[0] <= place && (place < part[1] || part[1] == 1)
    }

    /// A number from 0 below 1 that follows from the texts alone.
    static func place(_ textA: String, _ textB: String?) -> Double {
        let digest = SHA256Digest.of(Array((textA + (textB.map { "\0\($0)" } ?? "")).utf8)).hex
        return Double(UInt64(digest.prefix(13), radix: 16) ?? 0) * 0x1p-52
    }

    private mutating func example(
        _ record: TaskRecord, number: Int, _ language: String?, _ separateLabel: String?
    ) throws(TaskError) -> TaskExample {
        var id = "\(number)"
        if let column = columns["id"] { id = try record.word(column) }
        var language = language
        if let column = columns["language"] { language = try record.word(column) }
        if let language { id = "\(language)/\(id)" }
        ids[id, default: 0] += 1
        if let count = ids[id], count > 1 { id += "#\(count)" }

        var example = TaskExample(id: id, textA: "", language: language)
        if task.kind.needs.contains(.text) { example.textA = try text("text_a", record) }
        if task.kind.needs.contains(.words) { try fillWords(&example, record) }
        if let column = columns["text_b"] { example.textB = try record.text(column) }
        if let prompt = task.prompt { try fill(&example, prompt, record) }
        guard files.labelled else { return example }
        if let answers = columns["answers"] {
            let value = try record.value(answers)
            if case .array = value {
                example.answers = try record.texts(answers)
            } else {
                example.answers = [try record.word(answers)]
            }
            guard !example.answers.isEmpty else { throw record.flaw(answers, "there is no answer") }
        }
        if !example.words.isEmpty { return example }
        example.label = try label(of: example, record, separateLabel)
        return example
    }

    private func text(_ name: String, _ record: TaskRecord) throws(TaskError) -> String {
        try record.text(columns[name] ?? name)
    }

    // MARK: Prompts

    private func fill(_ example: inout TaskExample, _ prompt: TaskPrompt, _ record: TaskRecord) throws(TaskError) {
        var continuations: [String] = []
        /// A context ends without a blank; the continuation begins with it.
        func context(_ template: PromptTemplate) throws(TaskError) -> String {
            let text = prompt.contextFilters.reduce(try filled(template)) { $1.apply(to: $0, words: prompt.words) }
            guard let last = text.lastIndex(where: { $0 != " " }) else { return "" }
            return task.kind.needs.contains(.answers) ? text : String(text[...last])
        }
        func filled(_ template: PromptTemplate, choice: String? = nil) throws(TaskError) -> String {
            try template.filled(words: prompt.words) { (name) throws(TaskError) in
                if name == "choice", let choice { return choice }
                if name == TaskPrompt.letteredChoices, prompt.hasChoices {
                    return try Self.lettered(continuations, record)
                }
                return try record.word(columns[name] ?? name)
            }
        }
        if let choices = prompt.choices {
            for choice in choices { continuations.append(try filled(choice)) }
        }
        if let column = prompt.choicesFrom, let choice = prompt.choice {
            let texts = try record.texts(columns[column] ?? column)
            guard texts.count >= 2 else {
                throw record.flaw(columns[column], "\(counted(texts.count, "choice")), expected two or more")
            }
            for text in texts { continuations.append(try filled(choice, choice: text)) }
        }
        example.textA = try context(prompt.context)
        if let target = prompt.target {
            let continuation = try filled(target)
            guard continuation.contains(where: { !$0.isWhitespace }) else {
                throw record.flaw(nil, "the prompt '\(target.text)' gives an empty continuation")
            }
            example.choices = [TaskChoice(context: example.textA, continuation: continuation)]
        }
        for (index, continuation) in continuations.enumerated() {
            var own: String?
            if let contexts = prompt.contexts, contexts.indices.contains(index) { own = try context(contexts[index]) }
            example.choices.append(TaskChoice(context: own ?? example.textA, continuation: continuation))
        }
    }

    /// The choices as a list, a line each, with letters in front: "A. ink".
    private static func lettered(_ choices: [String], _ record: TaskRecord) throws(TaskError) -> String {
        let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { Character(UnicodeScalar($0)) }
        guard choices.count <= letters.count else {
            throw record.flaw(nil, "\(counted(choices.count, "choice")), and letters are there for \(letters.count)")
        }
        return zip(letters, choices).map { "\($0). \($1.drop { $0 == " " })" }.joined(separator: "\n")
    }

    // MARK: Labels

    private func label(
        of example: TaskExample, _ record: TaskRecord, _ separate: String?
    ) throws(TaskError) -> TaskLabel? {
        if task.kind.needs.contains(.target) { return .index(0) }
        let isClass = task.kind.needs.contains(.classes)
        let isNumber = task.kind.needs.contains(.number)
        guard isClass || isNumber || task.kind.needs.contains(.choices) else { return nil }
        if let index = task.prompt?.answerIndex { return try choice(index, of: example, record, "\(index)", []) }
        let column = columns["label"] ?? "label"
        var word = separate ?? ""
        if separate == nil { word = try record.word(column) }
        if isClass { return .index(try classIndex(word, record, column)) }
        if isNumber { return .value(try number(word, record, column)) }
        if let labels = columns["choice_labels"] {
            let names = try record.texts(labels)
            return try choice(names.firstIndex(of: word), of: example, record, word, names)
        }
        if let names = task.prompt?.answerNames {
            return try choice(names.firstIndex(of: word), of: example, record, word, names)
        }
        let base = task.prompt?.answerBase ?? 0
        let index = Int(word).map { $0.subtractingReportingOverflow(base) }
        let names = example.choices.indices.map { "\($0 + base)" }
        return try choice(index.flatMap { $0.overflow ? nil : $0.partialValue }, of: example, record, word, names)
    }

    private func choice(
        _ index: Int?, of example: TaskExample, _ record: TaskRecord, _ word: String, _ names: [String]
    ) throws(TaskError) -> TaskLabel {
        guard let index, example.choices.indices.contains(index) else {
            throw record.flaw(
                columns["label"],
                "'\(word)' is no answer; expected one of \(names.joined(separator: ", "))"
                    + (names.count == example.choices.count ? "" : " for \(counted(example.choices.count, "choice"))"))
        }
        return .index(index)
    }

    func classIndex(
        _ word: String, _ record: TaskRecord, _ column: String, of place: String = ""
    ) throws(TaskError) -> Int {
        let name = task.labelAliases[word] ?? word
        if let index = task.labels.firstIndex(of: name) { return index }
        // A label that is itself a number is never meant by the number of another.
        let areNumbers = task.labels.contains { Int($0) != nil }
        if !areNumbers, let index = Int(word), task.labels.indices.contains(index) { return index }
        throw record.flaw(
            column,
            "'\(word)' is no label of \(task.name); expected one of \(task.labels.joined(separator: ", "))"
                + (areNumbers ? "" : " or a number from 0 to \(task.labels.count - 1)") + place)
    }

    private func number(_ word: String, _ record: TaskRecord, _ column: String) throws(TaskError) -> Double {
        guard let value = Double(word), value.isFinite else { throw record.flaw(column, "'\(word)' is no number") }
        if let range = task.range, !(range[0]...range[1]).contains(value) {
            throw record.flaw(column, "\(word) is not in \(range[0])...\(range[1])")
        }
        return value
    }
}
