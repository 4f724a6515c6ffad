import Foundations
import Yams

/// YAML as the JSON value it stands for.
enum YAMLFile {
    /// The value of a file: mappings with text keys, sequences, text, numbers, booleans, null; an empty file is an empty object.
    ///
    /// Throws a failure with path and line for broken YAML, a repeated key, and what JSON cannot hold.
    static func value(_ bytes: [UInt8], path: String) throws -> JSONValue {
        let node: Node?
        do { node = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)) } catch {
            // The parser's message spans lines and begins with the place.
            let lines = "\(error)".split(separator: "\n")
            throw CommandFailure(.badData, "\(path): " + lines.joined(separator: " ").prefix(200))
        }
        guard let node else { return .object([:]) }
        return try value(of: node, path)
    }

    private static func value(of node: Node, _ path: String) throws -> JSONValue {
        func failure(_ reason: String) -> CommandFailure {
            CommandFailure(.badData, path + (node.mark.map { ":\($0.line)" } ?? "") + ": \(reason)")
        }
        switch node {
        case .mapping(let mapping):
            var fields: [String: JSONValue] = [:]
            for (key, value) in mapping {
                guard let name = key.scalar?.string else { throw failure("a key that is no text") }
                fields[name] = try Self.value(of: value, path)
            }
            return .object(fields)
        case .sequence(let sequence): return .array(try sequence.map { try value(of: $0, path) })
        case .scalar(let scalar):
            if scalar.style != .plain, scalar.style != .any { return .string(scalar.string) }
            switch node.any {
            case let value as Bool: return .bool(value)
            case let value as Int: return .integer(value)
            case let value as Double where value.isFinite: return .number(value)
            case let value as String: return .string(value)
            default:
                if node.null != nil { return .null }
                throw failure("'\(scalar.string)' is no value that JSON has; put it in quotes if it is text")
            }
        case .alias: throw failure("an alias; write its value out")
        }
    }
}
