public import Corpora

/// How the turns of a conversation are written for a model, by name. No template language is read.
public enum ChatFormat: String, Sendable, CaseIterable, Codable {
    /// `<|im_start|>role`, the text, `<|im_end|>`.
    case chatml
    /// ChatML with the system turn that SmolLM2's instruction models were trained with, where the conversation has none of its own.
    case smollm2

    /// A turn.
    public struct Message: Sendable, Equatable, Codable {
        /// Who speaks: `system`, `user` or `assistant`.
        public var role: String
        /// What is said.
        public var content: String

        /// A turn.
        public init(role: String, content: String) {
            self.role = role
            self.content = content
        }
    }

    /// Tokens of a conversation up to where the model's own turn begins. What people say is text to the letter: a token that they
    /// write out ends no turn. Throws: `GenerationError.chat` where the vocabulary lacks what parts the turns.
    public func prompt(_ messages: [Message], _ tokenizer: any Tokenizer) throws(GenerationError) -> [Int32] {
        guard let start = tokenizer.id(of: "<|im_start|>"), let end = tokenizer.id(of: "<|im_end|>") else {
            throw .chat(format: rawValue, lacks: "<|im_start|> and <|im_end|>")
        }
        var turns = messages
        if self == .smollm2, messages.first?.role != "system" {
            let text = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
            turns.insert(Message(role: "system", content: text), at: 0)
        }
        let literal = EncodeOptions(addsSpecial: false, parsesSpecial: false)
        var ids: [Int32] = []
        for turn in turns {
            ids += [start] + tokenizer.encode("\(turn.role)\n\(turn.content)", literal) + [end]
            ids += tokenizer.encode("\n", literal)
        }
        return ids + [start] + tokenizer.encode("assistant\n", literal)
    }
}
