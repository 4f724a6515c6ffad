public import Foundations

/// A score of a task: its name, its direction, and how it is told from outcomes.
public struct Metric: Sendable {
    /// Which values are better.
    public enum Direction: String, Codable, Sendable {
        /// Greater ones.
        case higher
        /// Smaller ones.
        case lower
    }

    /// The name in task files and results.
    public let name: String
    /// One line for people.
    public let summary: String
    /// Which values are better.
    public let direction: Direction
    private let body: @Sendable (Outcomes) -> MetricValue

    /// A metric from its parts.
    public init(
        name: String, summary: String, direction: Direction, _ body: @escaping @Sendable (Outcomes) -> MetricValue
    ) {
        self.name = name
        self.summary = summary
        self.direction = direction
        self.body = body
    }

    /// The score of some outcomes. O(outcomes), but rank correlation O(n log n) and ROUGE-L O(words²) an example.
    public func callAsFunction(_ outcomes: Outcomes) -> MetricValue {
        outcomes.isEmpty ? .undefined("there are no examples") : body(outcomes)
    }

    /// The metric of a name; `nil` when there is none.
    public static func named(_ name: String) -> Metric? { all.first { $0.name == name } }

    /// Metrics by name; names without a metric are left out.
    public static func values(_ names: [String], _ outcomes: Outcomes) -> [String: MetricValue] {
        var values: [String: MetricValue] = [:]
        for name in names { values[name] = named(name)?(outcomes) }
        return values
    }
}

/// A score, or why there is none.
public enum MetricValue: Sendable, Equatable {
    /// A finite number.
    case value(Double)
    /// The score is not defined for these outcomes; the reason is for people.
    case undefined(String)

    /// The number, where there is one.
    public var number: Double? {
        if case .value(let number) = self { return number }
        return nil
    }

    /// Why there is no number.
    public var reason: String? {
        if case .undefined(let reason) = self { return reason }
        return nil
    }

    /// The value of a number that may have run over.
    static func finite(_ number: Double) -> MetricValue {
        number.isFinite ? .value(number) : .undefined("it is greater than any number")
    }
}

extension Metric {
    /// By what tables multiply it: shares and correlations are told in per cent, losses as they are.
    public var tableScale: Double { ["mse", "perplexity", "patch_loss"].contains(name) ? 1 : 100 }
}

extension MetricValue {
    /// JSON: the number, or `null`; the reason stands beside it where results are written.
    public var json: JSONValue { number.map { .number($0) } ?? .null }
}
