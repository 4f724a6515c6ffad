import Foundations

extension RecordWork {
    /// A document from a sample: from its JSON member, or from members named like the fields, the text also from `txt`.
    mutating func sample(_ members: [SampleMember]) throws(Rejection) -> Document {
        var fields = [JSONFieldReader.Field?](repeating: nil, count: names.reader.count)
        if let json = members.first(where: { $0.suffix == "json" }) {
            fields = try self.fields(of: try checked(json.bytes))
        }
        var document = Document(segments: [], origin: origin)
        if let position = names.words {
            guard case .texts(let words)? = fields[position] else {
                throw rejection(.missingField, "the sample has no JSON member with \(options.wordsField ?? "") in it")
            }
            document.kind = .words
            document.segments = words
        } else {
            var plain = try text(options.textField, fields[names.text], members)
            if plain == nil { plain = try member("txt", members) }
            document.segments = [try found(plain, options.textField, members)]
            if let name = options.textBField, let position = names.textB {
                document.kind = .pair
                document.segments.append(try found(try text(name, fields[position], members), name, members))
            }
        }
        if let name = options.labelField, let position = names.label {
            guard let label = try value(name, fields[position], members) else { throw missing(name, members) }
            document.label = label
        }
        for (name, position) in names.keep { document.fields[name] = try value(name, fields[position], members) }
        return document
    }

    private func found(
        _ text: [UInt8]?, _ name: String, _ members: [SampleMember]
    ) throws(Rejection) -> [UInt8] {
        guard let text else { throw missing(name, members) }
        return text
    }

    private func missing(_ name: String, _ members: [SampleMember]) -> Rejection {
        let there = members.map { ".\($0.suffix)" }.joined(separator: ", ")
        return rejection(.missingField, "neither a member .\(name) nor a JSON field \(name); there is \(there)")
    }

    private mutating func text(
        _ name: String, _ field: JSONFieldReader.Field?, _ members: [SampleMember]
    ) throws(Rejection) -> [UInt8]? {
        switch field {
        case .text(let text): return text
        case .value(let value): throw rejection(.wrongField, "the field \(name) is \(value.kind), not a string")
        default: return try member(name.lowercased(), members)
        }
    }

    /// A label or kept field: JSON as it stands, a member as an integer where it spells one, otherwise as a string.
    private mutating func value(
        _ name: String, _ field: JSONFieldReader.Field?, _ members: [SampleMember]
    ) throws(Rejection) -> JSONValue? {
        if case .value(let value)? = field { return value }
        guard let bytes = try member(name.lowercased(), members) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        if let number = Int(text), String(number) == text { return .integer(number) }
        return .string(text)
    }

    /// The text of a member without its final line break.
    private mutating func member(
        _ name: String, _ members: [SampleMember]
    ) throws(Rejection) -> [UInt8]? {
        guard let found = members.first(where: { $0.suffix == name }) else { return nil }
        var bytes = found.bytes
        if let binary = BinaryContent.found(in: Array(bytes.prefix(BinaryContent.byteCount))) {
            throw rejection(.wrongField, "the member .\(name) is \(binary.name), not text")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return try checked(bytes)
    }
}
