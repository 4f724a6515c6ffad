/// A way in which people, or those who hide words, spell otherwise.
public enum NoiseKind: String, Codable, Sendable, CaseIterable {
    /// A letter becomes one of another script that looks alike: `a` the Cyrillic `а`.
    case homoglyph
    /// A letter gets a mark: `e` becomes `ë`.
    case diacritic
    /// Two neighbouring characters of a word change places.
    case swap
    /// A character is left out.
    case drop
    /// A character stands twice.
    case `repeat`
    /// A letter becomes one beside it on an English keyboard.
    case keyboard
    /// A letter becomes a digit or sign that looks alike: `e` becomes `3`.
    case leetspeak
    /// An invisible character follows.
    case zeroWidth = "zero_width"

    /// One line for people.
    public var summary: String {
        switch self {
        case .homoglyph: "letters of other scripts that look alike"
        case .diacritic: "marks on letters"
        case .swap: "neighbours of a word change places"
        case .drop: "characters left out"
        case .repeat: "characters twice"
        case .keyboard: "letters beside the right one on the keyboard"
        case .leetspeak: "digits for letters"
        case .zeroWidth: "invisible characters between letters"
        }
    }
}
