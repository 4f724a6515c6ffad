/// One document as a layout sees it: UTF-8 text, two texts, or words.
public enum TextInput: Sendable, Equatable {
    /// One text.
    case single([UInt8])
    /// Two texts, drawn with a black patch between them.
    case pair([UInt8], [UInt8])
    /// Words, each of which starts a patch.
    case words([[UInt8]])

    /// Bytes of text.
    public var byteCount: Int {
        switch self {
        case .single(let text): text.count
        case .pair(let first, let second): first.count + second.count
        case .words(let words): words.reduce(0) { $0 + $1.count }
        }
    }

    var kind: String {
        switch self {
        case .single: "one text"
        case .pair: "a pair of texts"
        case .words: "a list of words"
        }
    }
}
