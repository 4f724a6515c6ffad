import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct RenderCommandTests {
    @Test func aCorpusIsRenderedVerifiedAndInspected() throws {
        let fixture = try CommandFixture()
        for format in ["webdataset", "pixelgpt", "native"] {
            let out = fixture.path(format)
            let render = try letterpress(
                "render", fixture.input, "--out", out, "--format", format, "--label-field", "label",
                "--patches-per-shard", "300")
            #expect(render.status == 0 && render.text.hasPrefix("\(out): 40 documents, 40 sequences, "))
            #expect(render.errorText.isEmpty)
            let verify = try letterpress("verify", out, "--every", "1", "--json")
            #expect(verify.status == 0 && verify.text.contains(#""errors":[],"rendered":40,"sequences":40"#))
            let inspect = try letterpress("inspect", out, "--index", "39", "-o", fixture.path("one.png"), "--json")
            #expect(inspect.status == 0 && inspect.text.contains(#""label":1,"num_patches":"#))
            #expect(try fixture.folder.read("one.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
        }
    }

    @Test func eventsAreJSONLines() throws {
        let fixture = try CommandFixture()
        let run = try letterpress("render", fixture.input, "--out", fixture.path("out"), "--json")
        let events = try run.text.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["event"] as? String
        }
        #expect(events.first == "started" && events.last == "finished" && events.contains("shard"))
    }

    @Test func standardInputIsReadButCannotBeResumed() throws {
        let fixture = try CommandFixture()
        let out = fixture.path("out")
        func render(_ out: String, _ more: [String] = [], limit: Double = 60) throws -> Execution {
            try Execution.run(
                product: "letterpress",
                ["render", "-", "--input-format", "lines", "--out", out, "--format", "native"] + more,
                input: Array("one\n\nthree\n".utf8), environment: ["LETTERPRESS_ROOT": Repository.root], limit: limit)
        }
        let run = try render(out)
        #expect(run.status == 0 && run.text.contains(" 3 documents, 3 sequences"))
        let before = try fixture.files("out")
        let again = try render(out, ["--resume"])
        #expect(again.status == 64 && again.errorText.contains("standard input cannot be read a second time"))
        #expect(try again.text.isEmpty && fixture.files("out") == before)
        // Interrupted after one shard: the manifest is put back to the journal of that moment.
        let cut = fixture.path("cut")
        #expect(try render(cut, ["--patches-per-shard", "1"]).status == 0)
        let data = Data(try fixture.folder.read("cut/manifest.json"))
        var root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let shards = try #require(root["shards"] as? [[String: Any]])
        var counts = try #require(root["counts"] as? [String: Any])
        counts["sequences"] = shards[0]["sequences"]
        root["shards"] = [shards[0]]
        root["counts"] = counts
        root["inputs"] = ["-"]
        root["cursor"] = ["inputs": "", "position": ["file": 0, "byte_offset": 4, "line": 1, "entry": 0, "index": 1]]
        try fixture.folder.write(
            Array(try JSONSerialization.data(withJSONObject: root)), to: "cut/progress.json")
        try FileManager.default.removeItem(atPath: fixture.path("cut/manifest.json"))
        let resumed = try render(cut, ["--patches-per-shard", "1", "--resume"])
        #expect(
            resumed.status == 64 && resumed.errorText.contains("cannot be read a second time"), "\(resumed.errorText)")
    }

    @Test(arguments: ["native", "webdataset"])
    func killedAtAnyMomentAndResumedTheBytesAreTheSame(format: String) throws {
        let fixture = try CommandFixture(lines: 3000)
        let arguments = [
            "render", fixture.input, "--format", format, "--patches-per-shard", "20000", "--workers", "2", "--quiet",
            "--font", "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
        ]
        let clock = ContinuousClock()
        let begin = clock.now
        let whole = try Execution.run(product: "letterpress", arguments + ["--out", fixture.path("whole")])
        var length = (clock.now - begin) / .seconds(1)
        #expect(whole.status == 0)
        let reference = try fixture.files("whole")
        #expect(reference.count > 4)
        var generator = SystemRandomNumberGenerator()
        var kills = 0
        for round in 0..<5 {
            let out = "killed\(round)"
            // Cut off three times at random moments, then left to finish.
            for attempt in 0..<4 {
                let limit = attempt < 3 ? Double.random(in: 0.01..<length, using: &generator) : 60
                let run = try Execution.run(
                    product: "letterpress", arguments + ["--resume", "--out", fixture.path(out)], limit: limit)
                #expect(run.status == 0 || run.status == -9)
                if run.status == -9 { kills += 1 }
                // What was left took less than the limit: the next ones are shorter, however busy the machine was at first.
                if attempt < 3 && run.status == 0 { length = max(0.02, length / 2) }
            }
            #expect(try fixture.files(out) == reference)
        }
        #expect(kills > 3)
    }

    @Test func aFullDiskIsAnErrorAndLeavesNoTornShard() throws {
        let fixture = try CommandFixture(lines: 400)
        let program = try Repository.product("letterpress")
        let out = fixture.path("out")
        // A limit on the size of files stands for a full disk: write(2) fails in the same place.
        let script = """
            trap '' XFSZ; ulimit -f 500; exec "\(program)" render "\(fixture.input)" --out "\(out)" --format native \
            --root "\(Repository.root)" --patches-per-shard 1500
            """
        let run = try Execution.run("/bin/bash", ["-c", script])
        #expect(run.status == 0)
        let larger = script.replacingOccurrences(of: "1500", with: "150000").replacingOccurrences(
            of: out, with: out + "2")
        let failed = try Execution.run("/bin/bash", ["-c", larger])
        #expect(failed.status == 74)
        #expect(failed.errorText.contains("cannot write \(out)2/part-00000.lps.partial"))
        // Nothing is stored, so nothing stands in the way of another try.
        #expect(try fixture.files("out2").isEmpty)
    }

    /// What fails before its first shard leaves the folder free; a journal that a kill left with no shard does not count either.
    @Test func aFailedRenderDoesNotBlockTheCorrectedOne() throws {
        let fixture = try CommandFixture(lines: 5)
        let bad = try fixture.folder.write("{\"text\":\"a\"}\n{]\n", to: "bad.jsonl")
        let out = fixture.path("out")
        #expect(try letterpress("render", bad, "--out", out).status == 65)
        #expect(try letterpress("render", fixture.input, "--out", out, "--patches-per-shard", "1").status == 0)
        let manifest = try fixture.folder.read("out/manifest.json")
        guard case .object(var journal) = try JSONValue.parse(manifest) else { return #expect(Bool(false)) }
        journal["shards"] = .array([])
        journal["inputs"] = .array([])
        try fixture.folder.write(JSONValue.object(journal).encoded(), to: "killed/progress.json")
        try fixture.folder.write("torn", to: "killed/part-00000.tar.partial")
        #expect(try letterpress("render", fixture.input, "--out", fixture.path("killed")).status == 0)
        // A finished shard, or a file of someone else, is never given up.
        let again = try letterpress("render", fixture.input, "--out", out)
        #expect(again.status == 73 && again.errorText.contains("--overwrite"))
    }

    @Test(arguments: ["INT", "TERM", "HUP"]) func aSignalKeepsTheFinishedShardsAndSaysHowToResume(_ name: String) throws
    {
        let fixture = try CommandFixture(lines: 4000)
        let arguments = ["render", "in.jsonl", "--out", "out dir", "--patches-per-shard", "3000", "--workers", "1"]
        let program = try Repository.product("letterpress")
        let script = """
            "$@" & pid=$!
            while [ ! -e 'out dir/part-00001.tar' ]; do sleep 0.02; done
            kill -\(name) $pid; wait $pid
            """
        let stopped = try Execution.run(
            "/bin/sh", ["-c", script, "sh", program] + arguments, environment: ["LETTERPRESS_ROOT": Repository.root],
            folder: fixture.folder.path)
        #expect(stopped.status == 75 && stopped.output.isEmpty)
        let command = "letterpress render in.jsonl --out 'out dir' --patches-per-shard 3000 --workers 1 --resume"
        #expect(stopped.errorText.contains(" finished shards; resume with:\n  \(command)\n"), "\(stopped.errorText)")
        // The command as it was printed.
        let resumed = try Execution.run(
            "/bin/sh", ["-c", command.replacing("letterpress", with: "'\(program)'")],
            environment: ["LETTERPRESS_ROOT": Repository.root], folder: fixture.folder.path)
        #expect(resumed.status == 0)
        let whole = try letterpress(
            "render", fixture.input, "--out", fixture.path("whole"), "--patches-per-shard", "3000")
        #expect(try whole.status == 0 && fixture.files("out dir") == fixture.files("whole"))
    }

    @Test func flagsThatCannotApplyAreRefused() throws {
        let fixture = try CommandFixture(lines: 2)
        let text = try fixture.folder.write("{\"text\": \"x\"}\n", to: "lines.txt")
        for flag in ["--text-field", "--text-b-field", "--label-field", "--keep", "--words-field"] {
            let run = try letterpress("render", text, flag, "text", "--out", fixture.path("out"))
            #expect(run.status == 64 && run.errorText.contains("a format with fields"), "\(flag): \(run.errorText)")
        }
        let named = try letterpress(
            "render", text, "--text-field", "text", "--input-format", "jsonl", "--out", fixture.path("out"))
        #expect(named.status == 0)
    }

    @Test func parquetWithoutItsReaderSaysWhatToInstall() throws {
        let fixture = try CommandFixture(lines: 2)
        let table = try fixture.folder.write("PAR1 and so on", to: "rows.parquet")
        let run = try letterpress(
            "render", table, "--out", fixture.path("out"), environment: ["LETTERPRESS_PYTHON": fixture.path("none")])
        #expect(run.status == 66 && run.errorText.contains("pyarrow") && run.errorText.contains(fixture.path("none")))
        // An interpreter that ends without a word, and one that lacks the module: the output ends, and so does the wait.
        for (interpreter, word) in [("/bin/false", "status 1"), (fixture.path("bare"), "pip install pyarrow")] {
            try fixture.folder.write("#!/bin/sh\nexec /usr/bin/python3 -S -E \"$@\"\n", to: "bare")
            chmod(fixture.path("bare"), 0o755)
            let ended = try letterpress(
                "render", table, "--out", fixture.path("out"), environment: ["LETTERPRESS_PYTHON": interpreter])
            #expect(ended.status == 66 && ended.errorText.contains(word), "\(ended.errorText)")
        }
        let hidden = try fixture.folder.write("PAR1 \0 and so on", to: "rows.txt")
        let refused = try letterpress("render", hidden, "--out", fixture.path("out"))
        #expect(refused.status == 65 && refused.errorText.contains("--input-format parquet"))
    }

    @Test func numbersOfARecordStandInLines() throws {
        let fixture = try CommandFixture(lines: 12)
        let out = fixture.path("out")
        #expect(try letterpress("render", fixture.input, "--out", out, "--offsets", "exact").status == 0)
        let run = try letterpress("inspect", out, "--index", "9")
        let lines = run.text.split(separator: "\n")
        #expect(run.status == 0 && lines.count < 40 && lines.allSatisfy { $0.utf8.count <= 1000 })
        #expect(!lines.contains { $0.trimmingCharacters(in: .whitespaces).allSatisfy { $0.isNumber || $0 == "," } })
    }

    @Test func problemsOfTheInputAreTold() throws {
        let fixture = try CommandFixture(lines: 3)
        try fixture.folder.write("{\"text\":\"a\"}\n{]\n{\"text\":7}\n", to: "in/x.jsonl")
        try fixture.folder.write("x", to: "in/picture.png")
        let input = fixture.path("in")
        let quiet = try letterpress(
            "render", input, "--out", fixture.path("a"), "--on-error", "skip", "--quiet")
        #expect(quiet.status == 0 && quiet.errors.isEmpty && quiet.text.hasSuffix(", 2 skipped\n"))
        let run = try letterpress("render", input, "--out", fixture.path("b"), "--on-error", "skip")
        #expect(run.errorText.contains("warning: not read: 1 entry of folders: \(input)/picture.png\n"))
        let json = try letterpress(
            "render", input, "--out", fixture.path("c"), "--on-error", "skip", "--json", "--quiet")
        let events = try json.text.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        func all(_ name: String) -> [[String: Any]] { events.filter { $0["event"] as? String == name } }
        #expect(
            all("problem").map { ($0["problem"] as? [String: Any])?["kind"] as? String } == [
                "broken_json", "wrong_field",
            ])
        #expect(all("passed_over").map { $0["examples"] as? [String] } == [["\(input)/picture.png"]])
        let report = try #require(all("finished").first?["report"] as? [String: Any])
        #expect(report["skipped"] as? Int == 2)
        #expect((report["passed_over"] as? [String: Any])?["count"] as? Int == 1)
        #expect(String(decoding: try fixture.folder.read("c/manifest.json"), as: UTF8.self).contains("picture.png"))
    }

    @Test func anOutputInsideTheInputIsNoInput() throws {
        let fixture = try CommandFixture(lines: 3)
        try fixture.folder.write("one\ntwo\n", to: "in/x.txt")
        let arguments = ["render", fixture.path("in"), "--out", fixture.path("in/out")]
        for extra in [[], ["--resume"], ["--overwrite"], ["--resume"]] {
            let run = try Execution.run(
                product: "letterpress", arguments + extra + ["--format", "pixelgpt", "--root", Repository.root])
            #expect(run.status == 0 && run.text.contains(": 2 documents, "), "\(run.errorText)")
        }
        let other = try letterpress("render", fixture.path("in"), "--out", fixture.path("other"))
        #expect(other.text.contains(": 2 documents, "))
        let direct = try letterpress("render", fixture.path("in/out"), "--out", fixture.path("other2"))
        #expect(direct.status == 66 && direct.errorText.contains("holds the shards of a render"))
        #expect(!FileManager.default.fileExists(atPath: fixture.path("other2")))
        let file = try letterpress("render", fixture.input, "--out", fixture.path("in/x.txt"))
        #expect(file.status == 74 && file.errorText.hasSuffix("in/x.txt: a file of this name is there\n"))
    }

    @Test func errorsOfTheSystemHaveExitCodesToo() throws {
        let fixture = try CommandFixture(lines: 1)
        try fixture.folder.write("{}", to: "root/fonts/default.json")
        try fixture.folder.write("{", to: "root/corpora/recipes/a.json")
        let root = fixture.path("root")
        #expect(try letterpress("corpus", "list", "--root", root).status == 65)
        try fixture.folder.write("{}", to: "root/corpora/recipes/a.json")
        let fetch = try letterpress("corpus", "fetch", "a", "--root", root)
        #expect(fetch.status == 74 && fetch.errorText.hasPrefix("letterpress: "))
        #expect(try letterpress("corpus", "fetch").status == 64)
        #expect(try letterpress("--help").status == 0)
    }
}
