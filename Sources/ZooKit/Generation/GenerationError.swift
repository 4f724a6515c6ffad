/// Why nothing is generated.
public enum GenerationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A setting out of its range.
    case option(name: String, got: String, wanted: String)
    /// A prompt without a token.
    case emptyPrompt(id: Int)
    /// A prompt of more tokens than the model has positions.
    case longPrompt(id: Int, tokens: Int, positions: Int)
    /// The model lacks a head that is needed.
    case noHead(String)
    /// A conversation for a tokenizer that lacks its tokens.
    case chat(format: String, lacks: String)
    /// Stop strings are given, but nothing that makes text of tokens.
    case noTokenizer

    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .option(let name, let got, let wanted): "\(name) is \(got); give \(wanted)"
        case .emptyPrompt(let id):
            "prompt \(id) holds no token; give a text, or let the tokenizer put its begin token in front"
        case .longPrompt(let id, let tokens, let positions):
            "prompt \(id) has \(tokens) tokens, but the model has \(positions) positions; shorten it"
        case .noHead(let name): "the model has no \(name) head; load one that was trained with it"
        case .chat(let format, let lacks):
            "the tokenizer has no \(lacks), which the conversation format \(format) needs; write the prompt out instead"
        case .noTokenizer: "stop strings need a tokenizer; give the generator one"
        }
    }
}
