import Foundation
import Foundations

/// Numbers in lines of progress: short, of steady width.
public enum Figures {
    /// A loss with four digits behind the point.
    public static func loss(_ value: Double) -> String { String(format: "%.4f", value) }

    /// A count, of which the whole part is shown: "9999", "12 k", "34 M".
    public static func count(_ value: Double) -> String { count(Int(saturating: value)) }

    /// A count: "9999", "12 k", "34 M".
    public static func count(_ value: Int) -> String {
        switch value {
        case ..<10_000: "\(value)"
        case ..<10_000_000: "\(value / 1000) k"
        default: "\(value / 1_000_000) M"
        }
    }

    /// A count before its noun: "1 document", "12 k documents".
    public static func counted(_ value: Int, _ noun: String) -> String { "\(count(value)) \(plural(noun, value))" }

    /// A size: "9999 bytes", "12 kB", "34 MB", "56 GB".
    public static func bytes(_ value: Int) -> String {
        switch value {
        case ..<10_000: Foundations.counted(value, "byte")
        case ..<10_000_000: "\(value / 1000) kB"
        case ..<10_000_000_000: "\(value / 1_000_000) MB"
        default: "\(value / 1_000_000_000) GB"
        }
    }

    /// A share of 0 to 1 in whole per cent: "12 %".
    public static func percent(_ share: Double) -> String { "\(Int(saturating: (100 * share).rounded())) %" }

    /// A count of parameters, every digit of it: "1,001,984 parameters".
    public static func parameters(_ value: Int) -> String { ReportNumbers.counted(value, "parameter") }

    /// A time left: "1:05", "2:03:04", from a day on "115 d 17 h", "unknown" where it is not finite.
    public static func time(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "unknown" }
        let whole = Int(saturating: max(seconds, 0).rounded())
        guard whole < 86_400 else { return ReportNumbers.time(seconds) }
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return whole < 3600
            ? "\(whole / 60):\(two(whole % 60))" : "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
    }
}
