import Foundation
import Reports

/// A drawing of a ``RobustnessTable`` that needs nothing but itself: a panel a kind of noise with the metric over the rate, then one with
/// the stacks, all on one axis; bands and whiskers are ± the spread. Light or dark as the reader has it.
public struct RobustnessPlot {
    let table: RobustnessTable
    /// Panels in a line.
    let columns: Int
    /// The size of what is drawn in a panel.
    let width, height: Double
    let axis: ReportAxis
    /// True if names of stacks have no room beside each other.
    let isSlanted: Bool

    static let (left, gap, above) = (62.0, 18.0, 26.0)

    /// A drawing of a table; nil where the table has no value.
    public init?(_ table: RobustnessTable) {
        let cells = (table.noise.flatMap(\.lines) + table.fonts).flatMap(\.cells).compactMap(\.self)
        guard let axis = ReportAxis(cells, isShare: table.scale == 100) else { return nil }
        (self.table, self.axis) = (table, axis)
        let count = table.noise.count + (table.fonts.isEmpty ? 0 : 1)
        columns = count <= 4 ? count : [5, 6, 9].contains(count) ? 3 : 4
        width = [1: 520, 2: 330, 3: 260][columns] ?? 210
        height = columns == 1 ? 240 : 170
        let room = width / Double(max(1, table.stacks.count))
        isSlanted = table.stacks.contains { Self.width(of: $0) > room - 6 }
    }

    /// The drawing as SVG.
    public var svg: String {
        let total = Self.left + Double(columns) * (width + Self.gap)
        let legend = self.legend(total)
        let top = 40 + legend.height
        var body = ""
        let drawings = table.noise.map { panel in (panel.kind.rawValue, { place in self.noise(panel, place) }) }
        var all: [(title: String, draw: (_ place: (x: Double, y: Double)) -> String)] = drawings
        if !table.fonts.isEmpty { all.append(("fonts", { place in self.fonts(place) })) }
        let pitch = Self.above + height + 44
        for (number, item) in all.enumerated() {
            let place = (
                x: Self.left + Double(number % columns) * (width + Self.gap),
                y: top + Double(number / columns) * pitch + Self.above
            )
            body += text(item.title, place.x, place.y - 8, "rb-h")
            body += levels(place, isNamed: number % columns == 0)
            body += item.draw(place)
            if number < table.noise.count, number + columns >= table.noise.count {
                body += text("rate", place.x + width / 2, place.y + height + 33, "rb-n rb-m")
            }
        }
        let lines = (all.count + columns - 1) / columns
        let slant = table.fonts.isEmpty || !isSlanted ? 0 : 0.6 * (stacks.map(Self.width).max() ?? 0)
        var bottom = top + Double(lines) * pitch + max(0, slant - 16)
        var captions = ["Bands and whiskers: ± \(table.spread)."]
        if !table.noise.isEmpty {
            captions.insert("Rate: the share of the characters that a noise can change which it changes.", at: 0)
        }
        for caption in captions {
            body += text(caption, 16, bottom + 8, "rb-n")
            bottom += 17
        }
        let full = bottom + 4
        let unit = table.scale == 100 ? ", per cent" : axis.isLogarithmic ? ", logarithmic" : ""
        let middle = top + Double(lines) * pitch / 2
        body +=
            "<text class=\"rb-n rb-m\" transform=\"translate(15 \(Self.number(middle))) rotate(-90)\">"
            + "\(escaped(table.metric + unit))</text>"
        let size = "\(Self.number(total)) \(Self.number(full))"
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" width=\"\(Self.number(total))\" "
            + "class=\"rb\" role=\"img\" aria-label=\"\(escaped(title))\"><style>\(Self.style)</style>"
            + "<rect class=\"rb-back\" width=\"100%\" height=\"100%\" rx=\"8\"/>"
            + text(Self.fitted(title, (total - 32) * 0.8), 16, 28, "rb-t") + legend.svg + body + "</svg>\n"
    }

    /// The names of the stacks, with room for them below.
    private var stacks: [String] { table.stacks.map { Self.fitted($0, 150) } }

