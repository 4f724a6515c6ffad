public import Foundations

/// Why nothing is generated.
public enum GenerationError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// A setting out of its range.
    case option(name: String, got: String, wanted: String)
    /// A prompt without a token or a whole patch.
    case emptyPrompt(id: Int)
    /// A prompt of more tokens or patches than the model has positions.
    case longPrompt(id: Int, tokens: Int, positions: Int)
    /// The model lacks a head that is needed.
    case noHead(String)
    /// A picture that is no whole number of patches.
    case picture(width: Int, height: Int, patchSize: Int)
    /// A picture of other channels than the model reads.
    case channels(got: Int, wanted: Int)
    /// A conversation for a tokenizer that lacks its tokens.
    case chat(format: String, lacks: String)
    /// Stop strings are given, but nothing that makes text of tokens.
    case noTokenizer

    /// The kind of failure.
    public var category: ErrorCategory { if case .option = self { .usage } else { .badData } }

    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .option(let name, let got, let wanted): "\(name) is \(got); give \(wanted)"
        case .emptyPrompt(let id):
            "prompt \(id) is empty; give a text, or let the tokenizer put its begin token in front"
        case .longPrompt(let id, let tokens, let positions):
            "prompt \(id) has \(counted(tokens, "token")) or patches, but the model has \(counted(positions, "position")); shorten it"
        case .noHead(let name): "the model has no \(name) head; load one that was trained with it"
        case .picture(let width, let height, let patchSize):
            "the picture has \(width) x \(height) pixels, which are no whole patches of \(patchSize); cut or fill it"
        case .channels(let got, let wanted):
            "the picture has \(counted(got, "channel")), but the model reads \(wanted); convert it"
        case .chat(let format, let lacks):
            "the tokenizer has no \(lacks), which the conversation format \(format) needs; write the prompt out instead"
        case .noTokenizer: "stop strings need a tokenizer; give the generator one"
        }
    }
}
