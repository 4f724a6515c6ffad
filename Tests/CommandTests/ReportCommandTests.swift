import Foundation
import Foundations
import TestSupport
import Testing

/// `letterpress report` on runs of all kinds.
@Suite struct ReportCommandTests {
    private func report(_ arguments: [String], folder: String) throws -> Execution {
        try Execution.run(
            product: "letterpress", ["report"] + arguments, environment: ["LETTERPRESS_ROOT": Repository.root],
            folder: folder)
    }

    private func events(_ run: Execution) throws -> [JSONValue] {
        try run.text.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
    }

    @Test func runsOfOneKindShareTheirCurves() throws {
        let fixture = try PretrainFixture()
        for (name, rate) in [("a/run<1>", "1e-3"), ("b/run<1>", "3e-3")] {
            let run = try fixture.run(
                fixture.arguments(name, ["--steps", "6", "--eval-every", "3", "--lr", rate]))
            #expect(run.status == 0, "\(run.errorText)")
        }
        let run = try report(["a/run<1>", "b", "a/run<1>"], folder: fixture.folder.path)
        #expect(run.status == 0 && run.text.hasSuffix("\ncomparison.html\n"), "\(run.errorText)")
        let lines = run.text.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("run ") && lines[1].hasPrefix("a ") && lines[2].hasPrefix("b ") && lines.count == 4)
        let page = String(decoding: try fixture.folder.read("comparison.html"), as: UTF8.self)
        for title in ["Training loss", "Held-out loss", "Learning rate", "Gradient norm", "Rows a second"] {
            let figures = page.components(separatedBy: "<figure").filter { $0.contains("<b>\(title)</b>") }
            #expect(figures.count == 1, "\(title)")
            for series in ["run-0", "run-1"] {
                #expect(figures.first?.contains("<path class=\"\(series) dash-0\"") == true, "\(title)")
            }
        }
        #expect(
            page.contains("<th class=\"n\">pretrain.<wbr>learning_<wbr>rate</th>")
                && !page.contains("pretrain.<wbr>batch"))
        #expect(page.contains("href=\"a/run%3C1%3E/report.html\"") && !page.contains("run<1>"))
        for outside in ["http://", "https://", "<script src", "<link", "@import"] { #expect(!page.contains(outside)) }

        // From another folder links lead back, and machines read the figures.
        try Folder.create(fixture.path("pages"))
        let other = try report(["a", "b", "--json", "-o", "pages/both.html"], folder: fixture.folder.path)
        let found = try events(other)
        #expect(found.map { $0["event"] } == [.string("run"), .string("run"), .string("finished")])
        #expect(found[2]["report"] == .string("pages/both.html"))
        #expect(String(decoding: try fixture.folder.read("pages/both.html"), as: UTF8.self).contains("href=\"../a/run"))
        let records = try fixture.folder.read("a/run<1>/metrics.jsonl").split(separator: 10).map {
            try JSONValue.parse(Array($0))
        }
        let best = try #require(records.last { $0["is_best"] == .bool(true) })
        #expect(found[0]["best"]?["loss"] == best["loss"] && found[0]["steps"] == .integer(6))
        #expect(found[0]["name"] == .string("a") && found[1]["kind"] == .string("pretraining"))

        // A run that is being written ends in half a line.
        let file = fixture.path("a/run<1>/metrics.jsonl")
        let bytes = try fixture.folder.read("a/run<1>/metrics.jsonl")
        try fixture.folder.write(Array(bytes.dropLast(20)), to: "a/run<1>/metrics.jsonl")
        #expect(try report(["a"], folder: fixture.folder.path).status == 0)
        try fixture.folder.write(bytes + Array("{}\n".utf8), to: "a/run<1>/metrics.jsonl")
        let broken = try report(["a"], folder: fixture.folder.path)
        #expect(
            broken.status == 65 && broken.errorText.contains("metrics.jsonl, line "), "\(file): \(broken.errorText)")
    }

    @Test func gridsAndEvaluationsStandInPartsOfTheirOwn() throws {
        let fixture = try EvaluateFixture()
        func run(_ arguments: [String]) throws {
            let run = try Execution.run(
                product: "letterpress", arguments, environment: ["LETTERPRESS_ROOT": Repository.root],
                folder: fixture.folder.path)
            #expect(run.status == 0, "\(run.errorText)")
        }
        try run([
            "finetune", "--model", fixture.model.path, "--task", fixture.task, "--data", "data", "--modality", "text",
            "--length", "32", "--steps", "2", "--batch", "4", "--eval-every", "1", "--grid", "lr=1e-3,1e-2", "--out",
            "all/grid",
        ])
        for name in ["one", "two"] {
            try run([
                "evaluate", "--model", "small=\(fixture.model.path)", "--tasks", fixture.task, "--data", "data",
                "--config",
                fixture.config, "--bootstrap", "20", "--seeds", name == "one" ? "1" : "2", "--out", "all/\(name)",
            ])
        }
        let page = try report(["all", "--json"], folder: fixture.folder.path)
        #expect(page.status == 0, "\(page.errorText)")
        let found = try events(page)
        // The heads of an evaluation belong to it.
        #expect(found.count { $0["event"] == .string("run") } == 2)
        #expect(found.count { $0["event"] == .string("result") } == 2)
        #expect(found[0]["kind"] == .string("fine-tuning on drawn"))
        guard case .number? = found[0]["best"]?["metrics"]?["accuracy"] ?? nil else {
            return #expect(found[0]["best"]?["metrics"]?["accuracy"] == .integer(1))
        }
        let html = String(decoding: try fixture.folder.read("comparison.html"), as: UTF8.self)
        #expect(html.contains("Comparison of 2 runs and 2 evaluations") && html.contains("<b>accuracy</b>"))
        #expect(
            html.contains("small (one)") && html.contains("small (two)")
                && html.contains("href=\"all/two/report.html\""))
        let text = try report(["all"], folder: fixture.folder.path).text
        #expect(text.contains("small (one)") && text.contains("learning") == false)
    }

    @Test func whatIsNoRunIsRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "empty/notes.txt")
        let cases: [(arguments: [String], status: Int, says: String)] = [
            (["nowhere"], 66, "nowhere is not there"), (["empty"], 65, "empty holds no run"),
            (["empty/notes.txt"], 65, "is a file"), ([], 64, "<run>"),
        ]
        for test in cases {
            let run = try report(test.arguments, folder: folder.path)
            #expect(run.status == test.status && run.errorText.contains(test.says), "\(test): \(run.errorText)")
            #expect(!Folder.hasItem(folder.file("comparison.html")))
        }
    }
}
