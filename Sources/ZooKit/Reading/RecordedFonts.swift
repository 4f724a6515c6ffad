public import Foundations
public import Typesetting

/// Why the fonts that a record names cannot be opened.
public enum DrawingError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The record's fonts were named by path, which no record keeps.
    case namedByPath(origin: String, files: [String])
    /// The stack has other fonts by now; `file` is the first that differs.
    case otherFonts(origin: String, stack: String, file: String)

    /// The kind of failure.
    public var category: ErrorCategory { .missingFonts }

    /// The message: what is wrong, where, and what to do.
    public var description: String {
        let advice = "pass --font for each of its fonts in order, or --fonts to choose a stack"
        return switch self {
        case .namedByPath(let origin, let files):
            "\(origin): was rendered with fonts named by path (\(files.joined(separator: ", "))); \(advice)"
        case .otherFonts(let origin, let stack, let file):
            "\(origin): the fonts of stack \(stack) are not those it records (\(file)); \(advice)"
        }
    }
}

extension FontSet {
    /// The stack that a record of `origin` names, provided that its fonts are the recorded ones. Throws ``DrawingError``,
    /// `TypesettingError`, what `stack` throws.
    public convenience init(
        recorded: [FontDescription], of name: String?, origin: String, allowsOther: Bool,
        stack: (String) throws -> FontStackManifest
    ) throws {
        guard let name, name != "custom" else {
            throw DrawingError.namedByPath(origin: origin, files: recorded.map(\.file))
        }
        try self.init(stack: try stack(name), allowOtherFonts: true)
        let isSame = fonts.elementsEqual(recorded) { $0.sha256 == $1.sha256 && $0.faceIndex == $1.faceIndex }
        guard isSame || allowsOther else {
            let known = Set(fonts.map(\.sha256))
            let other = recorded.first { !known.contains($0.sha256) }?.file ?? "their order"
            throw DrawingError.otherFonts(origin: origin, stack: name, file: other)
        }
    }
}
