import Corpora
import Foundation
import TestSupport
import Testing

/// Ids and texts are those of the Python packages.
@Suite struct TokenizerExactnessTests {
    @Test(arguments: TokenizerFixture.all)
    func idsAreThoseOfThePythonPackage(name: String) throws {
        let tokenizer = try TokenizerFixture.load(name)
        let cases = try TokenizerFixture.cases(name)
        #expect(cases.count > 100)
        // The second time words come from the cache.
        for _ in 0..<2 {
            for item in cases {
                #expect(tokenizer.encode(item.text) == item.ids, "\(item.text.debugDescription)")
                #expect(tokenizer.encode(item.text, EncodeOptions(addsSpecial: false)) == item.plain)
                #expect(tokenizer.encode(item.text, EncodeOptions(parsesSpecial: false)) == item.literal)
            }
        }
    }

    @Test(arguments: TokenizerFixture.all)
    func textsAreThoseOfThePythonPackage(name: String) throws {
        let tokenizer = try TokenizerFixture.load(name)
        for item in try TokenizerFixture.cases(name) {
            let decoded = tokenizer.decode(item.ids)
            #expect(decoded.isSpelled(as: item.decoded), "\(decoded) for \(item.decoded)")
            guard !(tokenizer is SentencePieceTokenizer) else { continue }
            let kept = tokenizer.decode(item.ids, keepsSpecial: true)
            #expect(kept.isSpelled(as: item.kept), "\(kept) for \(item.kept)")
        }
    }

    @Test(arguments: TokenizerFixture.all)
    func idsAreInRangeAndBytesAreTakenToo(name: String) throws {
        let tokenizer = try TokenizerFixture.load(name)
        for item in try TokenizerFixture.cases(name) {
            #expect(item.ids.allSatisfy { (0..<Int32(tokenizer.vocabularySize)).contains($0) })
            #expect(tokenizer.encode(bytes: Array(item.text.utf8)) == item.ids)
        }
        #expect(tokenizer.encode(bytes: [0x61, 0xFF, 0x62]) == tokenizer.encode("a\u{FFFD}b"))
        #expect(tokenizer.decode([-1, Int32.max, Int32(tokenizer.vocabularySize)]).isEmpty)
        #expect(tokenizer.piece(-1).isEmpty && tokenizer.piece(Int32.max, keepsSpecial: true).isEmpty)
        #expect(!tokenizer.isSpecial(-1) && !tokenizer.isSpecial(Int32.max))
    }

    @Test func aListOfPiecesIsTheSameTokenizer() throws {
        let folder = try TemporaryFolder()
        for file in ["vocab.txt", "tokenizer_config.json"] {
            try folder.write(try TokenizerFixture.bytes("wordpiece/\(file)"), to: file)
        }
        let tokenizer = try TokenizerFolder.load(folder.path)
        for item in try TokenizerFixture.cases("wordpiece") {
            #expect(tokenizer.encode(item.text) == item.ids)
            #expect(tokenizer.decode(item.ids).isSpelled(as: item.decoded))
        }
        #expect(tokenizer.special.mask == tokenizer.id(of: "[MASK]") && tokenizer.special.pad == 0)
    }

    @Test func textsAreEncodedOnSeveralThreadsAtOnce() throws {
        let tokenizer = try TokenizerFixture.load("qwen2")
        let cases = try TokenizerFixture.cases("qwen2")
        let wrong = try Waiting.results(of: 8) { worker in
            cases.indices.filter {
                tokenizer.encode(cases[($0 + worker) % cases.count].text) != cases[($0 + worker) % cases.count].ids
            }
            .count
        }
        #expect(wrong == Array(repeating: 0, count: 8))
    }

    @Test func negativeIdsAreNone() throws {
        let folder = try TemporaryFolder()
        try folder.write(try TokenizerFixture.bytes("gpt2/tokenizer.json"), to: "tokenizer.json")
        try folder.write(
            Array(#"{"bos_token_id": -1, "pad_token_id": -1, "eos_token_id": [-1, 5, -2147483649]}"#.utf8),
            to: "config.json")
        let special = try TokenizerFolder.load(folder.path).special
        #expect(special.begin == nil && special.pad == nil && special.end == 5 && special.ends == [5])
        for wrong in ["4294967296", "1.5", "\"1\""] {
            try folder.write(Array("{\"pad_token_id\": \(wrong)}".utf8), to: "config.json")
            #expect { try TokenizerFolder.load(folder.path) } throws: { "\($0)".contains("pad_token_id") }
        }
    }

    @Test func specialTokensComeFromTheFilesBeside() throws {
        let llama = try TokenizerFixture.load("llama3").special
        #expect(llama.begin == 420 && llama.end == 422 && llama.ends == [422, 421])
        let odd = try TokenizerFixture.load("odd").special
        #expect(odd.unknown == 0 && odd.mask != nil && odd.end == nil && odd.ends.isEmpty)
        let pieces = try TokenizerFixture.load("sentencepiece").special
        #expect(pieces.unknown == 0 && pieces.begin == 1 && pieces.end == 2 && pieces.pad == nil)
    }
}

/// Runs closures on threads and waits for them.
enum Waiting {
    static func results(of count: Int, _ body: @escaping @Sendable (Int) throws -> Int) throws -> [Int] {
        let lock = NSLock()
        nonisolated(unsafe) var results: [Int: Result<Int, any Error>] = [:]
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let result = Result { try body(index) }
            lock.withLock { results[index] = result }
        }
        return try (0..<count).map { try results[$0]?.get() ?? -1 }
    }
}
