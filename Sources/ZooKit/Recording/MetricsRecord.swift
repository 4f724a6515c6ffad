import Foundation
public import Foundations

/// A line of `metrics.jsonl`: a JSON object whose `kind` is one of these.
///
/// JSON has no word for numbers that are not finite. They stand as null, and `not_finite` names each by its path with what it
/// is: `{"loss":null,"not_finite":{"loss":"nan"}}`. Keys of a path are parted by "/", and within them "~" is written "~0" and "/" is
/// written "~1", as in a JSON Pointer (RFC 6901).
public enum MetricsRecord: Sendable, Equatable {
    /// `step`.
    case step(StepRecord)
    /// `evaluation`.
    case evaluation(EvaluationRecord)
    /// `checkpoint`.
    case checkpoint(CheckpointRecord)

    /// After how many steps.
    public var step: Int {
        switch self {
        case .step(let record): record.step
        case .evaluation(let record): record.step
        case .checkpoint(let record): record.step
        }
    }

    /// The object of a line. Throws `ConfigError` where a record cannot be encoded.
    public func json() throws -> JSONValue {
        switch self {
        case .step(let record): try Self.value(record, kind: "step")
        case .evaluation(let record): try Self.value(record, kind: "evaluation")
        case .checkpoint(let record): try Self.value(record, kind: "checkpoint")
        }
    }

    /// The line with its end. Throws as ``json()``.
    func line() throws -> [UInt8] { try json().encoded() + [0x0A] }

    /// Reads a line without its end. Throws `JSONError` and `ConfigError`.
    init(line: [UInt8], source: String) throws {
        var value = try JSONValue.parse(line, rejectDuplicates: true)
        guard case .object(var fields) = value, case .string(let kind)? = Self.kind(&fields) else {
            throw ConfigError.missingKey(source: source, keyPath: "kind", near: [])
        }
        let notFinite = fields.removeValue(forKey: "not_finite")
        value = .object(fields)
        if let notFinite { value = try Self.restored(value, notFinite, source) }
        switch kind {
        case "step": self = .step(try StrictJSON.decode(StepRecord.self, from: value, source: source))
        case "evaluation":
            self = .evaluation(try StrictJSON.decode(EvaluationRecord.self, from: value, source: source))
        case "checkpoint":
            self = .checkpoint(try StrictJSON.decode(CheckpointRecord.self, from: value, source: source))
        default:
            throw ConfigError.invalidValue(
                source: source, keyPath: "kind", reason: "'\(kind)' is not step, evaluation or checkpoint")
        }
    }

    /// Takes the kind of a line. Fine-tunings once wrote lines without one, steps with a number of examples and evaluations with metrics.
    private static func kind(_ fields: inout [String: JSONValue]) -> JSONValue? {
        if let kind = fields.removeValue(forKey: "kind") { return kind }
        if fields["metrics"] != nil { return .string("evaluation") }
        guard fields["examples"] != nil, fields["truncated"] != nil else { return nil }
        if fields["loss"] == .null { fields["not_finite"] = .object(["loss": .string("nan")]) }
        for key in ["terms", "kinds"] { fields[key] = .object([:]) }
        return .string("step")
    }

    /// The mark of a number that is not finite between the encoder and the line; no text of a record begins like this.
    private static let mark = "\u{1}not finite "
    private static let words = ["nan": Double.nan, "inf": .infinity, "-inf": -.infinity]

    private static func value(_ record: some Encodable, kind: String) throws -> JSONValue {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: mark + "inf", negativeInfinity: mark + "-inf", nan: mark + "nan")
        var notFinite: [String: JSONValue] = [:]
        let value = marked(try JSONValue.parse(Array(try encoder.encode(record))), [], &notFinite)
        guard case .object(var fields) = value else { return value }
        fields["kind"] = .string(kind)
        if !notFinite.isEmpty { fields["not_finite"] = .object(notFinite) }
        return .object(fields)
    }

    /// The value with null for marked texts; these go to `notFinite` by their path.
    private static func marked(
        _ value: JSONValue, _ path: [String], _ notFinite: inout [String: JSONValue]
    ) -> JSONValue {
        switch value {
        case .string(let text) where text.hasPrefix(mark):
            let escaped = path.map { $0.replacing("~", with: "~0").replacing("/", with: "~1") }
            notFinite[escaped.joined(separator: "/")] = .string(String(text.dropFirst(mark.count)))
            return .null
        case .object(let fields):
            var result: [String: JSONValue] = [:]
            for (key, field) in fields { result[key] = marked(field, path + [key], &notFinite) }
            return .object(result)
        default: return value
        }
    }

    /// The value with the numbers that `notFinite` names where null stands.
    private static func restored(_ value: JSONValue, _ notFinite: JSONValue, _ source: String) throws -> JSONValue {
        func fault(_ path: String, _ reason: String) -> ConfigError {
            .invalidValue(source: source, keyPath: "not_finite", reason: "\(path) \(reason)")
        }
        guard case .object(let names) = notFinite else {
            throw ConfigError.wrongType(
                source: source, keyPath: "not_finite", expected: "an object", got: notFinite.kind)
        }
        /// The value with the number; nil where no null stands at the path.
        func put(_ number: Double, at path: ArraySlice<Substring>, in value: JSONValue) -> JSONValue? {
            guard !path.isEmpty else { return value == .null ? .number(number) : nil }
            guard case .object(var fields) = value else { return nil }
            // Lines of before have keys as they are, a "/" in them included.
            for count in 1...path.count {
                let written = path.prefix(count).joined(separator: "/")
                let key = written.replacing("~1", with: "/").replacing("~0", with: "~")
                for key in count == 1 && key != written ? [key, written] : [written] {
                    guard let field = fields[key], let found = put(number, at: path.dropFirst(count), in: field) else {
                        continue
                    }
                    fields[key] = found
                    return .object(fields)
                }
            }
            return nil
        }
        var value = value
        for (path, word) in names {
            guard case .string(let text) = word, let number = words[text] else {
                throw fault(path, "is not \"nan\", \"inf\" or \"-inf\"")
            }
            let keys = path.split(separator: "/", omittingEmptySubsequences: false)
            guard let found = put(number, at: keys[...], in: value) else {
                throw fault(path, "is no null in the record")
            }
            value = found
        }
        return value
    }
}
