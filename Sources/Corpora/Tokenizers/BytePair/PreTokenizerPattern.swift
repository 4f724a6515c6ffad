/// How a byte-level tokenizer cuts text into words, within which it merges. Each is written out by hand, without regular
/// expressions (`WordSplitter`).
public enum PreTokenizerPattern: String, Sendable, CaseIterable {
    /// The text is one word.
    case whole
    /// GPT-2: words, numbers and signs, each with a space before it.
    case gpt2
    /// As GPT-2, with each digit alone.
    case smollm
    /// Llama 3: letters with any sign before them, numbers of at most three digits, line breaks apart.
    case llama3
    /// Qwen 2 and 3: as Llama 3, with each digit alone.
    case qwen2
    /// Qwen 3.5: as Qwen 2, with marks as part of words.
    case qwen35

    /// The regular expression of the published tokenizer; `nil` where there is none.
    public var expression: String? {
        let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
        let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
        let signs = #" ?[^\s\p{L}\p{N}]+[\r\n]*"#
        return switch self {
        case .whole: nil
        case .gpt2, .smollm:
            #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
        case .llama3: #"\#(contractions)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|\#(signs)|\#(spaces)"#
        case .qwen2: #"\#(contractions)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|\#(signs)|\#(spaces)"#
        case .qwen35:
            #"\#(contractions)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\#(spaces)"#
        }
    }

    /// The pattern of a GGUF file's `tokenizer.ggml.pre`. Throws `unknownKind` with the names that are known.
    public init(ggufName name: String, path: String) throws(TokenizerError) {
        let names: [(String, PreTokenizerPattern)] = [
            ("gpt-2", .gpt2), ("smollm", .smollm), ("llama-bpe", .llama3), ("llama3", .llama3), ("llama-v3", .llama3),
            ("qwen2", .qwen2), ("qwen35", .qwen35),
        ]
        guard let found = names.first(where: { $0.0 == name }) else {
            throw .unknownKind(path: path, key: "tokenizer.ggml.pre", got: name, known: names.map(\.0))
        }
        self = found.1
    }
}
