public import Foundations

/// What can go wrong between text and pixels.
public enum TypesettingError: Error, Sendable, Equatable, CustomStringConvertible, CategorisedError {
    /// An option is out of range.
    case invalidOption(key: String, value: String, expected: String)
    /// A font file of the stack is not installed.
    case missingFont(file: String, family: String, package: String)
    /// A font file differs from the one that the stack names.
    case otherFont(path: String, expected: String, got: String, package: String)
    /// A file is no font that FreeType and HarfBuzz can both read.
    case unreadableFont(path: String, faceIndex: Int, reason: String)
    /// A stack without fonts.
    case emptyStack(name: String)
    /// The font has no outline and no bitmap strike to draw at any size.
    case undrawableFont(path: String)
    /// FreeType can neither load nor draw a glyph of a damaged font.
    case refusedGlyph(path: String, faceIndex: Int, glyph: UInt32, code: Int)
    /// A C library refused a call.
    case library(name: String, call: String, code: Int)
    /// The text is no valid UTF-8.
    case invalidUTF8(byteOffset: Int)
    /// No font of the stack draws this character, and the policy is `error`.
    case missingGlyph(scalar: UInt32, script: String, byteOffset: Int)

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .invalidOption: .usage
        case .missingFont, .otherFont, .unreadableFont, .emptyStack, .undrawableFont: .missingFonts
        case .invalidUTF8, .missingGlyph: .badData
        case .refusedGlyph, .library: .inputOutput
        }
    }

    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .invalidOption(let key, let value, let expected):
            "render option \(key): got \(value), expected \(expected)"
        case .missingFont(let file, let family, let package):
            "font file \(file) (\(family)) is not installed; install the Debian package \(package), "
                + "or name fonts by path"
        case .otherFont(let path, let expected, let got, let package):
            "font file \(path) is not the one of the stack: SHA-256 is \(got.prefix(16))..., expected "
                + "\(expected.prefix(16))... (Debian package \(package)); pixels would differ. "
                + "Pass --allow-other-fonts to use it all the same; the output records it"
        case .unreadableFont(let path, let faceIndex, let reason):
            "font \(path), face \(faceIndex): \(reason)"
        case .emptyStack(let name):
            "font stack \(name) names no font; it needs at least one"
        case .undrawableFont(let path):
            "font \(path) holds neither outlines nor bitmap strikes"
        case .refusedGlyph(let path, let faceIndex, let glyph, let code):
            "font \(path), face \(faceIndex): FreeType refuses glyph \(glyph) (error \(code)); the file is damaged, "
                + "install it again or take another font"
        case .library(let name, let call, let code):
            "\(name): \(call) failed with code \(code)"
        case .invalidUTF8(let byteOffset):
            "text is no valid UTF-8 at byte \(byteOffset)"
        case .missingGlyph(let scalar, let script, let byteOffset):
            "no font of the stack draws U+\(String(scalar, radix: 16, uppercase: true)) (script \(script)) at byte "
                + "\(byteOffset); add a font, or choose --unknown box or skip"
        }
    }
}
