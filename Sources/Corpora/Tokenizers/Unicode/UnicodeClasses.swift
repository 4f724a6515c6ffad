/// The classes of code points that splitters and normalisers ask for.
enum UnicodeClasses {
    static let letter: UInt8 = 1
    static let number: UInt8 = 2
    static let space: UInt8 = 4
    static let mark: UInt8 = 8
    /// What the `Digits` of `tokenizers` splits off; nearly `number`.
    static let digit: UInt8 = 16
    /// What BERT's splitter makes words of their own.
    static let punctuation: UInt8 = 32
    /// What BERT's normaliser removes.
    static let control: UInt8 = 64
    /// What BERT's normaliser removes with the accents.
    static let accent: UInt8 = 128

    static let table = PointTable(changes: changes)
}
