import Foundation
import Foundations

/// A chart of a report: HTML with a stretched SVG for the lines, and texts at places given in parts of the whole, so that it
/// fits any width.
public struct ReportChart {
    /// A line.
    public struct Series {
        /// The name in the legend.
        public var name: String
        /// The class in the page's style: "train", "raw", "held", and of several runs "run-0" and so on.
        public var style: String
        /// The values.
        public var curve: Curve
        /// True if each value has a dot.
        public var hasDots: Bool

        /// A line from its parts.
        public init(name: String, style: String, curve: Curve, hasDots: Bool = false) {
            (self.name, self.style, self.curve, self.hasDots) = (name, style, curve, hasDots)
        }
    }

    /// The heights of values.
    public enum Scale: Sendable {
        /// From the least value to the greatest; logarithmic where the greatest is a thousand times the least or more.
        case linear
        /// Linear from 0 on.
        case fromZero
        /// Equal factors have equal heights.
        case logarithmic
        /// Shares of 0 to 1, shown as per cent.
        case percent
    }

    var title: String
    var note: String
    var scale: Scale
    /// The lines, in the order of the legend.
    public var series: [Series]
    var baselines: [(name: String, value: Double)]
    /// Steps from the left end to the right.
    var steps: ClosedRange<Int>

    /// A chart of lines over `steps`, from the left end to the right, with levels that have names.
    public init(
        title: String, note: String = "", scale: Scale = .linear, series: [Series],
        baselines: [(name: String, value: Double)] = [], steps: ClosedRange<Int>
    ) {
        (self.title, self.note, self.scale) = (title, note, scale)
        (self.series, self.baselines, self.steps) = (series, baselines, steps)
    }

    /// Values of a line at most.
    static let limit = 600

    /// The chart; empty if no value can be drawn. O(values).
    public var html: String {
        let shown = series.map { item in
            var item = item
            item.curve = item.curve.thinned(to: Self.limit)
            return item
        }.filter { item in item.curve.values.contains(where: \.isFinite) }
        let levels = baselines.filter { isDrawn($0.value) }
        guard let axis = axis(shown, levels.map(\.value)) else { return "" }
        let (marks, across) = (axis.marks, across)
        var html = "<figure class=\"chart\"><figcaption><b>\(ReportNumbers.escaped(title))</b>"
        if !note.isEmpty { html += " <span>\(ReportNumbers.escaped(note))</span>" }
        html += "<div class=\"legend\">"
        for item in shown { html += "<span><i class=\"\(item.style)\"></i>\(ReportNumbers.escaped(item.name))</span>" }
        if !baselines.isEmpty { html += "<span><i class=\"base\"></i>baselines</span>" }
        html += "</div></figcaption><div class=\"plot\" data-chart='\(data(shown))'>"
        html += "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        for mark in marks { html += Self.level(axis.place(mark), "grid") }
        for line in levels { html += Self.level(axis.place(line.value), "base") }
        for item in shown { html += path(item, axis, across) }
        html += "</svg>"
        for mark in marks {
            html += "<span class=\"y\" style=\"top:\(Self.percent(axis.place(mark)))\">\(label(mark, axis))</span>"
        }
        for mark in across.marks where mark == mark.rounded() {
            html +=
                "<span class=\"x\" style=\"left:\(Self.percent(1000 * across.part(mark)))\">"
                + "\(ReportNumbers.compact(mark))</span>"
        }
        for item in shown where item.hasDots {
            for (step, value) in zip(item.curve.steps, item.curve.values) where isDrawn(value) {
                html +=
                    "<i class=\"dot \(item.style)\" style=\"left:\(Self.percent(1000 * across.part(Double(step))));"
                    + "top:\(Self.percent(axis.place(value)))\"></i>"
            }
        }
        return html + labels(axis, levels, shown) + "</div></figure>"
    }

    private typealias Level = (name: String, value: Double)
    private typealias LabelGroup = (top: Double, bottom: Double, texts: [String])

    /// Names of baselines beside their lines, where the curves leave most room; those that lie close together share a place.
    private func labels(_ axis: ReportAxis, _ levels: [Level], _ shown: [Series]) -> String {
        var groups: [LabelGroup] = []
        for line in levels.sorted(by: { $0.value > $1.value }) {
            let place = axis.place(line.value)
            let text = "\(line.name) \(String(format: "%.3f", line.value))"
            if let last = groups.last, place - last.bottom < 70 {
                groups[groups.count - 1].texts.append(text)
                groups[groups.count - 1].bottom = place
            } else {
                groups.append((place, place, [text]))
            }
        }
        return groups.enumerated().map { index, group in
            let sides = [(true, true), (false, true), (true, false), (false, false)].filter { _, isAbove in
                // Not where another group's name may stand, nor beyond the edge.
                isAbove || (index + 1 == groups.count ? 1000 : groups[index + 1].top - 70) - group.bottom > 70
            }
            let best =
                sides.min { crossings(group, $0, axis, shown) < crossings(group, $1, axis, shown) } ?? (true, true)
            let style = "b \(best.0 ? "right" : "left") \(best.1 ? "above" : "below")"
            return "<span class=\"\(style)\" style=\"top:\(Self.percent(best.1 ? group.top : group.bottom))\">"
                + "\(ReportNumbers.escaped(group.texts.joined(separator: " · ")))</span>"
        }.joined()
    }

