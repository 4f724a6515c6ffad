import Foundation

/// A chart of a report: HTML with a stretched SVG for the lines, and texts at places given in parts of the whole, so that it
/// fits any width.
public struct ReportChart {
    /// A line.
    public struct Series {
        /// What the legend calls it.
        public var name: String
        /// Of its CSS: "train", "raw", "held".
        public var style: String
        /// Its values.
        public var curve: Curve
        /// Whether the range of the chart must hold all of it; else the middle 96 of 100 values suffice.
        public var isWhole: Bool
        /// Whether each value has a dot.
        public var hasDots: Bool

        /// A line from its parts.
        public init(name: String, style: String, curve: Curve, isWhole: Bool = true, hasDots: Bool = false) {
            (self.name, self.style, self.curve) = (name, style, curve)
            (self.isWhole, self.hasDots) = (isWhole, hasDots)
        }
    }

    /// How heights are dealt.
    public enum Scale: Sendable {
        /// From the least value to the greatest.
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
    var series: [Series]
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

    /// The chart; nothing where there is no finite value. O(values).
    public var html: String {
        let shown = series.map { item in
            var item = item
            item.curve = item.curve.thinned(to: Self.limit)
            return item
        }.filter { item in item.curve.values.contains(where: \.isFinite) }
        guard let range = range(shown) else { return "" }
        let marks = Self.marks(range, scale)
        let axis = ReportAxis(low: range.lowerBound, high: range.upperBound, isLogarithmic: scale == .logarithmic)
        var html = "<figure class=\"chart\"><figcaption><b>\(ReportNumbers.escaped(title))</b>"
        if !note.isEmpty { html += " <span>\(ReportNumbers.escaped(note))</span>" }
        html += "<div class=\"legend\">"
        for item in shown { html += "<span><i class=\"\(item.style)\"></i>\(ReportNumbers.escaped(item.name))</span>" }
        if !baselines.isEmpty { html += "<span><i class=\"base\"></i>baselines</span>" }
        html += "</div></figcaption><div class=\"plot\" data-chart='\(data(shown))'>"
        html += "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        for mark in marks { html += Self.level(axis.place(mark), "grid") }
        for line in baselines where line.value.isFinite { html += Self.level(axis.place(line.value), "base") }
        for item in shown { html += path(item, axis) }
        html += "</svg>"
        let step = marks.count > 1 ? marks[1] - marks[0] : marks.first ?? 1
        for mark in marks {
            html += "<span class=\"y\" style=\"top:\(Self.percent(axis.place(mark)))\">\(label(mark, step))</span>"
        }
        for mark in Self.marks(Double(steps.lowerBound)...Double(max(steps.upperBound, steps.lowerBound + 1)), .linear)
        where mark == mark.rounded() {
            html +=
                "<span class=\"x\" style=\"left:\(Self.percent(1000 * across(Int(mark))))\">"
                + "\(ReportNumbers.compact(mark))</span>"
        }
        for item in shown where item.hasDots {
            for (step, value) in zip(item.curve.steps, item.curve.values) where value.isFinite {
                html +=
                    "<i class=\"dot \(item.style)\" style=\"left:\(Self.percent(1000 * across(step)));"
                    + "top:\(Self.percent(axis.place(value)))\"></i>"
            }
        }
        return html + labels(axis, shown) + "</div></figure>"
    }

