/// What can go wrong between pixels and PNG bytes.
public enum PictureError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are no PNG that can be read.
    case malformed(reason: String)
    /// The picture is larger than the caller allows.
    case tooLarge(width: Int, height: Int, limit: Int)
    /// The picture could not be encoded.
    case cannotEncode(width: Int, height: Int, reason: String)

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
