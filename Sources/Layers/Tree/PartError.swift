public import Foundations

/// Why a part of a model cannot be exchanged.
public enum PartError: Error, Equatable, CustomStringConvertible, CategorisedError {
    /// There is no part of that path.
    case noPart(path: String, near: [String])
    /// The part at that path cannot be replaced.
    case fixed(path: String)
    /// The new part is of a kind that does not fit there.
    case unfit(path: String, got: String)

    /// The kind of failure.
    public var category: ErrorCategory { .badData }

    /// One sentence with the path.
    public var description: String {
        switch self {
        case .noPart(let path, let near):
            "the model has no part \(path)" + (near.isEmpty ? "" : " (near: \(near.joined(separator: ", ")))")
        case .fixed(let path): "\(path) cannot be replaced; projections and sublayers can"
        case .unfit(let path, let got): "\(path): a \(got) does not fit there"
        }
    }
}
