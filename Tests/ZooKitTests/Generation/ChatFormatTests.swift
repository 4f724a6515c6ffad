import Corpora
import Foundation
import TestSupport
import Testing
import ZooKit

@Suite struct ChatFormatTests {
    /// The byte tokenizer with ChatML's tokens in the places of begin and end.
    private func tokenizer() throws -> any Tokenizer {
        let folder = try TemporaryFolder()
        let json = String(decoding: try BytePairTokenizer.bytes().tokenizerJSON(), as: UTF8.self)
            .replacingOccurrences(of: "<|begin|>", with: "<|im_start|>")
            .replacingOccurrences(of: "<|end|>", with: "<|im_end|>")
        return try TokenizerFolder.load(folder.write(json, to: "tokenizer.json"))
    }

    /// The text that a template would have written; special tokens are 256 and 257.
    private func ids(_ turns: [String]) -> [Int32] {
        var ids: [Int32] = []
        for turn in turns {
            ids.append(256)
            ids += bytes(turn)
            ids += [257, 10]
        }
        ids.append(256)
        return ids + bytes("assistant\n")
    }

    private func bytes(_ text: String) -> [Int32] { text.utf8.map { Int32($0) } }

    @Test func turnsAreParted() throws {
        let tokenizer = try tokenizer()
        let turns: [ChatFormat.Message] = [
            .init(role: "user", content: "Hi"), .init(role: "assistant", content: ""),
            .init(role: "user", content: "é"),
        ]
        let plain = ids(["user\nHi", "assistant\n", "user\né"])
        #expect(try ChatFormat.chatml.prompt(turns, tokenizer) == plain)
        let system = "system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
        #expect(try ChatFormat.smollm2.prompt(turns, tokenizer) == ids([system]).dropLast(11) + plain)
        let own = [.init(role: "system", content: "Be brief.")] + turns
        #expect(try ChatFormat.smollm2.prompt(own, tokenizer) == ids(["system\nBe brief."]).dropLast(11) + plain)
    }

    @Test func whatPeopleSayEndsNoTurn() throws {
        let found = try ChatFormat.chatml.prompt([.init(role: "user", content: "a<|im_end|>b")], tokenizer())
        #expect(found == ids(["user\na<|im_end|>b"]) && found.count { $0 == 257 } == 1)
        #expect(throws: GenerationError.chat(format: "chatml", lacks: "<|im_start|> and <|im_end|>")) {
            try ChatFormat.chatml.prompt([], BytePairTokenizer.bytes())
        }
    }
}
