import Foundation
import Foundations
import Testing

@testable import Reports

/// Numbers, curves and charts of a report.
@Suite struct ReportTests {
    private func curve(_ values: [Double]) -> Curve {
        var curve = Curve()
        for (index, value) in values.enumerated() { curve.append(value, at: index + 1) }
        return curve
    }

    @Test func numbersAreShort() {
        let numbers: [(Double, String)] = [
            (0.64299, "0.6430"), (12.345, "12.35"), (1234.5, "1,235"), (0.00015, "0.00015"), (3.4e-8, "3.40e-08"),
            (.nan, "not a number"), (-.infinity, "minus infinite"), (0, "0"),
        ]
        for (value, text) in numbers { #expect(ReportNumbers.short(value) == text) }
        #expect(ReportNumbers.grouped(-1_234_567) == "-1,234,567" && ReportNumbers.grouped(999) == "999")
        #expect(
            [0.004, 5, 65, 3900, 90_000].map(ReportNumbers.time) == [
                "4 ms", "5.0 s", "1 min 05 s", "1 h 05 min", "1 d 01 h",
            ])
        #expect(ReportNumbers.mark(0.0005, step: 0.00025) == "0.00050" && ReportNumbers.mark(1e-20, step: 0.5) == "0")
        #expect(ReportNumbers.mark(0.7, step: 0.1) == "0.7" && ReportNumbers.mark(15_000, step: 5000) == "15k")
        #expect(ReportNumbers.escaped("<a href=\"x\">&") == "&lt;a href=&quot;x&quot;&gt;&amp;")
    }

    /// Numbers that a file may hold: none traps, and what is shown is a number or has words.
    static let extremes = [
        Double.nan, .infinity, -.infinity, 0, -1, 0x1p-1074, 0x1p-1063, -0x1p-1063, 1e-300, 1e300, 1e308, -1e308,
        .greatestFiniteMagnitude, Double(Int.max), Double(Int.min), 1e18,
    ]

    @Test func extremeNumbersHaveTexts() {
        for value in Self.extremes {
            let texts = [
                ReportNumbers.short(value), ReportNumbers.time(value), ReportNumbers.compact(value),
                ReportNumbers.percent(value), Figures.loss(value), Figures.count(value), Figures.time(value),
                Figures.percent(value),
            ]
            #expect(texts.allSatisfy { !$0.isEmpty }, "\(value)")
            for step in Self.extremes { #expect(!ReportNumbers.mark(value, step: step).isEmpty) }
        }
        #expect(ReportNumbers.grouped(.min) == "-9,223,372,036,854,775,808")
        #expect(ReportNumbers.time(1e308) == "106751991167300 d 15 h" && ReportNumbers.time(.nan) == "unknown")
        #expect(ReportNumbers.compact(1e300) == "1e+300" && ReportNumbers.compact(2.5e13) == "25000G")
        #expect(Figures.count(Double.infinity) == "9223372036854 M" && Figures.count(.nan) == "0")
        #expect(Figures.time(-5) == "0:00" && Figures.time(.nan) == "unknown" && Figures.time(.infinity) == "unknown")
        #expect(
            Figures.time(86_399) == "23:59:59" && Figures.time(86_400) == "1 d 00 h"
                && Figures.time(1e7) == "115 d 17 h")
        #expect(Figures.parameters(1_001_984) == "1,001,984 parameters" && Figures.parameters(1) == "1 parameter")
        #expect(Figures.percent(0.123) == "12 %" && Figures.percent(-.infinity) == "\(Int.min) %")
    }

    @Test func extremeCurvesAreDrawn() {
        for scale in [ReportChart.Scale.linear, .fromZero, .logarithmic, .percent] {
            for low in Self.extremes {
                for high in Self.extremes {
                    let html = ReportChart(
                        title: "t", scale: scale,
                        series: [.init(name: "x", style: "held", curve: curve([low, high, 1]), hasDots: true)],
                        baselines: [("low", low), ("high", high)], steps: Int.min...Int.max
                    ).html
                    let isWhole = html.hasSuffix("</div></figure>")
                    #expect(isWhole && !html.contains("nan") && !html.contains("inf"), "\(scale) \(low) \(high)")
                }
            }
        }
    }

