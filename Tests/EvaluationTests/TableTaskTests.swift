import Evaluation
import Foundation
import Foundations
import TestSupport
import Testing

/// Tasks that are made of tables.
@Suite struct TableTaskTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func rows(_ separator: String, _ count: Int = 40) -> String {
        (0..<count).map {
            "\($0 % 2 == 0 ? "good film" : "bad film") number \($0)\(separator)\($0 % 2 == 0 ? "pos" : "neg")\n"
        }
        .joined()
    }

    private func made(_ text: String, _ name: String, _ change: (inout TableTask.Request) -> Void = { _ in }) throws
        -> TableTask
    {
        var request = TableTask.Request(train: try folder.write(text, to: name))
        change(&request)
        return try TableTask(request)
    }

    private func failure(_ text: String, _ name: String, _ change: (inout TableTask.Request) -> Void = { _ in })
        -> String
    {
        do {
            let task = try made(text, name, change)
            Issue.record("\(name) is \(task.definition)")
            return ""
        } catch { return "\(error)" }
    }

    private func load(_ task: TableTask, _ split: String) throws -> TaskData {
        try TaskData.load(task.definition, split: split, at: TaskPlace(".", files: task.files))
    }

    /// Every form of a table gives the same examples.
    @Test func formsHeadersAndColumnsAreFound() throws {
        let json = (0..<40).map {
            #"{"label": "\#($0 % 2 == 0 ? "pos" : "neg")", "text": "\#($0 % 2 == 0 ? "good film" : "bad film") number \#($0)"}"#
        }
        let forms = [
            ("a.tsv", "text\tlabel\n" + rows("\t")), ("b.tsv", rows("\t")),
            (
                "c.csv",
                "label,text\n"
                    + rows(",").split(separator: "\n").map {
                        $0.split(separator: ",").reversed().joined(separator: ",") + "\n"
                    }.joined()
            ),
            ("d.jsonl", json.joined(separator: "\n") + "\n"), ("e.json", "[" + json.joined(separator: ",") + "]"),
            ("f.csv", "what was said,verdict\n" + rows(",")),
        ]
        var texts: [[String]] = []
        for (name, text) in forms {
            let task = try made(text, name)
            #expect(task.definition.labels == ["neg", "pos"] && task.definition.kind == .classification, "\(name)")
            let (train, dev) = (try load(task, "train"), try load(task, "validation"))
            #expect(train.examples.count + dev.examples.count == 40 && dev.examples.count > 0, "\(name)")
            texts.append(train.examples.map(\.textA))
            for example in train.examples + dev.examples {
                #expect(example.label == .index(example.textA.hasPrefix("good") ? 1 : 0))
            }
        }
        #expect(texts.allSatisfy { $0 == texts[0] })
    }

    @Test func quotesBetweenTabsAreReadByTheRuleThatHolds() throws {
        let quoted = try made("text\tlabel\n\"a\tb\"\tx\n\"c \"\"d\"\"\"\ty\n\"a\"\tx\n\"e\"\ty\n", "q.tsv") {
            $0.validationShare = 0.5
        }
        #expect(quoted.definition.layouts[0].format == .tsv)
        let raw = try made("text\tlabel\n\"a\tx\n\"b\" c\ty\nplain\tx\nmore\ty\n", "r.tsv") { $0.validationShare = 0.5 }
        #expect(raw.definition.layouts[0].format == .rawTSV)
        let all = try load(raw, "train").examples + load(raw, "validation").examples
        #expect(Set(all.map(\.textA)) == ["\"a", "\"b\" c", "plain", "more"])
    }

    @Test func pairsNumbersAndNamedColumnsAreTaken() throws {
        let pairs = (0..<30).map { "premise \($0)\thypothesis \($0)\t\(Double($0) / 10 + 0.05)\n" }.joined()
        let task = try made("sentence1\tsentence2\tscore\n" + pairs, "p.tsv")
        #expect(task.definition.kind == .regression && task.definition.metrics.first == "spearman")
        #expect(try load(task, "train").examples[0].textB == "hypothesis 0")
        let named = try made("id,a,b\n" + (0..<30).map { "\($0),text \($0),\($0 % 3)\n" }.joined(), "n.csv") {
            ($0.text, $0.label, $0.kind) = ("a", "b", "regression")
        }
        #expect(named.definition.kind == .regression && named.definition.labels.isEmpty)
        let classes = try made("id,a,b\n" + (0..<30).map { "\($0),text \($0),\($0 % 3 + 9)\n" }.joined(), "n.csv") {
            ($0.text, $0.label) = ("a", "b")
        }
        #expect(classes.definition.labels == ["9", "10", "11"])
    }

    @Test func faultsAreNamedWithPathAndLine() throws {
        let good = "text\tlabel\n" + rows("\t")
        let train = try folder.write(good, to: "train.tsv")
        func dev(_ text: String, _ name: String = "dev.tsv") throws -> String {
            let path = try folder.write(text, to: name)
            var request = TableTask.Request(train: train)
            request.validation = path
            do { return "\(try TableTask(request).definition)" } catch { return "\(error)" }
        }
        #expect(
            try dev("text\tlabel\ngood\tpos\nfine\tpso\n").contains(
                "dev.tsv:3: column label: 'pso' is no label of \(train); near: pos"))
        #expect(try dev("text\tlabel\n \tpos\n").contains("dev.tsv:2: column text: the text is empty"))
        #expect(try dev("text\tlabl\ngood\tpos\n").contains("dev.tsv:1: column label: there is none; near: labl"))
        #expect(try dev("text\tlabel\n").contains("no records"))
        #expect(try dev("good\tpos\n", "dev.txt").contains("its name tells no format"))
        #expect(failure("text\tlabel\na\tx\nb\tx\n", "o.tsv").contains("every label is 'x'"))
        #expect(
            failure("text\tlabel\n" + (0..<30).map { "t\($0)\tl\($0)\n" }.joined(), "m.tsv").contains(
                "30 different labels in 30 rows"))
        #expect(
            failure("text\tlabel\na\t1.5\nb\tx\n", "x.tsv") { $0.kind = "regression" }.contains(
                "x.tsv:3: column label: 'x' is no number"))
        #expect(failure("a,b,c\nx,y,z\nx,y,z\n", "z.csv").contains("--"))
        #expect(failure(rows(","), "h.csv").contains("h.csv:1: the first row holds no names"))
        #expect(failure("text\tlabel\na\tx\n\tb\n", "e.tsv").contains("e.tsv:3"))
        #expect(failure(good, "t.tsv") { $0.text = "txet" }.contains("column txet: there is none; near: text"))
        // A label that is a number is never taken for the number of another.
        let numbers = try folder.write(
            "text\tlabel\n" + (0..<20).map { "t\($0)\t\($0 % 2 + 1)\n" }.joined(), to: "numbers.tsv")
        var request = TableTask.Request(train: numbers)
        request.validation = try folder.write("text\tlabel\nt\t0\n", to: "zero.tsv")
        #expect(throws: TaskError.self) { try TableTask(request) }
    }

    /// Where tables lie changes nothing of the task, and equal texts stay on one side.
    @Test func aTaskDependsOnContentsAlone() throws {
        let text = "text\tlabel\n" + rows("\t") + rows("\t")
        let first = try made(text, "one/a.tsv") { $0.name = "t" }
        let second = try made(text, "two/b.tsv") { $0.name = "t" }
        #expect(first.file == second.file && first.definition == second.definition)
        let (train, dev) = (try load(first, "train"), try load(first, "validation"))
        #expect(train.examples.count + dev.examples.count == 80)
        #expect(Set(train.examples.map(\.textA)).isDisjoint(with: dev.examples.map(\.textA)))
    }

    @Test func allFaultsOfATaskFileAreToldAtOnce() {
        let broken = TaskFileTests.text.replacing(#""version": 1"#, with: #""version": "1""#)
            .replacing(#""version": "1""#, with: #""versoin": 1"#).replacing(#""name": "t""#, with: #""name": 3"#)
            .replacing(#"["accuracy"]"#, with: #"["acuracy", "f1"]"#)
            .replacing(#""format": "tsv""#, with: #""format": "tvs""#).replacing(#"["train"]"#, with: #"["tarin"]"#)
        let found = flaw(of: broken)
        for part in [
            "t.json: 5 faults:", "the key version is missing (near: versoin)", "name must be",
            "layouts[0].format: there is no format 'tvs'",
            "metrics[0]: the kind classification has no metric 'acuracy'", "use.report: no layout has a split 'tarin'",
        ] { #expect(found.contains(part), "\(part) in \(found)") }
    }

    @Test func aTaskFileNeedsNoBibliography() throws {
        let source = #","# + "\n" + #" "source""#
        let text = TaskFileTests.text
        let start = try #require(text.range(of: #" "direction""#))
        let short = text[..<start.lowerBound].trimmingCharacters(in: .init(charactersIn: ", \n")) + "}"
        #expect(flaw(of: short) == "" && !short.contains(source))
        let task = try TaskDefinition.decode(Array(short.utf8), source: "t.json")
        #expect(task.direction == .higher && task.source == TaskSource())
        #expect(task.descriptionLines.allSatisfy { !$0.contains("source") })
    }
}
