import Evaluation
import Foundations
import TestSupport
import Testing

@Suite struct HostileDataTests {
    /// A file of SST-2's training split, and what the message must hold.
    @Test(arguments: [
        ("tsv", "", "SST-2/train.tsv:1: it is empty"), ("tsv", "sentence\tlabel\n", "the split train has no examples"),
        ("tsv", "sentense\tlabel\nx\t0\n", "train.tsv:1: column sentence: there is none; the table has sentense"),
        ("tsv", "sentence\tlabel\nx\t0\ny\n", "train.tsv:3: 1 cell between tabs, expected 2"),
        ("tsv", "sentence\tlabel\nx\t0\t\n", "train.tsv:2: 3 cells between tabs, expected 2"),
        (
            "tsv", "sentence\tlabel\nx\t2\n",
            "train.tsv:2: column label: '2' is no label of glue-sst2; expected one of negative, positive"
        ),
        ("tsv", "sentence\tlabel\nx\t-1\n", "'-1' is no label"), ("tsv", "sentence\tlabel\nx\t\n", "'' is no label"),
        ("tsv", "sentence\tlabel\nx\t99999999999999999999\n", "is no label"),
        (
            "jsonl", "{\"sentence\": \"x\"}\n",
            "train.jsonl:1: column label: there is no such column; there are: sentence"
        ),
        ("jsonl", "{\"sentence\": 3, \"label\": 0}\n", "train.jsonl:1: column sentence: expected a text, got"),
        ("jsonl", "{\"sentence\": \"x\", \"label\": [0]}\n", "column label: expected a text or a number, got an array"),
        ("jsonl", "{\"sentence\": \"x\", \"label\": 1.5}\n", "'1.5' is no label"),
        ("jsonl", "{\"sentence\": \"x\", \"la", "train.jsonl:1: broken JSON"),
        ("jsonl", "[1]\n", "train.jsonl:1: broken JSON"),
        ("jsonl", "\n\n", "the split train has no examples"),
        ("json", "{\"sentence\": \"x\"}", "expected an array of objects"),
        ("json", "[{\"sentence\": \"x\", \"label\": 0}, {\"sentence\": \"x\"}]", "in record 2"),
        ("json", "[3]", "element 1 is an integer, expected an object"), ("json", "[{", "broken JSON"),
        ("csv", "text,label\nx,0\n", "train.csv:1: the table has no column sentence"),
        ("csv", "sentence,label\n\"x,0\n", "train.csv:2: a quoted cell is not closed"),
        ("csv", "sentence,label\nx\n", "train.csv:2: 1 cell under a header of 2"),
    ])
    func oddFilesAreNamedWithPathAndLine(ending: String, text: String, message: String) throws {
        let folder = ending == "tsv" ? "SST-2" : "sst2"
        let found = try DataFolder(["\(folder)/train.\(ending)": text]).failure("glue-sst2", "train")
        #expect(found.contains(message), "\(found)")
        // Flags of other commands are no remedy.
        #expect(!found.contains("--on-"), "\(found)")
    }

    @Test func lettersAreThereForAsManyChoicesAsTheyAre() throws {
        let options = (0..<27).map { "\"c\($0)\"" }.joined(separator: ", ")
        let line = #"{"context": "P", "query": "Q", "options": [\#(options)], "correct_option": 1}"#
        let found = try DataFolder(["logiqa/test.jsonl": line]).failure("logiqa", "test")
        #expect(found.contains("test.jsonl:1: 27 choices"), "\(found)")
    }

