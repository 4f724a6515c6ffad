import Foundation
import Foundations
import TestSupport
import Testing

/// Each refusal has the exit code that `letterpress --help` promises: 64 for what is typed wrong, 65 for what files hold, 66 for what
/// is not there.
@Suite struct ExitCodeTests {
    private static let finetune: [(String, Int32)] = [
        ("--dropout 1", 64), ("--train-limit 0", 64), ("--batch 0", 64), ("--threads 0", 64), ("--lr=-1", 64),
        ("--length 1", 64),
        ("--length 97", 64), ("--steps 0", 64), ("--steps 3 --epochs 1", 64), ("--metric spearman", 64),
        ("--seed -1", 64),
        ("--method nosuch", 64), ("--method half:ratio=7", 64), ("--grid batch=x", 64), ("--grid nosuch=1", 64),
        ("--seeds 1,1", 64), ("--seeds 1,x", 64), ("--task-language xx", 64), ("--preset nosuch", 64),
        ("--pool nosuch", 64),
        ("--modality text --tokenizer NONE", 66), ("--config NONE", 66), ("--config BADJSON", 65),
        ("--config BADVALUE", 65),
        ("--data NONE", 66), ("--task nosuch", 64), ("--task NONE.json", 66), ("--task BADTASK", 65),
        ("--model NONE", 66),
        ("--model EMPTY", 66), ("--model BADMODEL", 65), ("--dpi 5", 64), ("--fonts nosuch", 64), ("--font NONE", 69),
        ("--task sample-perplexity", 64), ("--out FULL", 73), ("--threads x", 64),
    ]
    private static let evaluate: [(String, Int32)] = [
        ("--batch 0", 64), ("--limit 0", 64), ("--bootstrap 1", 64), ("--window 1", 64), ("--stride 0", 64),
        ("--noise nosuch", 64),
        ("--noise swap --noise-rates 2", 64), ("--noise swap --noise-seed=-1", 64), ("--splits nosuch", 64),
        ("--tasks nosuch", 64),
        ("--font-transfer nosuch", 64), ("--precision fp8", 64), ("--seeds 1,x", 64), ("--threads 0", 64),
        ("--tasks NONE.json", 66),
        ("--tasks BADTASK", 65), ("--model NONE", 66), ("--model EMPTY", 66), ("--data NONE", 66),
        ("--config BADVALUE", 65),
        ("--config NONE", 66), ("--submission", 64), ("--out FULL", 73),
    ]
    private static let others: [(String, Int32)] = [
        ("tasks list nosuch", 64), ("tasks describe nosuch", 64), ("tasks describe NONE.json", 66),
        ("tasks validate BADTASK", 65),
        ("tasks validate nosuch", 64), ("tasks validate sample-topic --limit 0", 64),
        ("tasks validate sample-topic --data NONE", 66),
        ("tasks init NONE.tsv", 66), ("tasks init BADTABLE", 65), ("tasks init BADTABLE --validation-share 2", 64),
        ("tasks init TABLE --text-column nosuch", 65), ("tasks init TABLE --metric nosuch -o -", 64),
        ("tasks init TABLE --kind nosuch", 64), ("predict --model MODEL --text a", 64),
        ("predict --model NONE --text a", 66),
        ("predict --model MODEL", 64), ("tokenizer inspect NONE", 66), ("tokenizer encode NONE x", 66),
        ("tokenizer encode BADMODEL x", 65), ("tokenizer decode bytes x", 64),
        ("tokenizer train NONE --out OUT --size 500", 66),
        ("tokenizer train CORPUS --out OUT --size 5", 64),
        ("tokenizer train CORPUS --out OUT --size 500 --coverage 2", 64),
        ("tokenizer train CORPUS --out OUT --size 500 --lines 0", 64), ("tokenizer export NONE -o OUT", 66),
        ("zoo describe nosuch", 64),
        ("zoo describe BADMODEL", 65), ("zoo list nosuch", 64), ("method nosuch", 64), ("method hft", 64),
        ("method hft nosuch", 64),
        ("method hft delta", 64), ("method hft delta --set base --out OUT", 64),
        ("method hft half-reset --set ratio=x --out OUT", 64),
        ("method hft half-reset --set share=1 --out OUT", 64),
        ("method hft half-reset --set ratio=7 base=MODEL tuned=MODEL --out OUT", 64),
        ("method hft half-reset --set base=NONE tuned=MODEL --out OUT", 66),
        ("method hft delta --config NONE --out OUT", 66),
        ("method hft delta --config BADJSON --out OUT", 65),
        ("method hft delta --threads 0 --set base=MODEL tuned=MODEL --out OUT", 64),
    ]

    @Test func everyRefusalHasItsCode() throws {
        let drawn = try DrawnTask()
        let folder = drawn.model.folder
        let text = String(decoding: try folder.read("drawn.json"), as: UTF8.self)
        let names: [(String, String)] = [
            ("NONE", folder.file("none")), ("EMPTY", folder.file("data")), ("MODEL", drawn.model.path),
            ("BADJSON", try folder.write("{", to: "bad.json")),
            (
                "BADVALUE",
                try folder.write(#"{"finetune": {"dropout": 2}, "evaluate": {"batch": 0}}"#, to: "value.json")
            ),
            ("BADTASK", try folder.write(text.replacing("accuracy", with: "acuracy"), to: "task.json")),
            ("BADTABLE", try folder.write("text\tlabel\na\tx\nb\tx\n", to: "one.tsv")),
            ("TABLE", try folder.write("text\tlabel\na\tx\nb\ty\nc\tx\nd\ty\n", to: "two.tsv")),
            ("CORPUS", try folder.write("a text\nand another\n", to: "corpus.txt")), ("OUT", folder.file("out")),
            ("FULL", folder.file("full")),
        ]
        try folder.write("mine", to: "full/mine.txt")
        try folder.write("{\"model_type\": 3}", to: "broken/config.json")
        try folder.write("{\"model\": 3}", to: "broken/tokenizer.json")
        let more = names + [("BADMODEL", folder.file("broken"))]
        func word(_ word: Substring) -> String {
            more.sorted { $0.0.count > $1.0.count }.reduce(String(word)) { $0.replacing($1.0, with: $1.1) }
        }
        /// Words of the command, of which later ones replace those of the same flag.
        func words(_ text: String, _ standard: [String]) -> [String] {
            let own = text.split(separator: " ").map(word)
            let kept = stride(from: 0, to: standard.count, by: 2).filter { !own.contains(standard[$0]) }
            return kept.flatMap { [standard[$0], standard[$0 + 1]] } + own
        }
        let base = ["--model", drawn.model.path, "--data", folder.file("data"), "--out", folder.file("out")]
        let finetunes = Self.finetune.map { (["finetune"] + words($0.0, base + ["--task", drawn.path]), $0.1) }
        let evaluates = Self.evaluate.map { (["evaluate"] + words($0.0, base + ["--tasks", drawn.path]), $0.1) }
        let others = Self.others.map { ($0.0.split(separator: " ").map(word), $0.1) }
        for (words, status) in finetunes + evaluates + others {
            let run = try Execution.run(
                product: "letterpress", words, environment: ["LETTERPRESS_ROOT": Repository.root])
            let line = words.joined(separator: " ")
            #expect(run.status == status, "\(run.status), expected \(status): \(line): \(run.errorText.suffix(300))")
            #expect(run.errorText.count > 20 && run.output.isEmpty, "\(line)")
        }
        #expect(!Folder.hasItem(folder.file("out/best")))
    }
}
