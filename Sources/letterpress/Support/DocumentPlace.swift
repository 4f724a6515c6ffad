import Corpora
import Foundations

extension Document {
    /// Where it was read, and the fields that are passed through: the keys `source` and `fields` of a line of results.
    var sourceFields: [String: JSONValue] {
        var source: [String: JSONValue] = ["path": .string(origin.path)]
        source["line"] = origin.line.map { .integer($0) }
        source["entry"] = origin.entry.map { .string($0) }
        var keys: [String: JSONValue] = ["source": .object(source)]
        if !fields.isEmpty { keys["fields"] = .object(fields) }
        return keys
    }

    /// Its place, "path:line" or the path alone.
    var place: String { origin.path + (origin.line.map { ":\($0)" } ?? "") }

    /// Runs `body`; a failure of it that has a kind is thrown with the document's place before its message.
    func placing<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch {
            guard let failure = CommandFailure(error) else { throw error }
            throw CommandFailure(failure.category, "\(place): \(failure.description)")
        }
    }
}
