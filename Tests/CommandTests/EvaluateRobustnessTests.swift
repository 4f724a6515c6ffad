import Foundation
import Foundations
import TestSupport
import Testing

/// `letterpress evaluate --noise` and `--font-transfer` on small models.
@Suite struct EvaluateRobustnessTests {
    private let fixture: EvaluateFixture

    init() throws { fixture = try EvaluateFixture() }

    private func path(_ name: String) -> String { fixture.folder.file(name) }

    private func evaluate(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Execution {
        try Execution.run(
            product: "letterpress", ["evaluate"] + arguments,
            environment: environment.merging(["LETTERPRESS_ROOT": Repository.root]) { $1 })
    }

    private func words(_ head: String) -> [String] {
        [
            "--model", head, "--tasks", fixture.task, "--data", path("data"), "--bootstrap", "50", "--batch", "1",
            "--threads", "1",
        ]
    }

    /// The files of predictions by their names.
    private func predictions(_ folder: String) throws -> [String: [UInt8]] {
        let place = "\(folder)/predictions/head/drawn"
        let names = try FileManager.default.contentsOfDirectory(atPath: path(place))
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try fixture.folder.read("\(place)/\($0)")) })
    }

    @Test func aSeedGivesTheSameFilesAndRateZeroThePlainAnswers() throws {
        let base = words(try fixture.head()) + ["--noise", "swap,homoglyph", "--noise-rates", "0,0.5"]
        for (folder, seed) in [("a", "4"), ("b", "4"), ("c", "5")] {
            let run = try evaluate(base + ["--noise-seed", seed, "--out", path(folder)])
            #expect(run.status == 0, "\(run.errorText)")
            #expect(run.text.contains("rate 0.5"))
        }
        let (a, b, c) = (try predictions("a"), try predictions("b"), try predictions("c"))
        #expect(a == b && a.count == 5)
        let plain = try #require(a["validation.jsonl"])
        #expect(a["validation@swap-0.jsonl"] == plain && a["validation@homoglyph-0.jsonl"] == plain)
        let noisy = try #require(a["validation@homoglyph-0.5.jsonl"])
        #expect(noisy != plain && noisy != c["validation@homoglyph-0.5.jsonl"] && c["validation.jsonl"] == plain)
        guard case .array(let parts)? = try fixture.json("a/results.json")["results"] else {
            return #expect(Bool(false), "no results")
        }
        #expect(parts.count == 5 && parts[0]["noise"] == nil)
        #expect(parts.last?["noise"]?["kind"] == .string("swap") && parts.last?["noise"]?["seed"] == .integer(4))
        #expect(parts.last?["variant"] == .string("swap-0.5"))
        let plot = String(decoding: try fixture.folder.read("a/plots/drawn-accuracy.svg"), as: UTF8.self)
        #expect(plot.hasPrefix("<svg") && plot.contains("homoglyph"))
        #expect(String(decoding: try fixture.folder.read("a/report.html"), as: UTF8.self).contains(plot.dropLast()))
        // Another seed is refused and changes nothing; more kinds may join.
        let other = try evaluate(["--resume", "--out", path("a"), "--noise-seed", "6"])
        #expect(other.status == 73 && other.errorText.contains("noise_seed was 4 and is 6"), "\(other.errorText)")
        let more = try evaluate(["--resume", "--out", path("a"), "--noise", "all", "--noise-rates", "0.5"])
        #expect(more.status == 0 && more.text.contains("leetspeak"), "\(more.errorText)")
        // Drawings that show nothing that is told are gone, those of another program stay.
        try fixture.folder.write("mine", to: "a/plots/notes.txt")
        try fixture.folder.write("<svg/>", to: "a/plots/gone-accuracy.svg")
        let fewer = try evaluate(["--resume", "--out", path("a"), "--noise", "drop", "--noise-rates", "0.5"])
        #expect(fewer.status == 0 && !fewer.text.contains("leetspeak"), "\(fewer.errorText)")
        let names = try FileManager.default.contentsOfDirectory(atPath: path("a/plots")).sorted()
        #expect(names == ["drawn-accuracy.svg", "notes.txt"])
        let left = String(decoding: try fixture.folder.read("a/plots/drawn-accuracy.svg"), as: UTF8.self)
        #expect(left.contains("drop") && !left.contains("leetspeak"))
        let page = String(decoding: try fixture.folder.read("a/results.md"), as: UTF8.self)
        #expect(page.contains("drop") && !page.contains("leetspeak"))
    }

    @Test func whatWasKilledUnderNoiseGoesOnToTheSameFiles() throws {
        let base = words(try fixture.head()) + ["--noise", "drop,swap", "--noise-rates", "0.2,0.6"]
        #expect(try evaluate(base + ["--out", path("whole")]).status == 0)
        let file = "cut/predictions/head/drawn/validation@drop-0.6.jsonl"
        let script = """
            "$0" evaluate "$@" &
            pid=$!
            for i in $(seq 400); do [ -s "\(path(file))" ] && break; sleep 0.02; done
            kill -KILL $pid; wait $pid; exit 0
            """
        let killed = try Execution.run(
            "/bin/bash", ["-c", script, try Repository.product("letterpress")] + base + ["--out", path("cut")],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(killed.status == 0)
        // However far it came, its last line is cut, and what came after is not there.
        let bytes = try fixture.folder.read(file)
        try fixture.folder.write(Array(bytes.dropLast(9)), to: file)
        for name in ["predictions/head/drawn/validation@swap-0.6.jsonl", "results.json"] {
            if FileManager.default.fileExists(atPath: path("cut/\(name)")) {
                try FileManager.default.removeItem(atPath: path("cut/\(name)"))
            }
        }
        let again = try evaluate(["--resume", "--out", path("cut")])
        #expect(again.status == 0 && again.errorText.contains("drop-0.6"), "\(again.errorText)")
        #expect(try predictions("cut") == predictions("whole"))
        #expect(
            try fixture.folder.read("cut/plots/drawn-accuracy.svg")
                == fixture.folder.read("whole/plots/drawn-accuracy.svg"))
        var (one, other) = (try fixture.json("whole/results.json"), try fixture.json("cut/results.json"))
        for key in ["timing", "environment"] {
            one = EvaluateFixture.without(key, one)
            other = EvaluateFixture.without(key, other)
        }
        #expect(one == other)
    }

    @Test func otherFontsDrawForModelsThatReadPictures() throws {
        let config = try fixture.folder.write(
            #"{"finetune": {"modality": "image", "length": 32, "steps": 3, "batch": 4, "save_every": 0}}"#, to: "i.json"
        )
        let stack = "\(Repository.root)/fonts/serif.json"
        let words = [
            "--model", "pixel=\(fixture.model.path),text=\(try fixture.head())", "--tasks", fixture.task, "--data",
            path("data"), "--config", config, "--limit", "4", "--bootstrap", "50", "--out", path("e"),
        ]
        let run = try evaluate(words + ["--font-transfer", "mono,\(stack)"])
        #expect(run.status == 0, "\(run.errorText)")
        #expect(run.errorText.contains("text on drawn is left out of font-mono"))
        guard case .array(let parts)? = try fixture.json("e/results.json")["results"] else {
            return #expect(Bool(false), "no results")
        }
        #expect(
            parts.map { $0["variant"] }
                == ["plain", "font-mono", "font-serif", "plain", "font-mono", "font-serif"].map { .string($0) })
        #expect(parts[2]["fonts"]?["stack"] == .string("serif") && parts[2]["skipped"] == nil)
        #expect(parts[1]["fonts"]?["sha256"] != parts[2]["fonts"]?["sha256"])
        #expect(parts[4]["skipped"] != nil && parts[4]["examples"] == .integer(0))
        let place = "e/predictions/pixel/drawn/seed-42/validation"
        let files = try ["", "@font-mono", "@font-serif"].map { try fixture.folder.read("\(place)\($0).jsonl") }
        #expect(files[0] != files[1] && files[0] != files[2] && files[1] != files[2])
        #expect(files.allSatisfy { $0.count { $0 == 10 } == 4 })
    }

    @Test func whatMakesNoSenseIsNamed() throws {
        let good = ["--model", fixture.model.path, "--tasks", fixture.task, "--data", path("data"), "--out", path("x")]
        func expect(_ status: Int32, _ text: String, _ arguments: [String], _ environment: [String: String] = [:])
            throws
        {
            let run = try evaluate(good + arguments, environment)
            #expect(
                run.status == status && run.errorText.contains(text), "\(arguments): \(run.status) \(run.errorText)")
            #expect(!FileManager.default.fileExists(atPath: path("x")))
        }
        try expect(64, "near: homoglyph", ["--noise", "homoglyf"])
        try expect(64, "swap is named twice", ["--noise", "swap,swap"])
        try expect(64, "1.5 is no share of 0 to 1", ["--noise", "swap", "--noise-rates", "0.1,1.5"])
        try expect(64, "0.1 is named twice", ["--noise", "swap", "--noise-rates", "0.1,0.2,0.10"])
        try expect(64, "noise-rates", ["--noise", "swap", "--noise-rates", "0.1,a"])
        try expect(64, "noise_seed", ["--noise", "swap", "--noise-seed=-1"])
        try expect(64, "near: serif", ["--font-transfer", "serrif"])
        try expect(66, "none.json", ["--font-transfer", "none.json"])
        try expect(64, "the same stack", ["--font-transfer", "mono,mono"])
        let hostile = try fixture.folder.write(
            String(
                decoding: try [UInt8](Data(contentsOf: URL(filePath: "\(Repository.root)/fonts/mono.json"))),
                as: UTF8.self
            )
            .replacing("\"name\": \"mono\"", with: "\"name\": \"../mono\""), to: "hostile.json")
        try expect(65, "'../mono' cannot name files", ["--font-transfer", hostile])
        try expect(64, "1.5", ["--noise", "swap"], ["LETTERPRESS_EVALUATE_NOISE_RATES": "0.1,1.5"])
        try expect(64, "list of numbers", ["--noise", "swap"], ["LETTERPRESS_EVALUATE_NOISE_RATES": "some"])
        try expect(64, "near: drop", [], ["LETTERPRESS_EVALUATE_NOISE": "dropp"])
    }
}
