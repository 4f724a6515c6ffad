import Foundation
import Foundations
import TestSupport
import Testing

/// What runs leave for others to read: TensorBoard's files of every kind of run, the best evaluation after a resume, figures.
@Suite struct RunRecordTests {
    private func run(_ arguments: [String], folder: String, status: Int = 0) throws -> Execution {
        let run = try Execution.run(
            product: "letterpress", arguments, environment: ["LETTERPRESS_ROOT": Repository.root], folder: folder)
        #expect(run.status == status, "\(run.errorText)")
        return run
    }

    @Test func everyKindOfRunIsShownByTensorBoard() throws {
        let fixture = try EvaluateFixture()
        let folder = fixture.folder.path
        let common = [
            "--model", fixture.model.path, "--task", fixture.task, "--data", "data", "--modality", "text", "--length",
            "32",
            "--batch", "4", "--steps", "3", "--eval-every", "3",
        ]
        _ = try run(["finetune"] + common + ["--out", "runs/single"], folder: folder)
        _ = try run(["finetune"] + common + ["--grid", "lr=1e-3,1e-2", "--out", "runs/grid"], folder: folder)
        let pretrain = try PretrainFixture()
        let words = pretrain.arguments("run", ["--steps", "3", "--eval-every", "3"])
        let place = try #require(words.firstIndex(of: pretrain.path("run")))
        _ = try run(words[..<place] + ["runs/pretrained"] + words[(place + 1)...], folder: folder)
        _ = try run(
            [
                "evaluate", "--model", "small=\(fixture.model.path),head=runs/single", "--tasks", fixture.task,
                "--data",
                "data", "--config", fixture.config, "--bootstrap", "20", "--noise", "swap", "--noise-rates", "0.1,0.4",
                "--out", "runs/scores",
            ], folder: folder)

        let found = try EventFileReader.folders(below: "\(folder)/runs")
        #expect(
            found == [
                "grid/lr=0.001,seed=42/tensorboard", "grid/lr=0.01,seed=42/tensorboard", "pretrained/tensorboard",
                "scores/finetuned/small/drawn/seed-42/tensorboard", "scores/tensorboard/head/seed-42",
                "scores/tensorboard/small/seed-42", "single/tensorboard",
            ])
        for name in found where !name.hasPrefix("scores/tensorboard") {
            let file = try EventFileReader(folder: "\(folder)/runs/\(name)")
            let tags = Set(file.points.map(\.tag))
            let wanted: Set = ["train/loss", "train/learning_rate", "train/gradient_norm", "heldout/loss"]
            #expect(wanted.isSubset(of: tags) && file.versions == ["brain.Event:2"], "\(name): \(tags)")
            let steps = file.points.filter { $0.tag == "train/loss" }.map(\.step)
            #expect(steps == [1, 2, 3], "\(name)")
            #expect(tags.contains("heldout/accuracy") == !name.hasPrefix("pretrained"), "\(name)")
        }
        // The scores are those of the results, and noise is a curve over the rate.
        let results = try fixture.json("runs/scores/results.json")
        guard case .array(let parts)? = results["results"] else { return #expect(Bool(false), "no results") }
        let plain = try #require(
            parts.first { $0["model"] == .string("small") && $0["variant"] == .string("plain") })
        let points = try EventFileReader(folder: "\(folder)/runs/scores/tensorboard/small/seed-42").points
        let own = points.filter { $0.tag == "drawn/validation/accuracy" }
        #expect(own.count == 1 && own[0].step == 3)
        let value: Double? =
            switch plain["metrics"]?["accuracy"]?["value"] {
            case .number(let number)?: number
            case .integer(let number)?: Double(number)
            default: nil
            }
        #expect(own.first.map { Double($0.value) } == value.map { Double(Float($0)) })
        #expect(points.filter { $0.tag == "drawn/validation/accuracy under swap" }.map(\.step) == [0, 100, 400])
    }

    /// A run that resumes behind its best evaluation knows it: a worse one is not the best, and the last line names the best.
    @Test func aResumedPretrainingKnowsItsBest() throws {
        let fixture = try PretrainFixture()
        // The rate rises until the loss does: the best evaluation is an early one.
        let course = [
            "--steps", "16", "--eval-every", "4", "--save-every", "8", "--keep", "9", "--schedule", "constant", "--lr",
            "2",
            "--warm-up", "16", "--clip", "1e9",
        ]
        let whole = try fixture.run(fixture.arguments("run", course))
        #expect(whole.status == 0, "\(whole.errorText)")
        let records = try fixture.folder.read("run/metrics.jsonl").split(separator: 10).map {
            try JSONValue.parse(Array($0))
        }
        let best = try #require(records.last { $0["kind"] == .string("evaluation") && $0["is_best"] == .bool(true) })
        guard case .integer(let step)? = best["step"] else { return #expect(Bool(false)) }
        try #require(step <= 8, "the best evaluation stands behind the checkpoint: choose another rate")
        #expect(whole.text.contains("at step \(step))"))
        try FileManager.default.removeItem(atPath: fixture.path("run/checkpoints/step-00000016"))
        let resumed = try fixture.run(["pretrain", "--resume", "--out", fixture.path("run")])
        #expect(resumed.status == 0 && resumed.text == whole.text, "\(resumed.text) \(whole.text)")
        #expect(
            resumed.errorText.contains("resumes after step 8, best so far ")
                && resumed.errorText.contains(" at step \(step), "))
        #expect(!resumed.errorText.contains("the best so far\n"))
        let page = String(decoding: try fixture.folder.read("run/report.html"), as: UTF8.self)
        let isTold = page.contains("best held-out loss</span>") && page.contains("<em>at step \(step)</em>")
        #expect(isTold)
    }

    /// The same for a fine-tuning, whose best metric stands in the line of progress.
    @Test func aResumedFinetuningKnowsItsBest() throws {
        let fixture = try EvaluateFixture()
        let words = [
            "--model", fixture.model.path, "--task", fixture.task, "--data", "data", "--modality", "text", "--length",
            "32",
            "--batch", "4", "--steps", "4000", "--eval-every", "1", "--save-every", "1", "--lr", "0", "--threads", "1",
        ]
        let script = """
            "$@" >/dev/null 2>errors & pid=$!
            while [ ! -d run/checkpoints/step-00000003 ]; do sleep 0.02; [ -d /proc/$pid ] || exit 1; done
            kill -TERM $pid; wait $pid
            """
        let stopped = try Execution.run(
            "/bin/sh", ["-c", script, "sh", Repository.product("letterpress"), "finetune"] + words + ["--out", "run"],
            environment: ["LETTERPRESS_ROOT": Repository.root], folder: fixture.folder.path)
        #expect(stopped.status == 75, "\(String(decoding: (try? fixture.folder.read("errors")) ?? [], as: UTF8.self))")
        let again = try Execution.run(
            product: "letterpress", ["finetune", "--resume", "--out", "run", "--json"],
            environment: ["LETTERPRESS_ROOT": Repository.root], folder: fixture.folder.path, limit: 3)
        let events = again.text.split(separator: "\n").compactMap { try? JSONValue.parse(Array($0.utf8)) }
        // At a rate of 0 the first evaluation stays the best.
        #expect(events.first?["event"] == .string("started") && events.first?["best"]?["step"] == .integer(1))
        let later = events.filter { $0["event"] == .string("evaluation") }
        #expect(!later.isEmpty && later.allSatisfy { $0["is_best"] == .bool(false) })
    }

    /// One number of parameters in every place, written in one way.
    @Test func parametersAreCountedOnce() throws {
        let fixture = try PretrainFixture()
        let trained = try fixture.run(fixture.arguments("run", ["--steps", "1", "--eval-every", "0"]))
        let described = try letterpress("zoo", "describe", fixture.shape)
        let number = try #require(
            trained.errorText.firstMatch(of: /([\d,]+) parameters with lm_token_head and lm_pixel_head/)
        ).1
        #expect(described.text.contains("\n\(number) parameters, embeddings and heads included"), "\(described.text)")
        let stored = try letterpress("zoo", "describe", fixture.path("run"))
        #expect(stored.text == described.text)
        let page = String(decoding: try fixture.folder.read("run/report.html"), as: UTF8.self)
        let isTold = page.contains(">\(number) parameters with lm_token_head and lm_pixel_head")
        #expect(isTold)
        #expect(trained.errorText.contains("1 step,"), "\(trained.errorText)")
    }

    /// No step is made at more than the highest rate that was seen.
    @Test func noShareOfThePeakIsAboveOne() throws {
        let fixture = try PretrainFixture()
        let run = try fixture.run(fixture.arguments("run", ["--steps", "40", "--eval-every", "10"]))
        let shares = run.errorText.matches(of: /(\d+) % of peak/).compactMap { Int($0.1) }
        #expect(!shares.isEmpty && shares.allSatisfy { (0...100).contains($0) }, "\(run.errorText)")
    }
}
