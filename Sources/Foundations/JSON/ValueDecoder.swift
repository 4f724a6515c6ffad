/// Which keys each object of a document has and which ones a type asked for.
final class KeyLog {
    struct Object {
        var present: Set<String> = []
        /// The type that each key was decoded as; nil if only its presence was checked.
        var requested: [String: (any Any.Type)?] = [:]
    }

    /// By key path; the outermost object has the empty path.
    private(set) var objects: [String: Object] = [:]

    func found(_ keys: some Sequence<String>, at path: String) {
        objects[path, default: Object()].present.formUnion(keys)
    }

    func requested(_ key: String, as type: (any Any.Type)? = nil, at path: String) {
        let known = objects[path]?.requested[key] ?? nil
        objects[path, default: Object()].requested[key] = .some(type ?? known)
    }

    /// `a.b[2].c`
    static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}

struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

/// Decodes from a `JSONValue` and logs the keys that are asked for.
struct ValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    let log: KeyLog
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let fields) = value else { throw mismatch("an object") }
        log.found(fields.keys, at: KeyLog.path(codingPath))
        return KeyedDecodingContainer(KeyedValues<Key>(decoder: self, fields: fields))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch("an array") }
        return UnkeyedValues(decoder: self, elements: elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { SingleValue(decoder: self) }

    func child(_ value: JSONValue, _ key: any CodingKey) -> ValueDecoder {
        ValueDecoder(value: value, codingPath: codingPath + [key], log: log)
    }

    func mismatch(_ expected: String) -> WrongKind {
        let path = KeyLog.path(codingPath)
        return .value(path: path.isEmpty ? "the document" : path, expected: expected, got: value.kind)
    }

    func unbox<T: Decodable>(_ type: T.Type) throws -> T {
        let plain: Any
        if type == JSONValue.self {
            plain = value
        } else if type == Bool.self {
            guard case .bool(let flag) = value else { throw mismatch("true or false") }
            plain = flag
        } else if type == String.self {
            guard case .string(let text) = value else { throw mismatch("a string") }
            plain = text
        } else if type == Double.self {
            plain = try double()
        } else if type == Float.self {
            plain = Float(try double())
        } else if let integer = type as? any FixedWidthInteger.Type {
            plain = try unboxInteger(integer)
        } else if let settings = type as? any DefaultFilled.Type {
            return try T(from: filled(by: settings))
        } else {
            return try T(from: self)
        }
        guard let result = plain as? T else { throw mismatch("\(type)") }
        return result
    }

    private func double() throws -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        case .spelled(let text):
            guard let number = Double(text), number.isFinite else { throw mismatch("a number of 64 bits") }
            return number
        default: throw mismatch("a number")
        }
    }

    private func unboxInteger<I: FixedWidthInteger>(_ type: I.Type) throws -> I {
        switch value {
        case .integer(let number):
            guard let result = I(exactly: number) else { throw mismatch("an integer from \(I.min) to \(I.max)") }
            return result
        case .number(let number):
            guard let result = I(exactly: number) else { throw mismatch("an integer") }
            return result
        case .spelled:
            guard let result = I(exactly: try double()) else { throw mismatch("an integer") }
            return result
        default: throw mismatch("an integer")
        }
    }
}

private struct SingleValue: SingleValueDecodingContainer {
    let decoder: ValueDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }
    func decodeNil() -> Bool { decoder.value == .null }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.unbox(type) }
}

private struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ValueDecoder
    let fields: [String: JSONValue]
    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { fields.keys.sorted().compactMap { Key(stringValue: $0) } }

    private func child(_ key: any CodingKey) throws -> ValueDecoder {
        decoder.log.requested(key.stringValue, at: KeyLog.path(codingPath))
        guard let value = fields[key.stringValue] else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "missing"))
        }
        return decoder.child(value, key)
    }

    func contains(_ key: Key) -> Bool {
        decoder.log.requested(key.stringValue, at: KeyLog.path(codingPath))
        return fields[key.stringValue] != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool { try child(key).value == .null }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        decoder.log.requested(key.stringValue, as: type, at: KeyLog.path(codingPath))
        return try child(key).unbox(type)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { try ifPresent(type, key) }

    private func ifPresent<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T? {
        decoder.log.requested(key.stringValue, as: type, at: KeyLog.path(codingPath))
        guard let value = fields[key.stringValue], value != .null else { return nil }
        return try decoder.child(value, key).unbox(type)
    }

    // The protocol has defaults for these, which would not tell the type.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try ifPresent(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try ifPresent(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try ifPresent(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try ifPresent(type, key) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try child(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try child(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try child(PathKey(stringValue: "super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
}

private struct UnkeyedValues: UnkeyedDecodingContainer {
    let decoder: ValueDecoder
    let elements: [JSONValue]
    private(set) var currentIndex = 0

    init(decoder: ValueDecoder, elements: [JSONValue]) {
        self.decoder = decoder
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func child() throws -> ValueDecoder {
        guard !isAtEnd else { throw decoder.mismatch("an array of more than \(currentIndex) elements") }
        currentIndex += 1
        return decoder.child(elements[currentIndex - 1], PathKey(intValue: currentIndex - 1))
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try child().unbox(type) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try child().container(keyedBy: type) }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try child().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try child() }
}
