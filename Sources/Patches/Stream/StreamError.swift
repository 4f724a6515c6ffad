public import Foundations

/// What can go wrong while a stream renders.
public enum StreamError: Error, Sendable, CustomStringConvertible, CategorisedError {
    /// A document could not be parsed or rendered.
    case document(index: Int, origin: StreamOrigin, underlying: any Error)
    /// The cursor was taken from a stream with other options or fonts. Digests of both.
    case foreignCursor(expected: String, got: String)
    /// The source has no such position.
    case noSuchPosition(String)

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .document(_, _, let underlying): (underlying as? any CategorisedError)?.category ?? .badData
        case .foreignCursor, .noSuchPosition: .usage
        }
    }

    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .document(let index, let origin, let underlying):
            "document \(index) (\(origin)): \(underlying)"
        case .foreignCursor(let expected, let got):
            "the cursor belongs to a stream with other options or fonts (\(got.prefix(12)), this one is "
                + "\(expected.prefix(12))); resume with the options it was saved under, or start anew"
        case .noSuchPosition(let position):
            "the source has no position \(position); resume with the input that the cursor was saved under"
        }
    }
}
