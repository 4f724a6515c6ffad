import Evaluation
import Testing

/// Files in the form in which GLUE is distributed, written for these tests.
@Suite struct GLUEReaderTests {
    @Test func theAcceptabilityTableHasNoHeaderAndItsTestHas() throws {
        let data = try DataFolder([
            "CoLA/train.tsv": "gj04\t1\t\tThe press prints a page.\ngj04\t0\t*\tPage the a prints press.\n",
            "CoLA/test.tsv": "index\tsentence\n0\tThe ink is \"dry.\n7\tInk dries\n",
        ])
        let train = try data.load("glue-cola", "train")
        #expect(train.examples.map(\.textA) == ["The press prints a page.", "Page the a prints press."])
        #expect(train.examples.map(\.label) == [.index(1), .index(0)])
        #expect(train.examples.map(\.id) == ["0", "1"])
        let test = try data.load("glue-cola", "test")
        #expect(test.examples.map(\.id) == ["0", "7"])
        #expect(test.examples.map(\.label) == [nil, nil])
        #expect(test.examples[0].textA == "The ink is \"dry.")
    }

    @Test func quotesAreCharactersAndAByteOrderMarkIsNone() throws {
        let data = try DataFolder([
            "MRPC/train.tsv": "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n"
                + "1\t10\t11\t\"The press\" stopped.\tThe press, \"it stopped.\r\n0\t12\t13\tA \" b\t\"c\r\n"
        ])
        let examples = try data.load("glue-mrpc", "train").examples
        #expect(examples.map(\.textA) == ["\"The press\" stopped.", "A \" b"])
        #expect(examples.map(\.textB) == ["The press, \"it stopped.", "\"c"])
        #expect(examples.map(\.label) == [.index(1), .index(0)])
    }

    @Test func similarityIsANumberInItsRange() throws {
        let header = "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2"
        let data = try DataFolder([
            "STS-B/dev.tsv": "\(header)\tscore\n0\tg\tf\t2012\t1\tnone\tnone\tA page.\tOne page.\t4.750\n",
            "STS-B/train.tsv": "\(header)\tscore\n0\tg\tf\t2012\t1\tnone\tnone\tA page.\tOne page.\t5.5\n",
            "STS-B/test.tsv": "\(header)\n3\tg\tf\t2012\t1\tnone\tnone\tA page.\tOne page.\n",
        ])
        #expect(try data.load("glue-stsb", "validation").examples[0].label == .value(4.75))
        #expect(
            try data.load("glue-stsb", "test").examples[0] == TaskExample(id: "3", textA: "A page.", textB: "One page.")
        )
        let message = try data.failure("glue-stsb", "train")
        #expect(message.contains("STS-B/train.tsv:2: column score: 5.5 is not in 0.0...5.0"))
    }

    @Test func brokenLinesOfTheQuestionsAreLeftOutAndCounted() throws {
        let data = try DataFolder([
            "QQP/train.tsv": "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
                + "1\t2\t3\tHow?\tHow so?\t1\n4\t5\t6\tWhy\n\n7\t8\t9\tWho?\tWhat?\t0\n"
        ])
        let train = try data.load("glue-qqp", "train")
        #expect(train.examples.map(\.id) == ["1", "7"])
        #expect(train.skippedLines == 1)
    }

    @Test func inferenceHasTwoDevelopmentSets() throws {
        let header =
            "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\t"
            + "sentence2_parse\tsentence1\tsentence2"
        func row(_ id: Int, _ label: String) -> String {
            "\(id)\t1\t1e\tfiction\t( a )\t( b )\t(ROOT a)\t(ROOT b)\tIt rains.\tIt is wet.\t\(label)\n"
        }
        let labels = "\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n"
        let data = try DataFolder([
            "MNLI/train.tsv": header + "\tlabel1\tgold_label\n" + row(0, "neutral\tneutral"),
            "MNLI/dev_matched.tsv": header + labels + row(0, "a\tb\tc\td\te\tentailment"),
            "MNLI/dev_mismatched.tsv": header + labels + row(5, "a\tb\tc\td\te\tcontradiction"),
            "MNLI/test_matched.tsv": header + "\n" + String(row(9, "").dropLast(2)) + "\n",
        ])
        #expect(try data.load("glue-mnli", "train").examples[0].label == .index(1))
        #expect(try data.load("glue-mnli", "validation_matched").examples[0].label == .index(0))
        #expect(try data.load("glue-mnli", "validation_mismatched").examples[0].label == .index(2))
        #expect(try data.load("glue-mnli", "test_matched").examples[0].label == nil)
        #expect(try data.load("glue-ax", "train").examples[0].textB == "It is wet.")
    }

    @Test func theDiagnosticSetIsReadWithAndWithoutLabels() throws {
        let data = try DataFolder([
            "AX/diagnostic.tsv": "index\tsentence1\tsentence2\n0\tIt rains.\tIt is wet.\n",
            "AX/diagnostic-full.tsv":
                "Lexical Semantics\tPredicate-Argument Structure\tLogic\tKnowledge\tDomain\tPremise\t"
                + "Hypothesis\tLabel\n\t\tNegation\t\tNews\tIt rains.\tIt does not rain.\tcontradiction\n",
        ])
        #expect(try data.load("glue-ax", "test").examples[0].label == nil)
        #expect(try data.load("glue-ax", "diagnostic").examples[0].label == .index(2))
    }

    @Test func theOtherTablesAreRead() throws {
        let data = try DataFolder([
            "SST-2/train.tsv": "sentence\tlabel\nhides new secretions \t0\n",
            "SST-2/test.tsv": "index\tsentence\n0\tfine\n",
            "QNLI/dev.tsv": "index\tquestion\tsentence\tlabel\n0\tWho?\tHe.\tnot_entailment\n",
            "RTE/dev.tsv": "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tentailment\n",
            "WNLI/dev.tsv": "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\t1\n",
        ])
        #expect(try data.load("glue-sst2", "train").examples[0].textA == "hides new secretions ")
        #expect(try data.load("glue-sst2", "test").examples.count == 1)
        #expect(try data.load("glue-qnli", "validation").examples[0].label == .index(1))
        #expect(try data.load("glue-rte", "validation").examples[0].label == .index(0))
        #expect(try data.load("glue-wnli", "validation").examples[0].label == .index(1))
    }

    @Test(arguments: [
        (
            "jsonl",
            #"{"sentence":"It \"prints\".","label":1,"idx":0}"# + "\n" + #"{"sentence":"No.","label":0,"idx":1}"# + "\n"
        ),
        ("json", #"[{"sentence":"It \"prints\".","label":1}, {"sentence":"No.","label":0}]"#),
        ("csv", "sentence,label,idx\n\"It \"\"prints\"\".\",1,0\nNo.,0,1\n"),
        ("tsv", "label\tsentence\n1\t\"It \"\"prints\"\".\"\n0\tNo.\n"),
    ])
    func exportsOfCopiesAreRead(ending: String, text: String) throws {
        let data = try DataFolder(["cola/validation.\(ending)": text])
        let split = try data.load("glue-cola", "validation")
        #expect(split.layout == "export")
        #expect(split.examples.map(\.textA) == ["It \"prints\".", "No."])
        #expect(split.examples.map(\.label) == [.index(1), .index(0)])
    }
}