    /// Names of baselines beside their lines, where the curves leave most room; those that lie close together share a place.
    private func labels(_ axis: ReportAxis, _ shown: [Series]) -> String {
        var groups: [(top: Double, bottom: Double, texts: [String])] = []
        for line in baselines.filter(\.value.isFinite).sorted(by: { $0.value > $1.value }) {
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

    /// How many values of the lines a name would cover.
    private func crossings(
        _ group: (top: Double, bottom: Double, texts: [String]), _ side: (isRight: Bool, isAbove: Bool),
        _ axis: ReportAxis, _ shown: [Series]
    ) -> Int {
        let width = min(1, 0.016 * Double(group.texts.joined(separator: " · ").count))
        let heights = side.isAbove ? group.top - 75...group.top : group.bottom...group.bottom + 75
        return shown.reduce(0) { sum, item in
            sum
                + zip(item.curve.steps, item.curve.values).count { step, value in
                    let x = side.isRight ? 1 - across(step) : across(step)
                    return value.isFinite && x < width && heights.contains(axis.place(value))
                }
        }
    }

    private func across(_ step: Int) -> Double {
        Double(step - steps.lowerBound) / Double(max(1, steps.upperBound - steps.lowerBound))
    }

    private static func percent(_ thousandths: Double) -> String { String(format: "%.2f%%", thousandths / 10) }

    private static func level(_ place: Double, _ style: String) -> String {
        let y = String(format: "%.1f", place)
        return "<line class=\"\(style)\" x1=\"0\" x2=\"1000\" y1=\"\(y)\" y2=\"\(y)\"/>"
    }

    private func path(_ item: Series, _ axis: ReportAxis) -> String {
        var path = ""
        var isDrawing = false
        for (step, value) in zip(item.curve.steps, item.curve.values) {
            guard value.isFinite, scale != .logarithmic || value > 0 else {
                isDrawing = false
                continue
            }
            path += String(format: "%@%.1f %.1f", isDrawing ? "L" : "M", 1000 * across(step), axis.place(value))
            isDrawing = true
        }
        return "<path class=\"\(item.style)\" d=\"\(path)\"/>"
    }

    private func label(_ mark: Double, _ step: Double) -> String {
        switch scale {
        case .percent: String(format: "%g %%", (mark * 1000).rounded() / 10)
        case .logarithmic: ReportNumbers.mark(mark, step: mark)
        default: ReportNumbers.mark(mark, step: step)
        }
    }

    /// What the chart's script shows at the pointer.
    private func data(_ shown: [Series]) -> String {
        let items = shown.map { item in
            let pairs = zip(item.curve.steps, item.curve.values).filter(\.1.isFinite)
            let steps = pairs.map { "\($0.0)" }.joined(separator: ",")
            let values = pairs.map { String(format: "%.5g", scale == .percent ? 100 * $0.1 : $0.1) }
            return
                "{\"n\":\"\(ReportNumbers.escaped(item.name))\",\"s\":[\(steps)],\"v\":[\(values.joined(separator: ","))]}"
        }
        return "{\"a\":\(steps.lowerBound),\"b\":\(steps.upperBound),\"l\":[\(items.joined(separator: ","))]}"
    }

    /// The values between bottom and top.
    private func range(_ shown: [Series]) -> ClosedRange<Double>? {
        var values = baselines.map(\.value).filter(\.isFinite)
        for item in shown {
            let finite = item.curve.values.filter { $0.isFinite && (scale != .logarithmic || $0 > 0) }.sorted()
            guard !finite.isEmpty else { continue }
            let cut = item.isWhole ? 0 : finite.count / 50
            values += [finite[cut], finite[finite.count - 1 - cut]]
        }
        guard var low = values.min(), var high = values.max() else { return nil }
        switch scale {
        case .logarithmic:
            (low, high) = (low / 1.15, high * 1.15)
            if high / low < 4 { (low, high) = (low / 2, high * 2) }
            return low...high
        case .fromZero: low = min(0, low)
        case .percent: (low, high) = (0, max(high, 0.01))
        case .linear: break
        }
        let room = high > low ? (high - low) * 0.06 : max(abs(high) * 0.1, 1e-9)
        return (low == 0 ? 0 : low - room)...(high + room)
    }

    /// Three to six round values in a range.
    static func marks(_ range: ClosedRange<Double>, _ scale: Scale) -> [Double] {
        let (low, high) = (range.lowerBound, range.upperBound)
        if scale == .logarithmic {
            let factors = high / low > 1000 ? [1.0] : high / low > 30 ? [1.0, 3] : [1.0, 2, 5]
            var marks: [Double] = []
            for power in Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up)) {
                marks += factors.map { $0 * pow(10, Double(power)) }.filter { (low...high).contains($0) }
            }
            return marks
        }
        let rough = (high - low) / 5
        let power = pow(10, log10(rough).rounded(.down))
        let step = power * ([1.0, 2, 2.5, 5].first { $0 * power >= rough } ?? 10)
        return (Int((low / step).rounded(.up))...Int((high / step).rounded(.down))).map { Double($0) * step }
    }
}

/// Where values stand between top, 0, and bottom, 1000.
struct ReportAxis {
    var low: Double
    var high: Double
    var isLogarithmic: Bool

    func place(_ value: Double) -> Double {
        let part = isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
        return 1000 * (1 - min(max(part, -0.5), 1.5))
    }
}
