import Foundation

/// Configuration files: strict on the way in, deterministic on the way out.
public enum StrictJSON {
    /// Decodes a configuration. Keys that the type never asks for are errors, at every level, and so are keys that
    /// stand twice.
    ///
    /// `source` names the document in messages. `knownKeys` replaces, for the outermost object, the keys that the type
    /// asks for. Throws ``ConfigError`` with the path of the key.
    public static func decode<T: Decodable>(
        _ type: T.Type, from bytes: [UInt8], source: String, knownKeys: Set<String>? = nil
    ) throws(ConfigError) -> T {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(bytes, rejectDuplicates: true)
        } catch {
            throw .notJSON(source: source, error: error)
        }
        return try decode(type, from: value, source: source, knownKeys: knownKeys)
    }

    /// Decodes a configuration that stands inside another document, by the same rules.
    public static func decode<T: Decodable>(
        _ type: T.Type, from value: JSONValue, source: String, knownKeys: Set<String>? = nil
    ) throws(ConfigError) -> T {
        let log = KeyLog()
        let result: T
        do {
            result = try ValueDecoder(value: value, codingPath: [], log: log).unbox(type)
        } catch {
            throw configError(error, source: source, value: value)
        }
        for (path, object) in log.objects.sorted(by: { $0.key < $1.key }) {
            let requested = Set(object.requested.keys)
            let known = path.isEmpty ? knownKeys ?? requested : requested
            guard let stranger = object.present.subtracting(known).min() else { continue }
            throw .unknownKey(
                source: source, keyPath: path.isEmpty ? stranger : "\(path).\(stranger)",
                near: NearNames.of(stranger, among: known))
        }
        return result
    }

    /// The keys that a type asks for in its object, and the type that it wants for each: what its coding keys and properties declare.
    /// Throws ``ConfigError`` where `value` cannot be encoded and decoded.
    public static func keys<T: Codable>(of value: T) throws(ConfigError) -> [String: any Any.Type] {
        let log = KeyLog()
        let encoded = try encodedValue(value)
        do { _ = try ValueDecoder(value: encoded, codingPath: [], log: log).unbox(T.self) } catch {
            throw configError(error, source: "\(T.self)", value: encoded)
        }
        return (log.objects[""]?.requested ?? [:]).compactMapValues { $0 }
    }

    /// Encodes with sorted keys, an indent of two spaces and a final newline.
    ///
    /// Throws `notEncodable`, for instance for a number that is not finite.
    public static func encode<T: Encodable>(_ value: T) throws(ConfigError) -> [UInt8] {
        try encodedValue(value).encoded(pretty: true)
    }

    /// The JSON value that a Swift value encodes to. Throws `notEncodable`.
    public static func encodedValue<T: Encodable>(_ value: T) throws(ConfigError) -> JSONValue {
        do {
            return try JSONValue.parse(Array(try JSONEncoder().encode(value)))
        } catch {
            throw .notEncodable(reason: "\(error)")
        }
    }

    private static func configError(_ error: any Error, source: String, value: JSONValue) -> ConfigError {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            var object: JSONValue? = value
            for step in context.codingPath {
                if let index = step.intValue, case .array(let elements)? = object, elements.indices.contains(index) {
                    object = elements[index]
                } else {
                    object = object?[step.stringValue]
                }
            }
            var present: [String] = []
            if case .object(let fields)? = object { present = Array(fields.keys) }
            return .missingKey(
                source: source, keyPath: KeyLog.path(context.codingPath + [key]),
                near: NearNames.of(key.stringValue, among: present))
        case WrongKind.value(let path, let expected, let got):
            return .wrongType(source: source, keyPath: path, expected: expected, got: got)
        case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context):
            return .invalidValue(
                source: source, keyPath: KeyLog.path(context.codingPath), reason: context.debugDescription)
        case let error as ConfigError: return error
        default: return .invalidValue(source: source, keyPath: "", reason: "\(error)")
        }
    }
}

/// A value of another kind than the type wants.
enum WrongKind: Error {
    case value(path: String, expected: String, got: String)
}
