import Foundations

/// A record of a task's file, before it is an example.
struct TaskRecord {
    var path: String
    var line: Int?
    /// Which element it is, counted from 1, of a file without lines.
    var number: Int?
    /// The columns that were asked for and are there, by their first name.
    var fields: [String: JSONValue]

    func flaw(_ column: String?, _ reason: String) -> TaskError {
        .record(
            path: path, line: line, column: column, reason: number.map { "\(reason), in record \($0)" } ?? reason)
    }

    /// The value of a column, or of a path into it. Throws `record` where there is none.
    func value(_ path: String) throws(TaskError) -> JSONValue {
        var steps = path.split(separator: ".").map(String.init)
        // A column may itself have a full stop in its name.
        if fields[path] != nil { steps = [path] }
        guard let first = steps.first, let value = fields[Self.plain(first)] else {
            throw flaw(path, "there is no such column; there are: \(fields.keys.sorted().joined(separator: ", "))")
        }
        return try follow(steps.dropFirst(), from: value, isList: first.hasSuffix("[]"), path)
    }

    private func follow(
        _ steps: ArraySlice<String>, from value: JSONValue, isList: Bool, _ path: String
    ) throws(TaskError) -> JSONValue {
        if isList {
            guard case .array(let elements) = value else { throw flaw(path, "expected an array, got \(value.kind)") }
            var found: [JSONValue] = []
            for element in elements { found.append(try follow(steps, from: element, isList: false, path)) }
            return .array(found)
        }
        guard let step = steps.first else { return value }
        guard let next = value[Self.plain(step)] else { throw flaw(path, "there is no \(Self.plain(step)) in it") }
        return try follow(steps.dropFirst(), from: next, isList: step.hasSuffix("[]"), path)
    }

    /// A column as text. Throws `record` where it is none.
    func text(_ path: String) throws(TaskError) -> String {
        let value = try value(path)
        guard case .string(let text) = value else { throw flaw(path, "expected a text, got \(value.kind)") }
        return text
    }

    /// A column as a text to be compared with others: a text, a number or a boolean. Throws `record`.
    func word(_ path: String) throws(TaskError) -> String {
        let value = try value(path)
        guard let word = Self.word(value) else { throw flaw(path, "expected a text or a number, got \(value.kind)") }
        return word
    }

    /// A column as an array of texts. Throws `record`.
    func texts(_ path: String) throws(TaskError) -> [String] {
        let value = try value(path)
        guard case .array(let elements) = value else {
            throw flaw(
                path, "expected an array of texts, got \(value.kind); a table holds no arrays, a JSONL export does")
        }
        var texts: [String] = []
        for element in elements {
            guard let text = Self.word(element) else { throw flaw(path, "expected texts, got \(element.kind)") }
            texts.append(text)
        }
        return texts
    }

    static func word(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text), .spelled(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let flag): flag ? "1" : "0"
        default: nil
        }
    }

    /// A step without the mark of a list.
    static func plain(_ step: String) -> String { step.hasSuffix("[]") ? String(step.dropLast(2)) : step }

    /// The first name of a path into a column.
    static func head(_ path: String) -> String { plain(path.split(separator: ".").first.map(String.init) ?? path) }
}
