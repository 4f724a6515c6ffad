import Corpora
import Foundation
import TestSupport

/// `Fixtures/tokenizers`: small tokenizers, with what the Python packages make of some texts.
enum TokenizerFixture {
    /// A text, its ids and what they decode to.
    struct Case: Decodable {
        let text: String
        /// With what is added around a text.
        let ids: [Int32]
        let plain: [Int32]
        /// With special tokens as text.
        let literal: [Int32]
        let decoded: String
        /// Decoded with special tokens.
        let kept: String
    }

    static let byteLevel = ["gpt2", "smollm", "llama3", "qwen2", "qwen35", "odd"]
    static let all = byteLevel + ["wordpiece", "sentencepiece", "unigram"]

    static func folder(_ name: String) -> String { "\(Repository.root)/Tests/CorporaTests/Fixtures/tokenizers/\(name)" }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder(path))))
    }

    static func cases(_ name: String) throws -> [Case] {
        try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder(name))/cases.json")))
    }

    static func load(_ name: String) throws -> any Tokenizer { try TokenizerFolder.load(folder(name)) }
}

extension String {
    /// Whether the same bytes spell both, not only the same characters.
    func isSpelled(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
