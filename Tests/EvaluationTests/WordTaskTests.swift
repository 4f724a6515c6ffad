import Evaluation
import Foundations
import TestSupport
import Testing

/// Files of labelled words: CoNLL-U, columns, JSON lines; and the tasks made of them.
@Suite struct WordTaskTests {
    private static let universal = """
        # sent_id = 1
        # text = vámonos al 20 000
        1-2\tvámonos\t_\t_\t_\t_\t_\t_\t_\t_
        1\tvamos\tir\tVERB\t_\t_\t0\troot\t_\t_
        2\tnos\tyo\tPRON\t_\t_\t1\tobj\t_\t_
        2.1\tno\t_\tX\t_\t_\t_\t_\t_\t_
        3\t20 000\t20\tNUM\t_\t_\t1\tobl\t_\t_

        # a second sentence
        1\t#\t#\tSYM\t_\t_\t0\troot\t_\t_


        """

    private static func task(_ format: String, words: String, labels: String, _ names: String) throws -> TaskDefinition
    {
        let json = """
            {"name": "words", "version": 1, "kind": "token_labelling", "labels": \(names),
             "layouts": [{"name": "f", "format": "\(format)", "columns": {"words": "\(words)", "labels": "\(labels)"},
                          "splits": {"train": {"files": ["f"]}}}],
             "use": {"train": "train", "select": "train", "report": ["train"]}, "metrics": ["accuracy"]}
            """
        return try TaskDefinition.decode(Array(json.utf8), source: "words")
    }

    private func load(_ text: String, _ task: TaskDefinition) throws -> [TaskExample] {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "f")
        return try TaskData.load(task, split: "train", folder: folder.path).examples
    }

    private func failure(_ text: String, _ task: TaskDefinition) throws -> String {
        do { _ = try load(text, task) } catch { return "\(error)" }
        Issue.record("it was read")
        return ""
    }

    /// Ranges, empty nodes and comments are no words; blanks within a form stay.
    @Test func universalDependenciesAreRead() throws {
        let task = try Self.task("conllu", words: "form", labels: "upos", #"["VERB", "PRON", "NUM", "SYM"]"#)
        let examples = try load(Self.universal, task)
        #expect(examples.map(\.words) == [["vamos", "nos", "20 000"], ["#"]])
        #expect(examples.map(\.label) == [.indices([0, 1, 2]), .indices([3])])
        #expect(examples[0].textA == "vamos nos 20 000")
    }

    @Test func columnsAreRead() throws {
        let task = try Self.task("columns", words: "1", labels: "4", #"["O", "B-ORG", "B-MISC"]"#)
        let text = "-DOCSTART- -X- O O\n\nEU NNP I-NP B-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP B-MISC\n\n# NN O O\n"
        let examples = try load(text, task)
        #expect(examples.map(\.words) == [["EU", "rejects", "German"], ["#"]])
        #expect(examples.map(\.label) == [.indices([1, 0, 2]), .indices([0])])
    }

    @Test func jsonLinesAreRead() throws {
        let task = try Self.task("jsonl", words: "tokens", labels: "tags", #"["O", "B-ORG"]"#)
        let examples = try load(
            #"{"tokens": ["EU", "is"], "tags": [1, 0]}"# + "\n" + #"{"tokens": ["EU"], "tags": ["B-ORG"]}"# + "\n", task
        )
        #expect(examples.map(\.label) == [.indices([1, 0]), .indices([1])])
    }

    @Test func faultsTellTheirPlace() throws {
        let universal = try Self.task("conllu", words: "form", labels: "upos", #"["VERB", "PRON"]"#)
        #expect(try failure(Self.universal, universal).contains("NUM"))
        #expect(try failure(Self.universal, universal).contains("f:4"))
        #expect(try failure(Self.universal, universal).contains("word 3 ('20 000')"))
        #expect(try failure("1\tvamos\tVERB\n", universal).contains("f:1"))
        let columns = try Self.task("columns", words: "1", labels: "4", #"["O", "B"]"#)
        #expect(try failure("a b c O\nd O\n", columns).contains("f:2"))
        let lines = try Self.task("jsonl", words: "words", labels: "labels", #"["O", "B"]"#)
        #expect(try failure(#"{"words": ["a", "b"], "labels": ["O"]}"# + "\n", lines).contains("1 label for 2 words"))
        #expect(
            try failure(#"{"words": ["a", " "], "labels": ["O", "O"]}"# + "\n", lines).contains("word 2 of 2 is empty"))
        #expect(try failure(#"{"words": [], "labels": []}"# + "\n", lines).contains("there are no words"))
    }

    @Test func aTaskIsMadeOfColumns() throws {
        let folder = try TemporaryFolder()
        let train = try folder.write("EU B-ORG\nis O\n\nUN B-ORG\n\nit O\n", to: "train.bio")
        let other = try folder.write("EU B-PER\n", to: "dev.bio")
        var request = TableTask.Request(train: train)
        let task = try TableTask(request)
        #expect(task.definition.kind == .tokenLabelling)
        #expect(task.definition.labels == ["O", "B-ORG"])
        #expect(task.definition.metrics[0] == "f1_entities")
        request.validation = other
        #expect(throws: TaskError.self) { try TableTask(request) }
        request.validation = nil
        request.kind = "token_labelling"
        request.train = try folder.write("text,label\na,b\nc,d\n", to: "t.csv")
        #expect(throws: EvaluationError.self) { try TableTask(request) }
    }

    /// The most frequent label of each form, of a tie the first; a form that training lacks has the most frequent of all.
    @Test func baselinesOfWords() throws {
        let task = try Self.task("columns", words: "1", labels: "2", #"["A", "B", "C"]"#)
        let train = try load("x B\nx B\nx A\ny A\ny C\nz B\n", task)
        let test = try load("x B\ny A\nnew B\nz C\n", task)
        let found = BaselineScores.all(task, split: "train", test, train: train)
        let values = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.metrics["accuracy"] ?? -1) })
        #expect(values == ["chance": 1.0 / 3, "majority": 0.5, "lexicon": 0.75])
    }

    /// One label for all words of texts that have several is told.
    @Test func oneLabelForAllWordsIsTold() throws {
        let task = try Self.task("columns", words: "1", labels: "2", #"["O", "B-PER"]"#)
        let lines = (0..<9).map { "w\($0) \($0 == 4 ? "B-PER" : "O")\n" }
        let examples = try load(lines.joined(), task)
        let same = GivenAnswer.words(scores: [[Double]](repeating: [1, 0], count: 9))
        let warning = OnlyAnswer(task, examples, [same])?.warning(labels: task.labels)
        #expect(warning == "the model answers 'O' for all 9 words")
        let right = GivenAnswer.words(scores: (0..<9).map { $0 == 4 ? [0, 1] : [1, 0] })
        #expect(OnlyAnswer(task, examples, [right]) == nil)
    }

    /// What is written is read again, words without room among them.
    @Test func predictionLinesComeBack() throws {
        let task = try Self.task("columns", words: "1", labels: "2", #"["A", "B"]"#)
        let example = try load("x B\ny A\n", task)[0]
        let line = PredictionLine(example, .words(scores: [[0.25, 1.5], []]), isTruncated: true)
        let bytes = line.encoded(task)
        #expect(try PredictionLine(parsing: Array(bytes.dropLast()), of: example, source: "f") == line)
        #expect(String(decoding: bytes, as: UTF8.self).contains(#""prediction":["B",null]"#))
    }
}
