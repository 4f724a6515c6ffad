import Foundation
import Reports
import TestSupport
import Testing

/// Drawings of the documentation and of tools: one family of fonts, round ticks, nothing outside of them.
@Suite struct DrawingTests {
    @Test func drawingsNameTheFontsOfReports() throws {
        let drawings = try Tree.tracked.get().filter { $0.hasSuffix(".svg") }
        #expect(drawings.count >= 4)
        for path in drawings {
            let text = try Tree.text(path)
            let families = text.matches(of: /font(?:-family)?\s*[:=]\s*([^;}<]*)/).map { String($0.1) }
            #expect(families == [ReportPage.fontFamily], "\(path): \(families)")
            #expect(!text.contains("https:") && !text.contains("href"), "\(path)")
        }
    }

    @Test func toolsDrawWithThePiecesTheyShare() throws {
        #expect(try Tree.text("tools/plotting.py").contains("FONTS = '\(ReportPage.fontFamily)'"))
        for path in try Tree.files(in: "tools", endingWith: ".py") where path != "tools/plotting.py" {
            let text = try Tree.text(path)
            #expect(!text.contains("<svg") && !text.contains("font-family"), "\(path) draws a page of its own")
        }
    }

    /// Ticks of tools are those of reports: they hold the values, and their distance is 1, 2 or 5 times a power of ten.
    @Test func ticksOfToolsAreRound() throws {
        let script = """
            import json, plotting
            ends = [(0, 3.63), (1.22, 1.98), (0, 1190), (-36.1, 0), (0.00021, 0.00034), (40, 40.5), (-3, 1e7)]
            print(json.dumps([[low, high, plotting.ticks(low, high), plotting.text(plotting.ticks(low, high))] for low, high in ends]))
            """
        let run = try Execution.run(
            "/usr/bin/env", ["python3", "-c", script], environment: ["PYTHONPATH": Repository.root + "/tools"])
        try #require(run.status == 0, "\(run.errorText)")
        let cases = try #require(try JSONSerialization.jsonObject(with: Data(run.output)) as? [[Any]])
        #expect(cases.count == 7)
        for item in cases {
            let (low, high) = try (#require(item[0] as? Double), #require(item[1] as? Double))
            let ticks = try #require(item[2] as? [Double])
            #expect(ticks[0] <= low && ticks[ticks.count - 1] >= high && (2...8).contains(ticks.count), "\(ticks)")
            let steps = zip(ticks, ticks.dropFirst()).map { $1 - $0 }
            #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-6 * steps[0] }, "\(ticks)")
            let digit = Int((steps[0] / pow(10, log10(steps[0] * 1.000001).rounded(.down))).rounded())
            #expect([1, 2, 5].contains(digit), "\(ticks)")
            let texts = try #require(item[3] as? [String])
            #expect(zip(ticks, texts).allSatisfy { abs($0 - (Double($1) ?? .nan)) <= 1e-9 * abs($0) }, "\(texts)")
        }
    }
}