    @Test func bytesThatAreNoTextAreNamed() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            Array("sentence\tlabel\nfine\t0\n".utf8) + [0xC3, 0x28, 0x09, 0x30, 0x0A], to: "SST-2/train.tsv")
        let task = try builtIn().task("glue-sst2")
        do {
            _ = try TaskData.load(task, split: "train", folder: folder.path)
            Issue.record("it was read")
        } catch {
            #expect("\(error)".contains("train.tsv:3: invalid UTF-8"), "\(error)")
            #expect("\(error)".contains("convert the file") && !"\(error)".contains("--"), "\(error)")
        }
        try folder.write(Array("sentence\tl\u{E9}".utf8) + [0xFF], to: "SST-2/train.tsv")
        #expect(throws: TaskError.self) { try TaskData.load(task, split: "train", folder: folder.path) }
    }

    @Test func missingFilesSayWhatIsExpectedAndWhere() throws {
        let message = try DataFolder(["CoLA/dev.tsv": "x"]).failure("glue-cola", "train")
        #expect(
            message.contains("CoLA/train.tsv (official), or cola/train.jsonl, .json, .csv or .tsv (export)"),
            "\(message)")
        #expect(message.contains("gluebenchmark.com"))
        #expect(
            try DataFolder([:]).failure("glue-cola", "trian").contains(
                "has no split 'trian'; there are: test, train, validation"))
        #expect(try DataFolder([:]).failure("piqa", "validation").contains("piqa"))
        let one = try DataFolder(["piqa/dev.jsonl": "{}"]).failure("piqa", "validation")
        #expect(one.contains("not all in") && one.contains("expected physicaliqa-train-dev/dev-labels.lst (official)."))
        #expect(!one.contains("(export)"), "\(one)")
        #expect(
            throws: TaskError.missingFiles(
                task: "glue-rte", split: "train", folder: "/nowhere",
                expected: ["RTE/train.tsv (official)", "rte/train.jsonl, .json, .csv or .tsv (export)"],
                obtain: try builtIn().task("glue-rte").obtaining, flaw: .noFolder)
        ) { try TaskData.load(builtIn().task("glue-rte"), split: "train", folder: "/nowhere") }
    }

    @Test func labelsAndRecordsMustBeAsMany() throws {
        let record = #"{"goal": "g", "sol1": "a", "sol2": "b"}"# + "\n"
        let few = try DataFolder(["piqa/dev.jsonl": record + record, "piqa/dev-labels.lst": "0\n"])
        #expect(try few.failure("piqa", "validation").contains("has only 1 label"))
        let many = try DataFolder(["piqa/dev.jsonl": record, "piqa/dev-labels.lst": "0\n1\n"])
        #expect(try many.failure("piqa", "validation").contains("dev-labels.lst:2: 2 labels for 1 record"))
        #expect(try many.load("piqa", "validation", limit: 1).examples.count == 1)
    }

    @Test(arguments: [
        (
            #"{"id": "1", "question": "Why?", "choices": {"text": ["a", "b"], "label": ["A", "B"]}, "answerKey": "C"}"#,
            "'C' is no answer; expected one of A, B"
        ),
        (
            #"{"id": "1", "question": "Why?", "choices": {"text": ["a"], "label": ["A"]}, "answerKey": "A"}"#,
            "1 choice, expected two"
        ),
        (
            #"{"id": "1", "question": "Why?", "choices": {"text": ["a", "b"], "label": ["A", "B", "C"]}, "answerKey": "C"}"#,
            "for 2 choices"
        ),
        (#"{"id": "1", "question": "Why?", "choices": "['a']", "answerKey": "A"}"#, "there is no text in it"),
        (
            #"{"id": "1", "question": "Why?", "choices": {"text": [1, {}], "label": []}, "answerKey": "A"}"#,
            "expected texts"
        ),
    ])
    func oddChoicesAreNamed(line: String, message: String) throws {
        let found = try DataFolder(["ai2_arc/ARC-Easy/test.jsonl": line]).failure("arc-easy", "test")
        #expect(found.contains("test.jsonl:1: ") && found.contains(message), "\(found)")
    }

    /// Every prefix and many single changes of a good file are read or refused, never a trap.
    @Test func brokenCopiesNeverTrap() throws {
        let good = Array(
            #"{"id": "1", "question": {"stem": "Why?", "choices": [{"text": "a", "label": "A"}, {"text": "b", "label": "B"}]}, "answerKey": "B"}"#
                .utf8)
        let folder = try TemporaryFolder()
        let task = try builtIn().task("arc-easy")
        var refused = 0
        var generator = SplitMix64(seed: 4)
        for round in 0..<400 {
            var bytes = good
            if round < good.count { bytes.removeLast(good.count - round) }
            for _ in 0..<(round < good.count ? 0 : 2) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            try folder.write(bytes, to: "ARC-Easy/ARC-Easy-Test.jsonl")
            do { _ = try TaskData.load(task, split: "test", folder: folder.path) } catch { refused += 1 }
        }
        #expect(refused > good.count)
    }
}
