import Foundation
import Foundations
import Layers
import TestSupport
import Testing

/// `letterpress pretrain` as a user runs it: kills, signals, full disks, wrong settings.
@Suite struct PretrainCommandTests {
    /// Whether tests that take their time are run in full.
    private static let isLong = ProcessInfo.processInfo.environment["LONG_TESTS"] != nil

    /// Kills at random moments, each followed by `--resume`: the losses, and the model at the end, of a run that nobody touched.
    @Test func killsLeaveTheCurve() throws {
        let fixture = try PretrainFixture()
        let course = ["--steps", "240", "--save-every", "3", "--eval-every", "40", "--json"]
        let whole = try fixture.run(fixture.arguments("whole", course))
        #expect(whole.status == 0)
        let expected = PretrainFixture.losses(whole.text)
        #expect(expected.count == 240)
        var found: [Int: Double] = [:]
        var random = SplitMix64(seed: 7)
        let wanted = Self.isLong ? 20 : 4
        var kills = 0
        for attempt in 0..<400 {
            let isBegun = Folder.hasItem(fixture.path("killed/run.json"))
            let arguments =
                isBegun
                ? ["pretrain", "--resume", "--out", fixture.path("killed"), "--json"]
                : fixture.arguments("killed", course)
            // Long enough to begin; later pieces end at any moment, also while a checkpoint is written.
            let moment = 0.35 + Double(random.next() % 1000) / 1000 * (kills < wanted ? 0.9 : 120)
            let piece = try fixture.run(arguments, limit: moment)
            // A kill before the first checkpoint leaves a folder that --resume begins.
            #expect(piece.status == -9 || piece.status == 0, "\(attempt): \(piece.errorText)")
            for (step, loss) in PretrainFixture.losses(piece.text) {
                #expect(found[step] ?? loss == loss)
                found[step] = loss
            }
            if piece.status == -9 { kills += 1 }
            if piece.status == 0 { break }
        }
        #expect(kills >= wanted)
        #expect(found == expected)
        #expect(try fixture.model("killed", step: 240) == fixture.model("whole", step: 240))
        // The records, too, but for times.
        #expect(try Self.records(fixture, "killed") == Self.records(fixture, "whole"))
    }

    private static func records(_ fixture: PretrainFixture, _ out: String) throws -> [JSONValue] {
        try fixture.folder.read("\(out)/metrics.jsonl").split(separator: 10).map { line in
            guard case .object(var fields) = try JSONValue.parse(Array(line)) else { return .null }
            for key in ["seconds", "data_seconds"] { fields[key] = nil }
            return .object(fields)
        }
    }

