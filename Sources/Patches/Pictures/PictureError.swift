public import Foundations

/// What can go wrong between pixels and PNG bytes.
public enum PictureError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The bytes are no PNG that can be read.
    case malformed(reason: String)
    /// The picture is larger than the caller allows.
    case tooLarge(width: Int, height: Int, limit: Int)
    /// The picture could not be encoded.
    case cannotEncode(width: Int, height: Int, reason: String)

    /// The kind of failure.
    public var category: ErrorCategory { .badData }

    /// What happened.
    public var description: String {
        switch self {
        case .malformed(let reason): "not a readable PNG picture: \(reason)"
        case .tooLarge(let width, let height, let limit):
            "a PNG picture of \(width) x \(height) pixels is above the limit of \(limit) bytes"
        case .cannotEncode(let width, let height, let reason):
            "cannot write a PNG picture of \(width) x \(height) pixels: \(reason)"
        }
    }
}
