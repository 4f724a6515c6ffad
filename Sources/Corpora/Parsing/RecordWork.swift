import Foundations

/// The parsing of one record, with the problems met on the way.
struct RecordWork {
    let origin: Origin
    let options: ReadOptions
    let names: FieldNames
    private(set) var problems: [Problem] = []

    init(origin: Origin, options: ReadOptions, names: FieldNames) {
        self.origin = origin
        self.options = options
        self.names = names
    }

    mutating func document(_ content: RawRecord.Content) throws(Rejection) -> Document {
        switch content {
        case .text(let bytes): return Document(segments: [try checked(bytes)], origin: origin)
        case .json(let bytes): return try json(try checked(bytes))
        case .row(let bytes, let table): return try row(try checked(bytes), table)
        case .sample(let members): return try sample(members)
        case .problem(let problem): throw Rejection(problem: problem)
        }
    }

    /// Well-formed UTF-8, by the encoding policy.
    mutating func checked(_ bytes: [UInt8]) throws(Rejection) -> [UInt8] {
        guard let first = UTF8Text.firstInvalid(in: bytes) else { return bytes }
        let (repaired, replacements) = UTF8Text.repaired(bytes)
        try replaced(replacements, at: first, "invalid UTF-8")
        return repaired
    }

    /// Notes replaced characters, or gives the record up, by the encoding policy.
    mutating func replaced(_ count: Int, at offset: Int, _ what: String) throws(Rejection) {
        var problem = self.problem(.invalidText, at: offset, what)
        guard options.onEncodingError == .replace else { throw Rejection(problem: problem) }
        problem.detail += ", replaced by U+FFFD \(count) times"
        problem.replacements = count
        problem.isSkipped = false
        problems.append(problem)
    }

    func problem(_ kind: Problem.Kind, at offset: Int = 0, _ detail: String) -> Problem {
        Problem(
            kind: kind, path: origin.path, line: origin.line, entry: origin.entry,
            byteOffset: origin.byteOffset + offset, detail: detail)
    }

    func rejection(_ kind: Problem.Kind, at offset: Int = 0, _ detail: String) -> Rejection {
        Rejection(problem: problem(kind, at: offset, detail))
    }

    // MARK: JSON

    private mutating func json(_ bytes: [UInt8]) throws(Rejection) -> Document {
        let fields = try fields(of: bytes)
        var document = Document(segments: [], origin: origin)
        if let position = names.words {
            document.kind = .words
            document.segments = try texts(fields[position], options.wordsField ?? "", in: bytes)
        } else {
            document.segments = [try text(fields[names.text], options.textField, in: bytes)]
            if let position = names.textB {
                document.kind = .pair
                document.segments.append(try text(fields[position], options.textBField ?? "", in: bytes))
            }
        }
        if let position = names.label {
            guard case .value(let label)? = fields[position] else {
                throw missing(options.labelField ?? "", in: bytes)
            }
            document.label = label
        }
        for (name, position) in names.keep {
            if case .value(let value)? = fields[position] { document.fields[name] = value }
        }
        return document
    }

    /// The wanted fields of a JSON object, in the order of `names`.
    mutating func fields(of bytes: [UInt8]) throws(Rejection) -> [JSONFieldReader.Field?] {
        let fields: [JSONFieldReader.Field?]
        let loneSurrogates: Int
        do throws(JSONError) {
            (fields, loneSurrogates) = try names.reader.read(bytes)
        } catch {
            throw rejection(.brokenJSON, at: error.byteOffset, error.description)
        }
        if loneSurrogates > 0 { try replaced(loneSurrogates, at: 0, "lone surrogates in JSON strings") }
        return fields
    }

    private func text(
        _ field: JSONFieldReader.Field?, _ name: String, in bytes: [UInt8]
    ) throws(Rejection) -> [UInt8] {
        switch field {
        case .text(let text): return text
        case .value(let value): throw rejection(.wrongField, "the field \(name) is \(value.kind), not a string")
        default: throw missing(name, in: bytes)
        }
    }

    private func texts(
        _ field: JSONFieldReader.Field?, _ name: String, in bytes: [UInt8]
    ) throws(Rejection) -> [[UInt8]] {
        switch field {
        case .texts(let texts): return texts
        case .value(let value):
            let kind = if case .array = value { "an array of other things than strings" } else { value.kind }
            throw rejection(.wrongField, "the field \(name) is \(kind), not an array of strings")
        default: throw missing(name, in: bytes)
        }
    }

    /// A missing field, with the near names that are there.
    private func missing(_ name: String, in bytes: [UInt8]) -> Rejection {
        var present: [String] = []
        if case .object(let fields)? = try? JSONValue.parse(bytes) { present = fields.keys.sorted() }
        let near = NearNames.of(name, among: present)
        let shown = (near.isEmpty ? present : near).prefix(8).joined(separator: ", ")
        return rejection(.missingField, "no field \(name); there is \(shown.isEmpty ? "none" : shown)")
    }
}