    /// The README's pair: data and folders as paths of the working folder, stopped, resumed from elsewhere.
    @Test func aRunWithRelativePathsResumes() throws {
        let fixture = try PretrainFixture()
        try FileManager.default.copyItem(atPath: fixture.corpus, toPath: fixture.path("sample.jsonl"))
        func run(_ arguments: [String], in folder: String) throws -> Execution {
            try Execution.run(
                product: "letterpress", arguments, environment: ["LETTERPRESS_ROOT": Repository.root], folder: folder)
        }
        var arguments = fixture.arguments("tiny", ["--steps", "4", "--save-every", "2", "--eval-every", "0", "--json"])
        arguments[arguments.firstIndex(of: fixture.corpus)!] = "sample.jsonl"
        arguments[arguments.firstIndex(of: fixture.path("tiny"))!] = "tiny"
        let whole = try run(arguments, in: fixture.folder.path)
        #expect(whole.status == 0, "\(whole.errorText)")
        let model = try fixture.model("tiny", step: 4)
        try FileManager.default.removeItem(atPath: fixture.path("tiny/checkpoints/step-00000004"))
        let other = try run(["pretrain", "--resume", "--out", "tiny", "--lr", "1e-4"], in: fixture.folder.path)
        #expect(
            other.status == 73 && other.errorText.contains("learning_rate was 0.003 and is 0.0001"),
            "\(other.errorText)")
        try Folder.create(fixture.path("elsewhere"))
        let resumed = try run(["pretrain", "--resume", "--out", "../tiny"], in: fixture.path("elsewhere"))
        #expect(resumed.status == 0, "\(resumed.errorText)")
        #expect(try fixture.model("tiny", step: 4) == model)
    }

    /// More steps on resume: the schedule is that over the new number, and the run says so; a second resume keeps it.
    @Test func aRunIsExtendedWithItsSchedule() throws {
        let fixture = try PretrainFixture()
        let course = ["--steps", "6", "--save-every", "2", "--eval-every", "0", "--schedule", "cosine", "--json"]
        #expect(try fixture.run(fixture.arguments("run", course)).status == 0)
        let resume = ["pretrain", "--resume", "--out", fixture.path("run")]
        let longer = try fixture.run(resume + ["--steps", "12"])
        #expect(longer.status == 0, "\(longer.errorText)")
        #expect(longer.errorText.contains("6 steps, now 12: from here on the cosine schedule over 12 steps"))
        let model = try fixture.model("run", step: 12)
        try FileManager.default.removeItem(atPath: fixture.path("run/checkpoints/step-00000012"))
        let again = try fixture.run(resume + ["--json"])
        #expect(again.status == 0 && PretrainFixture.losses(again.text).keys.sorted() == [11, 12])
        #expect(try fixture.model("run", step: 12) == model)
        let rates = again.text.split(separator: "\n").compactMap { line -> Double? in
            guard case .number(let rate)? = try? JSONValue.parse(Array(line.utf8))["rate"] else { return nil }
            return rate
        }
        let schedule = (10..<12).map { 3e-3 * Schedule(.cosine, warmUp: 3, steps: 12).factor(at: $0) }
        #expect(rates.count == 2 && zip(rates, schedule).allSatisfy { abs($0 - $1) < 1e-12 })
        let fewer = try fixture.run(resume + ["--steps", "5"])
        #expect(fewer.status == 64 && fewer.errorText.contains("has made 12 steps; 5 is fewer"))
    }

    @Test func flagsThatNothingHeedsAreRefused() throws {
        let fixture = try PretrainFixture()
        let text = [
            "pretrain", "--model", "textgpt/tiny", "--mix", "1:0:0", "--data", fixture.corpus, "--out",
            fixture.path("x"),
        ]
        let image = ["pretrain", "--model", fixture.shape, "--data", fixture.corpus, "--out", fixture.path("x")]
        for (arguments, word) in [
            (text + ["--strategy", "bigrams"], "--strategy has no effect"),
            (text + ["--dpi", "90"], "--dpi has no effect"),
            (text + ["--fonts", "mono"], "--fonts has no effect"),
            (image + ["--tokenizer", "bytes"], "--tokenizer has no effect"),
            (image + ["--layout", "pair"], "--layout pair"),
        ] {
            let run = try fixture.run(arguments)
            #expect(run.status == 64 && run.errorText.contains(word), "\(arguments): \(run.errorText)")
        }
        #expect(!Folder.hasItem(fixture.path("x")))
        let model = try ModelFolderFixture()
        let tuned = try fixture.run([
            "finetune", "--model", model.path, "--task", "sample-topic", "--font", "none.ttf", "--out",
            fixture.path("x"),
        ])
        #expect(tuned.status == 64 && tuned.errorText.contains("--font has no effect"), "\(tuned.errorText)")
        let bigrams = try fixture.run(
            fixture.arguments("bigrams", ["--strategy", "bigrams", "--steps", "1", "--eval-every", "0"]))
        #expect(bigrams.status == 0, "\(bigrams.errorText)")
        let record = try JSONValue.parse(fixture.folder.read("bigrams/checkpoints/step-00000001/rendering.json"))
        #expect(String(decoding: record.encoded(), as: UTF8.self).contains("bigrams"))
    }

    @Test(arguments: ["INT", "TERM", "HUP"]) func aSignalEndsWithACheckpointAndHowToGoOn(_ name: String) throws {
        let fixture = try PretrainFixture()
        let course = ["--steps", "100000", "--eval-every", "0", "--save-every", "0"]
        let program = try Repository.product("letterpress")
        let script = """
            "$@" & pid=$!
            while [ ! -s '\(fixture.path("run/run.json"))' ]; do sleep 0.1; done
            sleep 0.5; kill -\(name) $pid; \(name == "HUP" ? "kill -HUP $pid;" : "") wait $pid
            """
        let run = try Execution.run(
            "/bin/sh", ["-c", script, "sh", program] + fixture.arguments("run", course),
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(run.status == 75)
        #expect(run.errorText.contains("letterpress pretrain --resume --out \(fixture.path("run"))"))
        let steps = try FileManager.default.contentsOfDirectory(atPath: fixture.path("run/checkpoints"))
        #expect(steps.count == 1 && run.text.contains(steps[0]))
        let wrong = try fixture.run(["pretrain", "--resume", "--out", fixture.path("run"), "--batch", "5"])
        #expect(wrong.status == 73 && wrong.errorText.contains("batch was 4 and is 5"))
    }

    /// On a file system of 2 MB the first checkpoint fits and the second does not.
    @Test(.enabled(if: Self.canMount)) func aFullDiskLeavesTheCheckpointBefore() throws {
        let fixture = try PretrainFixture()
        let course = ["--steps", "6", "--save-every", "2", "--keep", "5"]
        #expect(try fixture.run(fixture.arguments("whole", course)).status == 0)
        let program = try Repository.product("letterpress")
        let quoted = ([program] + fixture.arguments("disk/run", course)).map { "'\($0)'" }.joined(separator: " ")
        let size = try fixture.model("whole", step: 6).count
        let script = """
            mkdir "\(fixture.path("disk"))" && mount -t tmpfs -o size=\(size * 5) none "\(fixture.path("disk"))" || exit 1
            \(quoted); echo "first $?"
            ls "\(fixture.path("disk/run/checkpoints"))"
            mount -o remount,size=64m "\(fixture.path("disk"))"
            '\(program)' pretrain --resume --out "\(fixture.path("disk/run"))"; echo "second $?"
            cp "\(fixture.path("disk/run"))"/checkpoints/step-00000006/model.safetensors "\(fixture.path("model"))"
            """
        let run = try Execution.run(
            "/usr/bin/unshare", ["-m", "/bin/sh", "-c", script], environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(run.text.contains("first 74\nstep-00000002\nsecond") || run.text.contains("first 74\nstep-00000002\n/"))
        #expect(run.text.contains("second 0"))
        #expect(run.errorText.contains("cannot write \(fixture.path("disk"))"))
        #expect(try fixture.folder.read("model") == fixture.model("whole", step: 6))
    }

    /// A rate that throws the numbers out of their range: the code, the tensor, a report that says so, and steps left out.
    @Test func lossesThatAreNoNumbersEndTheRunOrAreLeftOut() throws {
        let fixture = try PretrainFixture()
        let course = [
            "--model", "pixelgpt/tiny", "--steps", "12", "--lr", "10", "--warm-up", "0", "--clip", "1e12",
            "--image-weight", "1e6", "--beta2", "0", "--save-every", "1", "--eval-every", "0",
        ]
        let run = try fixture.run(fixture.arguments("run", course))
        #expect(run.status == 70, "\(run.errorText)")
        #expect(run.errorText.contains("infinite or not a number"), "\(run.errorText)")
        let report = String(decoding: try fixture.folder.read("run/report.html"), as: UTF8.self)
        let isToldThere = report.contains("ended by an error: step ")
        #expect(isToldThere)
        let skipping = try fixture.run(fixture.arguments("skipping", course + ["--on-non-finite", "skip"]))
        #expect(skipping.status == 0, "\(skipping.errorText)")
        let isSkipped = try fixture.folder.read("skipping/metrics.jsonl").split(separator: 10).contains {
            String(decoding: $0, as: UTF8.self).contains("skipped")
        }
        #expect(isSkipped)
    }

    /// From shards, on two threads, stopped after a checkpoint and gone on with: the model of a run in one piece. The run's own
    /// settings hold the number of streams.
    @Test func aRunFromShardsGoesOnExactlyOnTwoThreads() throws {
        let fixture = try PretrainFixture()
        let shards = fixture.path("shards")
        let drawn = try letterpress(
            "render", fixture.corpus, "--out", shards, "--format", "native", "--max-patches", "32")
        #expect(drawn.status == 0)
        let course = [
            "--mix", "0:1:0", "--image-data", shards, "--steps", "40", "--threads", "2", "--streams", "3",
            "--save-every", "10", "--eval-every", "0", "--keep", "9", "--json",
        ]
        let whole = try fixture.run(fixture.arguments("whole", course))
        #expect(whole.status == 0, "\(whole.errorText)")
        let pieces = try fixture.run(fixture.arguments("pieces", course))
        #expect(pieces.status == 0)
        for step in [40, 30] {
            try FileManager.default.removeItem(atPath: fixture.path("pieces/checkpoints/step-000000\(step)"))
        }
        let resumed = try fixture.run([
            "pretrain", "--resume", "--out", fixture.path("pieces"), "--threads", "2", "--json",
        ])
        #expect(resumed.status == 0, "\(resumed.errorText)")
        let (wanted, found) = (PretrainFixture.losses(whole.text), PretrainFixture.losses(resumed.text))
        #expect(found.count == 20 && found.allSatisfy { wanted[$0.key] == $0.value })
        #expect(try fixture.model("pieces", step: 40) == fixture.model("whole", step: 40))
        let settings = try JSONValue.parse(fixture.folder.read("pieces/run.json"))
        #expect(settings["pretrain"]?["streams"] == .integer(3))
        let other = try fixture.run(["pretrain", "--resume", "--out", fixture.path("pieces"), "--streams", "2"])
        #expect(other.status == 73 && other.errorText.contains("streams was 3 and is 2"), "\(other.errorText)")
    }

    private static var canMount: Bool {
        (try? Execution.run("/usr/bin/unshare", ["-m", "/bin/true"]).status == 0) ?? false
    }

    @Test func settingsComeFromFlagsFilesPresetsAndAreChecked() throws {
        let fixture = try PretrainFixture()
        let file = try fixture.folder.write(#"{"pretrain": {"steps": 7, "batch": 3}}"#, to: "config.json")
        let run = try fixture.run(
            ["pretrain", "--preset", "dualgpt-tiny", "--config", file, "--batch", "5", "--print-config"],
            environment: ["LETTERPRESS_PRETRAIN_SEED": "9"])
        #expect(run.status == 0)
        let root = try JSONValue.parse(run.output)
        func setting(_ key: String) -> (JSONValue?, JSONValue?) {
            let found = root["pretrain"]?[key]
            return (found?["value"], found?["origin"])
        }
        #expect(setting("batch") == (.integer(5), .string("flag")))
        #expect(setting("seed") == (.integer(9), .string("environment")))
        #expect(setting("steps") == (.integer(7), .string("file \(file)")))
        #expect(setting("mix") == (.string("4:4:2"), .string("preset dualgpt/tiny")))
        #expect(setting("clip") == (.integer(1), .string("default")))
        let wrong = try fixture.folder.write(#"{"pretrain": {"stepz": 7}}"#, to: "wrong.json")
        let cases: [(arguments: [String], status: Int, says: String)] = [
            (["--config", wrong], 65, "pretrain.stepz"), (["--batch", "0"], 64, "pretrain.batch"),
            (["--mix", "1:1"], 64, "1:1"), (["--mix", "1:0:0", "--text-data", "/nowhere"], 66, "/nowhere"),
            (["--model", "pixelgpt/tinny"], 64, "pixelgpt/tiny"), (["--length", "4096"], 64, "positions"),
            (["--tokenizer", "/nowhere", "--mix", "1:0:0"], 66, "/nowhere"),
        ]
        for (index, test) in cases.enumerated() {
            let run = try fixture.run(fixture.arguments("out\(index)", ["--steps", "2"] + test.arguments))
            #expect(run.status == test.status && run.errorText.contains(test.says), "\(test): \(run.errorText)")
        }
    }

    /// A model that learned from shards knows how they were drawn.
    @Test func shardsAreTrainedOnAndLeaveHowTheyWereDrawn() throws {
        let fixture = try PretrainFixture()
        let shards = fixture.path("shards")
        let drawn = try letterpress(
            "render", fixture.corpus, "--out", shards, "--format", "native", "--max-patches", "32", "--font-size", "9")
        #expect(drawn.status == 0)
        let run = try fixture.run(fixture.arguments("run", ["--steps", "3", "--image-data", shards]))
        #expect(run.status == 0)
        let record = fixture.path("run/checkpoints/step-00000003/rendering.json")
        let shown = try fixture.run(["render", "x", "--out", "y", "--config", record, "--print-config"])
        let size = try JSONValue.parse(shown.output)["render"]?["font_size"]?["value"]
        #expect(shown.status == 0 && size == .integer(9))
    }

    @Test func otherDataOtherFontsAndASecondWriterAreRefused() throws {
        let fixture = try PretrainFixture()
        let corpus = try fixture.folder.write(
            (0..<60).map { "a line of text, number \($0)\n" }.joined(), to: "corpus.txt")
        let arguments = fixture.arguments("run", ["--steps", "4", "--save-every", "2", "--image-data", corpus])
        #expect(try fixture.run(arguments).status == 0)
        let again = try fixture.run(arguments)
        #expect(again.status == 73 && again.errorText.contains("--resume"))
        let resume = ["pretrain", "--resume", "--out", fixture.path("run")]
        #expect(try fixture.run(resume).status == 0)
        let fonts = try fixture.run(resume + ["--font-size", "9"])
        #expect(fonts.status == 73 && fonts.errorText.contains("the data are not those"))
        try fixture.folder.write("another text\nand one more\n", to: "corpus.txt")
        let changed = try fixture.run(resume)
        #expect(changed.status == 73 && changed.errorText.contains("the data are not those"))
        let lock = try FolderLock(path: fixture.path("run"))
        #expect(lock.isHeld)
        let second = try fixture.run(resume)
        #expect(second.status == 73 && second.errorText.contains("another run is writing"))
    }
}
