public import Foundations

/// What can go wrong between a text and its patch sequences.
public enum LayoutError: Error, Sendable, Equatable, CustomStringConvertible, CategorisedError {
    /// An option is out of range or contradicts another.
    case invalidOption(key: String, value: String, expected: String)
    /// The input has another shape than the layout wants.
    case inputMismatch(layout: String, input: String)
    /// The text does not fit and the overflow policy is `error`. Widths in pixels, padding included.
    case tooWide(segment: Int, width: Int, available: Int, maxPatches: Int)
    /// Text A, its separator and the stride leave no patch for text B. Counts in patches.
    case noRoom(textA: Int, stride: Int, maxPatches: Int)
    /// The strategy `mono` with a font whose letters differ in width. Widths in pixels.
    case notMonospaced(narrow: Int, wide: Int)

    /// The kind of failure.
    public var category: ErrorCategory { if case .invalidOption = self { .usage } else { .badData } }

    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .invalidOption(let key, let value, let expected):
            "layout option \(key): got \(value), expected \(expected)"
        case .inputMismatch(let layout, let input):
            "layout \(layout) cannot show \(input); choose another layout, or name the text fields of the input"
        case .tooWide(let segment, let width, let available, let maxPatches):
            "segment \(segment) is \(width) px wide, \(available) px are available in \(counted(maxPatches, "patch")); raise "
                + "max_patches, or choose overflow truncate or split"
        case .noRoom(let textA, let stride, let maxPatches):
            "text A takes \(counted(textA, "patch")) with its separator and the stride is \(stride), which leaves none of "
                + "\(counted(maxPatches, "patch")) for new text of B; lower stride or text_a_max_patches, or raise max_patches"
        case .notMonospaced(let narrow, let wide):
            "strategy mono needs a monospaced font: 'i' is \(narrow) px wide and 'W' \(wide) px; choose such a stack"
        }
    }
}
