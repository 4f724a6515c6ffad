/// A prompt and how it is continued.
public struct GenerationRequest: Sendable {
    /// Its name: random numbers depend on it and on the seed, never on the batch.
    public var id: Int
    /// Tokens, at least one.
    public var prompt: [Int32]
    /// How many continuations; the prompt is read once for all.
    public var samples: Int
    /// How tokens are chosen.
    public var options: SamplingOptions

    /// A request for one continuation unless said otherwise.
    public init(id: Int, prompt: [Int32], samples: Int = 1, options: SamplingOptions = SamplingOptions()) {
        self.id = id
        self.prompt = prompt
        self.samples = samples
        self.options = options
    }
}

/// What came after a prompt.
public struct Generation: Sendable, Equatable {
    /// Why a text ended.
    public enum Reason: String, Sendable, Codable {
        /// A token that ends texts; it is the last of the tokens.
        case end
        /// A stop string.
        case stop
        /// As many tokens as were wanted.
        case length
        /// The model has no further positions.
        case positions
    }

    /// A token as the model saw it.
    public struct Step: Sendable, Equatable {
        /// The logarithm of its probability before temperature, penalties and cuts.
        public let logProbability: Double
        /// How many tokens were likelier.
        public let rank: Int
    }

    /// The request's name.
    public let id: Int
    /// Which of its continuations, from 0 on.
    public let sample: Int
    /// The new tokens, an end token included.
    public var tokens: [Int32] = []
    /// Their text without special tokens, up to a stop string; nil without a tokenizer.
    public var text: String?
    /// Why it ended.
    public var reason = Reason.length
    /// One entry a token; nil unless wanted.
    public var steps: [Step]?

    init(id: Int, sample: Int) {
        self.id = id
        self.sample = sample
    }
}

/// A token has been chosen.
public struct GenerationEvent: Sendable {
    /// The request's name.
    public let id: Int
    /// Which of its continuations.
    public let sample: Int
    /// The token.
    public let token: Int32
    /// The text that has become certain with it: whole characters, and no beginning of a stop string.
    public let text: String
    /// Why the text ends here; nil where it goes on.
    public let reason: Generation.Reason?
}
