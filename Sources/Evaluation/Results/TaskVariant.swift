import Foundations

/// What a task's examples, or their pictures, go through before they are answered: nothing, noise, or another font stack. Each variant
/// has answers and results of its own.
public struct TaskVariant: Sendable, Equatable {
    /// What is not as it was.
    public enum Change: Sendable, Equatable {
        /// The examples as they are.
        case nothing
        /// Noise on their texts.
        case noise(Noise)
        /// Pictures drawn by another stack.
        case fonts(FontStackRecord)
    }

    /// The name in results and in names of files: `plain`, `homoglyph-0.1`, `font-serif`.
    public let name: String
    /// What is not as it was.
    public let change: Change

    /// The examples as they are.
    public static let plain = TaskVariant(name: "plain", change: .nothing)

    /// Noise; the name holds kind and rate.
    public static func noise(_ noise: Noise) -> TaskVariant {
        TaskVariant(name: "\(noise.kind.rawValue)-\(rateText(noise.rate))", change: .noise(noise))
    }

    /// Pictures drawn by a stack.
    public static func fonts(_ stack: FontStackRecord) -> TaskVariant {
        TaskVariant(name: "font-\(stack.stack)", change: .fonts(stack))
    }

    /// The noise; nil for other variants.
    public var noise: Noise? {
        if case .noise(let noise) = change { return noise }
        return nil
    }

    /// The stack that draws; nil where it is the model's own.
    public var fonts: FontStackRecord? {
        if case .fonts(let stack) = change { return stack }
        return nil
    }

    /// An example as it is answered; its id and what is right stay. O(characters).
    public func callAsFunction(_ example: TaskExample) -> TaskExample { noise?(example) ?? example }

    /// A rate as names and tables tell it: `0.1`, `1`.
    static func rateText(_ rate: Double) -> String {
        rate == rate.rounded() ? "\(Int(saturating: rate))" : "\(rate)"
    }
}

/// The fonts that drew the pictures of a variant.
public struct FontStackRecord: Codable, Sendable, Equatable {
    /// The stack's name.
    public var stack: String
    /// SHA-256 over those of its fonts, in their order.
    public var sha256: String

    /// A record from its parts.
    public init(stack: String, sha256: String) { (self.stack, self.sha256) = (stack, sha256) }
}
