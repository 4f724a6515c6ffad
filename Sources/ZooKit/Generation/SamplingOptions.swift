/// How tokens are chosen and when a text ends. Names and meanings are those of `transformers`' generation configuration, and so is
/// the order: repetition penalty, least length, temperature, top-k, top-p, min-p.
public struct SamplingOptions: Sendable, Equatable {
    /// What logits are divided by; 0 takes the likeliest token.
    public var temperature = 0.0
    /// How many of the likeliest tokens may be drawn; 0 for all.
    public var topK = 0
    /// The likeliest tokens that have this probability together may be drawn; 1 for all.
    public var topP = 1.0
    /// Tokens of less than this share of the likeliest one's probability are not drawn; 0 for all.
    public var minP = 0.0
    /// Logits of tokens that prompt and text have already are divided by it where positive, else multiplied; 1 for none.
    public var repetitionPenalty = 1.0
    /// No end before so many tokens; stop strings are not affected.
    public var minNewTokens = 0
    /// The text is cut after so many tokens.
    public var maxNewTokens = 64
    /// Names all random numbers; two rows draw differently under one seed.
    public var seed: UInt64 = 0
    /// Texts that end the text; they are no part of it.
    public var stop: [String] = []

    /// The likeliest tokens, 64 of them.
    public init() {}

    /// Whether the likeliest token is taken.
    public var isGreedy: Bool { temperature == 0 }

    /// Throws `GenerationError.option` for a value that makes no sense.
    public func check() throws(GenerationError) {
        func check(_ condition: Bool, _ name: String, _ value: some Any, _ wanted: String) throws(GenerationError) {
            if !condition { throw .option(name: name, got: "\(value)", wanted: wanted) }
        }
        try check(temperature >= 0 && temperature.isFinite, "temperature", temperature, "0 or more")
        try check(topK >= 0, "top_k", topK, "0 (all) or more")
        try check(topP > 0 && topP <= 1, "top_p", topP, "more than 0 and at most 1")
        try check(minP >= 0 && minP <= 1, "min_p", minP, "0 to 1")
        try check(
            repetitionPenalty > 0 && repetitionPenalty.isFinite, "repetition_penalty", repetitionPenalty, "more than 0")
        try check(maxNewTokens >= 0, "max_new_tokens", maxNewTokens, "0 or more")
        try check(minNewTokens >= 0, "min_new_tokens", minNewTokens, "0 or more")
        try check(!stop.contains(""), "stop", stop, "texts of at least one character")
    }
}

extension SamplingOptions: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case temperature, seed, stop
        case topK = "top_k"
        case topP = "top_p"
        case minP = "min_p"
        case repetitionPenalty = "repetition_penalty"
        case minNewTokens = "min_new_tokens"
        case maxNewTokens = "max_new_tokens"
    }

    /// Decodes the JSON form; a key that is absent keeps its default.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
            value = try values.decodeIfPresent(Value.self, forKey: key) ?? value
        }
        try read(.temperature, &temperature)
        try read(.topK, &topK)
        try read(.topP, &topP)
        try read(.minP, &minP)
        try read(.repetitionPenalty, &repetitionPenalty)
        try read(.minNewTokens, &minNewTokens)
        try read(.maxNewTokens, &maxNewTokens)
        try read(.seed, &seed)
        try read(.stop, &stop)
    }
}
