/// A token that is looked for in the text before anything else, written out as `content`.
public struct AddedToken: Sendable, Equatable {
    /// Its id.
    public var id: Int32
    /// Its text.
    public var content: [UInt8]
    /// Whether decoding leaves it out and ``EncodeOptions/parsesSpecial`` governs it.
    public var isSpecial: Bool
    /// White space before it belongs to it.
    public var stripsLeft: Bool
    /// White space behind it belongs to it.
    public var stripsRight: Bool
    /// It is looked for in the normalised text instead of the text as it is.
    public var isNormalised: Bool

    /// A token of this text.
    public init(
        id: Int32, content: [UInt8], isSpecial: Bool = true, stripsLeft: Bool = false, stripsRight: Bool = false,
        isNormalised: Bool = false
    ) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isNormalised = isNormalised
    }
}