    private var title: String {
        let what = [table.noise.isEmpty ? nil : "under noise", table.fonts.isEmpty ? nil : "with other fonts"]
        return "\(table.title): \(table.metric) \(what.compactMap(\.self).joined(separator: " and "))"
    }

    private static let style = """
        .rb{font-family:\(ReportPage.fontFamily);max-width:100%;height:auto}\
        .rb-back{fill:#fff}.rb text{fill:#1d2125;font-size:12px}.rb .rb-t{font-size:15px;font-weight:600}\
        .rb .rb-h{font-size:13px;font-weight:600}.rb .rb-n{fill:#5b6168}.rb-m{text-anchor:middle}.rb-e{text-anchor:end}\
        .rb-g{stroke:#e4e2dc;fill:none}.rb-a{stroke:#8a8f96;fill:none}\
        .rb-l{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}.rb-s{stroke:currentColor;stroke-width:1.5;fill:none}\
        .rb-b{fill:currentColor;opacity:.17}.rb-d{fill:currentColor}\
        .rb-0{color:#0072b2}.rb-1{color:#d55e00}.rb-2{color:#009e73}.rb-3{color:#cc79a7}.rb-4{color:#e69f00}.rb-5{color:#56b4e9}\
        .rb-6{color:#555}\
        @media(prefers-color-scheme:dark){.rb-back{fill:#1c1f23}.rb text{fill:#e9e7e2}.rb .rb-n{fill:#a9b0b8}.rb-g{stroke:#33383d}\
        .rb-0{color:#56b4e9}.rb-5{color:#0a8fdb}.rb-6{color:#bbb}}
        """

    // MARK: Panels

    /// The frame's levels, with their values left of the first panel of a line.
    private func levels(_ place: (x: Double, y: Double), isNamed: Bool) -> String {
        axis.marks.map { mark in
            let y = y(place, mark)
            return line(place.x, y, place.x + width, y, "rb-g")
                + (isNamed ? text(axis.text(mark), place.x - 8, y + 4, "rb-n rb-e") : "")
        }.joined() + line(place.x, place.y + height, place.x + width, place.y + height, "rb-a")
    }

    private func noise(_ panel: RobustnessTable.Panel, _ place: (x: Double, y: Double)) -> String {
        let most = max(table.rates.last ?? 1, 1e-9)
        func x(_ rate: Double) -> Double { place.x + 6 + (width - 12) * rate / most }
        var svg = ""
        // Names of rates that have room, the last one first.
        var free = Double.infinity
        for rate in table.rates.reversed() {
            let (name, middle) = (TaskVariant.rateText(rate), x(rate))
            svg += line(middle, place.y + height, middle, place.y + height + 4, "rb-a")
            let half = 0.42 * Self.width(of: name)
            guard middle + half + 4 < free else { continue }
            free = middle - half
            svg += text(name, middle, place.y + height + 17, "rb-n rb-m")
        }
        for line in panel.lines {
            let points = zip(table.rates, line.cells).compactMap { rate, cell in cell.map { (x: x(rate), cell: $0) } }
            let banded = points.filter { $0.cell.spread != nil }
            if banded.count > 1 {
                let upper = banded.map { point($0.x, place, $0.cell.value + ($0.cell.spread ?? 0)) }
                let lower = banded.reversed().map { point($0.x, place, $0.cell.value - ($0.cell.spread ?? 0)) }
                svg += "<polygon class=\"rb-b \(colour(line))\" points=\"\((upper + lower).joined(separator: " "))\"/>"
            }
        }
        for line in panel.lines {
            let points = zip(table.rates, line.cells).compactMap { rate, cell in cell.map { (x: x(rate), cell: $0) } }
            let path = points.map { point($0.x, place, $0.cell.value) }.joined(separator: " ")
            svg += "<polyline class=\"rb-l \(colour(line))\" points=\"\(path)\"/>"
            for item in points { svg += marker(line, item.x, y(place, item.cell.value)) }
        }
        return svg
    }