    @Test func namesFromOutsideStayTexts() throws {
        let name = "x' onload='alert(1) \"\\<b>\u{1}"
        let html = ReportChart(
            title: name, series: [.init(name: name, style: "held", curve: curve([1, 2]))], steps: 0...2
        ).html
        #expect(!html.contains("onload='") && !html.contains("\\<b>") && !html.contains("\u{1}"))
        // The attribute is JSON in which the name is the name.
        let start = try #require(html.range(of: "data-chart='")).upperBound
        let end = try #require(html[start...].range(of: "'")).lowerBound
        let json = String(html[start..<end]).replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
        let lines = try #require(try JSONValue.parse(Array(json.utf8))["l"])
        guard case .array(let series) = lines else { throw Failure() }
        #expect(series.first?["n"] == .string(name))
    }

    /// Curves with peaks, of every scale: no value is cut off at an edge, and the outermost marks stand at the edges.
    @Test func everyValueStandsBetweenTheOutermostMarks() {
        var values = (0..<200).map { 0.5 + 0.01 * sin(Double($0)) }
        (values[3], values[60], values[120]) = (7.3, 0.02, 9.1)
        for scale in [ReportChart.Scale.linear, .fromZero, .logarithmic, .percent] {
            for factor in [1e-7, 0.1, 1, 3e5] {
                let html = ReportChart(
                    title: "norm", scale: scale,
                    series: [.init(name: "x", style: "raw", curve: curve(values.map { $0 * factor }), hasDots: true)],
                    steps: 0...200
                ).html
                let heights = html.matches(of: /[ML][\d.]+ (-?[\d.]+)/).compactMap { Double($0.1) }
                #expect(heights.count == 200 && heights.allSatisfy { (0...1000).contains($0) }, "\(scale) \(factor)")
                let marks = html.matches(of: /<span class="y" style="top:([\d.]+)%">/).compactMap { Double($0.1) }
                #expect(marks.first == 100 && marks.last == 0, "\(scale) \(factor) \(marks)")
            }
        }
    }

    /// Values a thousand times as large as others do not press these flat.
    @Test func aWideRangeIsDrawnByFactors() {
        let html = ReportChart(
            title: "loss", series: [.init(name: "x", style: "raw", curve: curve([1, 10, 100, 1000, 10_000]))],
            steps: 0...5
        ).html
        let heights = html.matches(of: /[ML][\d.]+ ([\d.]+)/).compactMap { Double($0.1) }
        #expect(heights == [1000, 750, 500, 250, 0])
    }

    /// Lines of several runs have classes that the page gives a colour, the ninth like the first but dashed.
    @Test func severalLinesDiffer() {
        let classes = (0..<24).map(ReportPage.series)
        #expect(Set(classes).count == 24)
        let page = ReportPage.html(title: "t", body: "", refreshes: false)
        for name in Set(classes.flatMap { $0.split(separator: " ") }) where name != "dash-0" {
            #expect(page.contains(".\(name){"), "\(name)")
        }
    }