    /// The count of the lines' values that a name would cover.
    private func crossings(
        _ group: LabelGroup, _ side: (isRight: Bool, isAbove: Bool), _ axis: ReportAxis, _ shown: [Series]
    ) -> Int {
        let width = min(1, 0.016 * Double(group.texts.joined(separator: " · ").count))
        let heights = side.isAbove ? group.top - 75...group.top : group.bottom...group.bottom + 75
        return shown.reduce(0) { sum, item in
            sum
                + zip(item.curve.steps, item.curve.values).count { step, value in
                    let part = across.part(Double(step))
                    let x = side.isRight ? 1 - part : part
                    return value.isFinite && x < width && heights.contains(axis.place(value))
                }
        }
    }

    /// The axis of steps.
    private var across: ReportAxis {
        ReportAxis(
            low: Double(steps.lowerBound), high: max(Double(steps.upperBound), Double(steps.lowerBound) + 1),
            intervals: 7)
    }

    private static func percent(_ thousandths: Double) -> String { String(format: "%.2f%%", thousandths / 10) }

    private static func level(_ place: Double, _ style: String) -> String {
        let y = String(format: "%.1f", place)
        return "<line class=\"\(style)\" x1=\"0\" x2=\"1000\" y1=\"\(y)\" y2=\"\(y)\"/>"
    }

    private func path(_ item: Series, _ axis: ReportAxis, _ across: ReportAxis) -> String {
        var path = ""
        var isDrawing = false
        for (step, value) in zip(item.curve.steps, item.curve.values) {
            guard isDrawn(value) else {
                isDrawing = false
                continue
            }
            path += String(
                format: "%@%.1f %.1f", isDrawing ? "L" : "M", 1000 * across.part(Double(step)), axis.place(value))
            isDrawing = true
        }
        return "<path class=\"\(item.style)\" d=\"\(path)\"/>"
    }

    private func label(_ mark: Double, _ axis: ReportAxis) -> String {
        scale == .percent ? axis.percentText(mark) : axis.text(mark)
    }

    /// The values that the chart's script shows at the pointer: JSON inside an attribute.
    private func data(_ shown: [Series]) -> String {
        let items = shown.map { item in
            let factor = scale == .percent ? 100.0 : 1
            let pairs = zip(item.curve.steps, item.curve.values).map { ($0, factor * $1) }.filter(\.1.isFinite)
            let steps = pairs.map { "\($0.0)" }.joined(separator: ",")
            let values = pairs.map { String(format: "%.5g", $0.1) }.joined(separator: ",")
            let name = ReportNumbers.escaped(String(decoding: JSONValue.string(item.name).encoded(), as: UTF8.self))
            return "{\"n\":\(name),\"s\":[\(steps)],\"v\":[\(values)]}"
        }
        return "{\"a\":\(steps.lowerBound),\"b\":\(steps.upperBound),\"l\":[\(items.joined(separator: ","))]}"
    }

    private func isDrawn(_ value: Double) -> Bool { value.isFinite && (scale != .logarithmic || value > 0) }

    /// The axis of values, which holds all that is drawn between two marks; nil if there is none.
    private func axis(_ shown: [Series], _ levels: [Double]) -> ReportAxis? {
        let values = levels + shown.flatMap { $0.curve.values.filter(isDrawn) }
        guard var low = values.min(), var high = values.max() else { return nil }
        let isWide = scale == .linear && low > 0 && high / low >= 1000
        if scale == .logarithmic || isWide { return .rounded(low: low, high: high, isLogarithmic: true) }
        if scale == .fromZero { low = min(0, low) }
        if scale == .percent { (low, high) = (0, max(high, 0.01)) }
        // Rounding is no difference: marks would carry one number.
        if high - low <= 1e-6 * max(abs(low), abs(high)) {
            let room = max(abs(high) * 0.1, 1e-9)
            (low, high) = (low == 0 ? 0 : low - room, high + room)
        }
        return .rounded(low: low, high: high)
    }
}

extension ReportAxis {
    /// The place of a value between top, 0, and bottom, 1000.
    func place(_ value: Double) -> Double { 1000 * (1 - part(value)) }
}
