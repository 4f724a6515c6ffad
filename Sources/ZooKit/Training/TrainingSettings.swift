public import Foundations

/// The settings of one kind of training beside those of the optimiser: data, length, evaluations and checkpoints.
public protocol TrainingCourse: Codable, Sendable, Equatable {
    /// The section of settings files that holds the course and the optimiser.
    static var section: String { get }
    /// The optimiser's defaults.
    static var optimiser: OptimiserSettings { get }
    /// All keys.
    static var keys: [String] { get }
    /// Keys that may differ when a run resumes, because they change nothing that is computed.
    static var mayChange: Set<String> { get }
    /// The defaults.
    init()
    /// Checks ranges and combinations. Throws `badSetting` with the key.
    func check() throws(PretrainingError)
}

/// All settings of a training: those of its kind and its optimiser's, side by side in one JSON object. Keys that are absent have their
/// defaults where `StrictJSON` decodes. Each setting is a property: `settings.steps`, `settings.learningRate`.
@dynamicMemberLookup
public struct TrainingSettings<Course: TrainingCourse>: DefaultFilled, Sendable, Equatable {
    /// The settings of the kind of training.
    public var course = Course()
    /// How parameters are stepped.
    public var optimiser = Course.optimiser

    /// The defaults.
    public init() {}

    /// Decodes both parts from one object.
    public init(from decoder: any Decoder) throws {
        course = try Course(from: decoder)
        optimiser = try OptimiserSettings(from: decoder)
        let frozen = try decoder.container(keyedBy: RetiredKeys.self).decodeIfPresent(String.self, forKey: .frozen)
        if frozen == "backbone" { optimiser.method = Adaptation.head.name }
    }

    /// Keys of earlier versions, which results and ledgers of finished runs still have: what a fine-tuning froze.
    private enum RetiredKeys: String, CodingKey {
        case frozen
    }

    /// Encodes both parts into one object.
    public func encode(to encoder: any Encoder) throws {
        try course.encode(to: encoder)
        try optimiser.encode(to: encoder)
    }

    /// A setting of the course.
    public subscript<Value>(dynamicMember path: WritableKeyPath<Course, Value>) -> Value {
        get { course[keyPath: path] }
        set { course[keyPath: path] = newValue }
    }

    /// A setting of the optimiser.
    public subscript<Value>(dynamicMember path: WritableKeyPath<OptimiserSettings, Value>) -> Value {
        get { optimiser[keyPath: path] }
        set { optimiser[keyPath: path] = newValue }
    }

    /// All keys.
    public static var keys: [String] { Course.keys + OptimiserSettings.CodingKeys.allCases.map(\.rawValue) }

    /// Checks ranges and combinations. Throws `badSetting` with the key.
    public func validate() throws(PretrainingError) {
        try course.check()
        try optimiser.checkRanges()
    }

    /// Keys in which a resumed run differs from its checkpoint and must not, with both values; O(keys).
    public func differences(from run: Self) throws -> [String] {
        let (own, other) = (try StrictJSON.encodedValue(self), try StrictJSON.encodedValue(run))
        let mayChange = Course.mayChange.union([OptimiserSettings.CodingKeys.onNonFinite.rawValue])
        return Self.keys.filter { !mayChange.contains($0) }.compactMap { key in
            let (new, old) = (own[key] ?? .null, other[key] ?? .null)
            func text(_ value: JSONValue) -> String { String(decoding: value.encoded(), as: UTF8.self) }
            return new == old ? nil : "\(key) was \(text(old)) and is \(text(new))"
        }
    }
}

/// Checks of settings, each with its key; one that is absent is in its range. All throw `badSetting`.
public enum SettingCheck<Key: CodingKey> {
    /// Whole numbers in their ranges.
    public static func counts(_ rows: [(Key, Int?, ClosedRange<Int>)]) throws(PretrainingError) { try ranges(rows) }

    /// Numbers in their ranges.
    public static func numbers(_ rows: [(Key, Double?, ClosedRange<Double>)]) throws(PretrainingError) {
        try ranges(rows)
    }

    /// Words among those that are known.
    public static func words(_ rows: [(Key, String, [String])]) throws(PretrainingError) {
        for (key, value, known) in rows where !known.contains(value) {
            throw .badSetting(
                key: key.stringValue, reason: "'\(value)' is not one of \(known.joined(separator: ", "))")
        }
    }

    private static func ranges<Value>(_ rows: [(Key, Value?, ClosedRange<Value>)]) throws(PretrainingError) {
        for (key, value, range) in rows {
            guard let value, !range.contains(value) else { continue }
            throw .badSetting(
                key: key.stringValue, reason: "\(value) is not in \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