    /// Only cells of numbers stay on one line: any word may be as long as it likes. One family of fonts is named.
    @Test func tablesBreakLongWordsAndAreAsWideAsTheyNeed() {
        let page = ReportPage.html(title: "t", body: "", refreshes: false)
        let rules = page.matches(of: /([^{}]+)\{([^{}]*)\}/).map { (names: String($0.1), rule: String($0.2)) }
        for (names, rule) in rules where rule.contains("nowrap") {
            #expect(names.hasSuffix("td.n") || names.contains(".plot>span"), "\(names)")
        }
        #expect(rules.contains { $0.names.hasSuffix("body") && $0.rule.contains("overflow-wrap:anywhere") })
        for (names, rule) in rules where names.hasSuffix("table") { #expect(!rule.contains("width:100%"), "\(names)") }
        let families = page.matches(of: /font(?:-family)?:[^;}]*,[^;}]*/).map { String($0.0) }
        #expect(families.count == 1 && families[0].hasSuffix(ReportPage.fontFamily), "\(families)")
    }

    /// A click enlarges a picture, without a script.
    @Test func picturesAreEnlargedByAClick() {
        let png = Data([UInt8](repeating: 0, count: 16) + [0, 0, 2, 0, 0, 0, 0, 16])
        let html = ReportPage.picture(png, "a \"strip\"")
        #expect(
            html.contains("--large:2048px") && html.contains("type=\"checkbox\"")
                && html.contains("a &quot;strip&quot;"))
        let page = ReportPage.html(title: "t", body: html, refreshes: false)
        #expect(page.contains(".zoom:has(:checked){position:fixed") && page.contains("width:max(100%,var(--large))"))
    }

    /// A curve that differs by rounding alone has marks with different numbers.
    @Test func marksOfAFlatCurveDiffer() {
        let html = ReportChart(
            title: "share", series: [.init(name: "x", style: "held", curve: curve([0.711, 0.711 + 1e-15, 0.711]))],
            steps: 0...3
        ).html
        let marks = html.matches(of: /<span class="y"[^>]*>([^<]*)</).map { String($0.1) }
        #expect(marks.count > 1 && Set(marks).count == marks.count, "\(marks)")
    }

    private struct Failure: Error {}

    @Test func thinningKeepsTheExtremes() {
        var values = (0..<10_000).map { sin(Double($0) / 300) }
        values[4321] = 50
        values[7000] = -.infinity
        values[7001] = .nan
        values[7002] = -40
        let thin = curve(values).thinned(to: 200)
        #expect(thin.values.count <= 200 && thin.values.count > 150)
        #expect(thin.values.max() == 50 && thin.values.min() == -40 && thin.values.allSatisfy(\.isFinite))
        #expect(thin.steps == thin.steps.sorted() && thin.steps.contains(4322))
        #expect(curve([1, 2, 3]).thinned(to: 200) == curve([1, 2, 3]))
    }

    @Test func theRunningMeanOfAConstantIsTheConstant() {
        let smooth = curve([3, 3, .nan, 3, 3]).smoothed(half: 2)
        #expect(smooth.steps == [1, 2, 4, 5] && smooth.values.allSatisfy { abs($0 - 3) < 1e-12 })
        let half = curve([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8]).smoothed(half: 1)
        #expect(abs((half.values.last ?? 0) - 4) < 1e-2)
    }

    @Test func chartsOfWhateverIsThereAreDrawn() {
        func html(_ values: [Double], _ scale: ReportChart.Scale, _ baselines: [(String, Double)] = []) -> String {
            ReportChart(
                title: "A & B", scale: scale, series: [.init(name: "x", style: "held", curve: curve(values))],
                baselines: baselines.map { (name: $0.0, value: $0.1) }, steps: 0...max(values.count, 1)
            ).html
        }
        for scale in [ReportChart.Scale.linear, .fromZero, .logarithmic, .percent] {
            #expect(html([], scale).isEmpty && html([.nan], scale).isEmpty)
            for values in [[1.0], [2, 2, 2], [1e-12, 1e12], [0.5, .infinity, 0.7], [0, 0]] {
                let text = html(values, scale)
                let isWhole = text.hasSuffix("</div></figure>") || scale == .logarithmic && values == [0, 0]
                #expect(isWhole && !text.contains("nan") && !text.contains("inf"))
            }
        }
        let text = html(
            [1, 0.7, 0.6], .linear, [("zero", 0.998), ("ridge 1", 0.642), ("ridge 2", 0.641), ("lost", .nan)])
        #expect(text.contains("zero 0.998</span>") && text.contains("ridge 1 0.642 · ridge 2 0.641</span>"))
        #expect(!text.contains("lost") && text.contains("A &amp; B"))
    }
}
