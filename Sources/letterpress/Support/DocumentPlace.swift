import Corpora

extension Document {
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