    private func fonts(_ place: (x: Double, y: Double)) -> String {
        let room = width / Double(table.stacks.count)
        var svg = ""
        for (number, stack) in stacks.enumerated() {
            let middle = place.x + room * (Double(number) + 0.5)
            let base = place.y + height
            svg += line(middle, base, middle, base + 4, "rb-a")
            if isSlanted {
                svg +=
                    "<text class=\"rb-n rb-e\" transform=\"translate(\(Self.number(middle + 4)) \(Self.number(base + 15))) "
                    + "rotate(-35)\">\(escaped(stack))</text>"
            } else {
                svg += text(stack, middle, base + 17, "rb-n rb-m")
            }
        }
        for (number, model) in table.fonts.enumerated() {
            let aside =
                (Double(number) - Double(table.fonts.count - 1) / 2) * min(14, room / Double(table.fonts.count + 1))
            for (stack, cell) in model.cells.enumerated() {
                guard let cell else { continue }
                let middle = place.x + room * (Double(stack) + 0.5) + aside
                if let spread = cell.spread {
                    let (top, bottom) = (y(place, cell.value + spread), y(place, cell.value - spread))
                    svg += line(middle, top, middle, bottom, "rb-s \(colour(model))")
                    for end in [top, bottom] { svg += line(middle - 4, end, middle + 4, end, "rb-s \(colour(model))") }
                }
                svg += marker(model, middle, y(place, cell.value))
            }
        }
        return svg
    }

    /// Names of the models, in as many lines as they need.
    private func legend(_ total: Double) -> (svg: String, height: Double) {
        var models: [RobustnessTable.Line] = []
        for line in table.noise.flatMap(\.lines) + table.fonts where !models.contains(where: { $0.model == line.model })
        {
            models.append(line)
        }
        var (svg, x, y) = ("", 18.0, 50.0)
        for model in models {
            let name = Self.fitted(model.model, total - 60)
            let wide = 34 + Self.width(of: name)
            if x > 18, x + wide > total - 10 { (x, y) = (18, y + 20) }
            svg += line(x, y, x + 22, y, "rb-l \(colour(model))") + marker(model, x + 11, y)
            svg += text(name, x + 28, y + 4, "")
            x += wide + 14
        }
        return (svg, y - 28)
    }

    // MARK: Pieces

    private func colour(_ line: RobustnessTable.Line) -> String { "rb-\(line.place % 7)" }

    /// A dot, square, triangle or diamond.
    private func marker(_ line: RobustnessTable.Line, _ x: Double, _ y: Double) -> String {
        let style = "class=\"rb-d \(colour(line))\""
        func corners(_ offsets: [(Double, Double)]) -> String {
            let points = offsets.map { "\(Self.number(x + $0.0)),\(Self.number(y + $0.1))" }.joined(separator: " ")
            return "<polygon \(style) points=\"\(points)\"/>"
        }
        switch line.place % 4 {
        case 0: return "<circle \(style) cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"4\"/>"
        case 1: return corners([(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)])
        case 2: return corners([(0, -4.8), (4.6, 3.6), (-4.6, 3.6)])
        default: return corners([(0, -5), (5, 0), (0, 5), (-5, 0)])
        }
    }

    private func y(_ place: (x: Double, y: Double), _ value: Double) -> Double {
        place.y + height * (1 - min(1, max(0, axis.part(value))))
    }

    private func point(_ x: Double, _ place: (x: Double, y: Double), _ value: Double) -> String {
        "\(Self.number(x)),\(Self.number(y(place, value)))"
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
        "<line class=\"\(style)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" "
            + "y2=\"\(Self.number(y2))\"/>"
    }

    private func text(_ text: String, _ x: Double, _ y: Double, _ style: String) -> String {
        "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\">\(escaped(text))</text>"
    }

    private func escaped(_ text: String) -> String { ReportNumbers.escaped(text) }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

    /// A text cut at about `width`, with an ellipsis in place of what is gone.
    private static func fitted(_ text: String, _ width: Double) -> String {
        self.width(of: text) <= width ? text : text.prefix(max(1, Int(width / 6.6) - 1)) + "…"
    }

    /// About as wide as a text is.
    private static func width(of text: String) -> Double { 6.6 * Double(text.count) }
}
