import Foundation
import Foundations

/// Numbers and words as a report shows them.
public enum ReportNumbers {
    /// About four digits that count; "not a number" and "infinite" in words.
    public static func short(_ value: Double) -> String {
        if value.isNaN { return "not a number" }
        guard value.isFinite else { return value > 0 ? "infinite" : "minus infinite" }
        let size = abs(value)
        if size == 0 { return "0" }
        if size >= 1e9 || size < 1e-4 { return String(format: "%.2e", value) }
        if size >= 1000 { return grouped(Int(saturating: value.rounded())) }
        return String(format: size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : size >= 0.1 ? "%.4f" : "%.3g", value)
    }

    /// 1234567 as 1,234,567.
    public static func grouped(_ value: Int) -> String {
        var text = ""
        for (place, digit) in String(value.magnitude).reversed().enumerated() {
            if place > 0, place % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + String(text.reversed())
    }

    /// A mark of an axis, whose marks lie `step` apart: with as many digits as the step has.
    static func mark(_ value: Double, step: Double) -> String {
        if abs(value) < 1e-9 * abs(step) { return "0" }
        if abs(value) >= 10_000 {
            let unit = abs(value) >= 1e9 ? 1e9 : abs(value) >= 1e6 ? 1e6 : 1000
            return step >= unit / 100 || abs(value) >= 1e15 ? compact(value) : grouped(Int(saturating: value.rounded()))
        }
        for digits in 0...5 {
            let scaled = step * pow(10, Double(digits))
            if abs(scaled - scaled.rounded()) < 1e-6 * abs(scaled) { return String(format: "%.\(digits)f", value) }
        }
        return String(format: "%.3g", value)
    }

    /// 15000 as 15k.
    public static func compact(_ value: Double) -> String {
        switch abs(value) {
        case 1e14...: String(format: "%.3g", value)
        case 1e9...: String(format: "%gG", (value / 1e7).rounded() / 100)
        case 1e6...: String(format: "%gM", (value / 1e4).rounded() / 100)
        case 1e4...: String(format: "%gk", (value / 10).rounded() / 100)
        default: String(format: "%g", value)
        }
    }

    /// A number before its noun: "1 example", "1,234 examples".
    public static func counted(_ value: Int, _ noun: String) -> String { "\(grouped(value)) \(plural(noun, value))" }

    /// A share of 0 to 1.
    public static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

    /// Seconds in words: "1 h 05 min".
    public static func time(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "unknown" }
        if seconds < 1 { return String(format: "%.0f ms", seconds * 1000) }
        if seconds < 10 { return String(format: "%.1f s", seconds) }
        let whole = Int(saturating: seconds.rounded())
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
        if whole < 86_400 { return "\(whole / 3600) h \(two(whole / 60 % 60)) min" }
        return "\(whole / 86_400) d \(two(whole / 3600 % 24)) h"
    }

    /// A text inside HTML or SVG, in elements and in attributes; characters that XML forbids are replaced. O(characters).
    public static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\u{0}"..<"\t", "\u{B}"..<"\r", "\u{E}"..<" ", "\u{FFFE}"..."\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
