import Corpora
import Foundation
import TestSupport
import Testing

@Suite struct SentencePieceTests {
    private func training(_ size: Int) -> SentencePieceTraining {
        var training = SentencePieceTraining(vocabularySize: size)
        training.coverage = 1
        return training
    }

    private let lines = (0..<400).map { index in
        Array("word\(index % 7) of the line \(index * 31 % 17), seen \(index % 3) times and again".utf8)
    }

    private func train(_ training: SentencePieceTraining, _ lines: [[UInt8]]) throws -> [UInt8] {
        var rest = lines[...]
        return try training.model { rest.popFirst() }
    }

    @Test func aTrainedModelEncodesAndDecodes() throws {
        for kind in SentencePieceTraining.Kind.allCases {
            var training = training(290)
            training.kind = kind
            let tokenizer = try SentencePieceTokenizer(model: try train(training, lines), addsBegin: true)
            #expect(tokenizer.vocabularySize == 290)
            #expect(tokenizer.special == SpecialTokens(begin: 1, end: 2, unknown: 0))
            let text = "word3 of the line  12, 字\u{1F600} again"
            let ids = tokenizer.encode(text)
            #expect(ids.first == 1 && tokenizer.decode(ids) == text)
            #expect(tokenizer.decode(ids, keepsSpecial: true) == "<s>" + text)
            // Digits stand alone, what has no piece is spelled in bytes.
            #expect(tokenizer.encode("12").suffix(2).map { tokenizer.piece($0) } == [[0x31], [0x32]])
            #expect(tokenizer.encode("字").suffix(3).map { tokenizer.piece($0) } == [[0xE5], [0xAD], [0x97]])
            #expect(tokenizer.id(of: "</s>") == 2 && tokenizer.id(of: "no such piece") == nil)
            #expect(tokenizer.piece(2).isEmpty && tokenizer.piece(2, keepsSpecial: true) == Array("</s>".utf8))
            #expect(tokenizer.isSpecial(1) && !tokenizer.isSpecial(0) && !tokenizer.isSpecial(3))
        }
    }

    @Test func theSameLinesAndSeedGiveTheSameModel() throws {
        var training = training(300)
        #expect(try train(training, lines) == train(training, lines))
        training.lineLimit = 40
        training.coverage = 0.98
        let drawn = try train(training, lines)
        #expect(try train(training, lines) == drawn)
        training.seed = 1
        #expect(try train(training, lines) != drawn)
    }

    @Test func documentsAreTrainedOnLineByLine() throws {
        let folder = try TemporaryFolder()
        let text = lines.map { String(decoding: $0, as: UTF8.self) }
        let half = text.count / 2
        let documents = [text[..<half].joined(separator: "\n\n"), text[half...].joined(separator: "\r\n")]
        let json = try documents.map { String(decoding: try JSONEncoder().encode(["text": $0]), as: UTF8.self) + "\n" }
        let path = try folder.write(json.joined(), to: "a.jsonl")
        let reader = try DocumentReader(inputs: [.path(path)])
        #expect(try training(300).model(of: reader) == train(training(300), lines))
    }

    @Test func whatCannotBeTrainedIsAnError() throws {
        func message(_ settings: SentencePieceTraining, _ lines: [[UInt8]]) -> String {
            let result = Result { try train(settings, lines) }
            return if case .failure(let error) = result { "\(error)" } else { "trained" }
        }
        #expect(message(training(100_000), lines).contains("Vocabulary size too high"))
        #expect(message(training(300), []).hasPrefix("cannot train a tokenizer"))
        #expect(message(training(0), lines).contains("a vocabulary of 1 to"))
        struct Stop: Error {}
        #expect(throws: Stop.self) { try training(300).model { throw Stop() } }
    }

    @Test func brokenModelsAreErrorsThatSayWhere() throws {
        func message(_ bytes: [UInt8]) -> String {
            do { _ = try SentencePieceTokenizer(model: bytes, path: "m") } catch { return "\(error)" }
            return "read"
        }
        #expect(message([]) == "m, byte 0: expected pieces, got none")
        #expect(message([0x0A, 0x05, 0x0A]) == "m, byte 0: expected at most 1 bytes, got a field of 5")
        #expect(message([0x0A, 0x03, 0x0A, 0x01, 0x61]).hasPrefix("m, model: expected a SentencePiece model"))
        #expect(message([0x0A, 0x03, 0x0A, 0x01, 0x00]).contains("a piece without zeros"))
        #expect(message([0x0A, 0x03, 0x0A, 0x01, 0xFF]).contains("expected UTF-8, got byte 255"))
        #expect(message([0x0A, 0x05, 0x15, 0, 0, 0x80, 0x7F]).contains("a finite score"))
        #expect(message([0x0A, 0x02, 0x18, 0x07]).contains("a type of piece, 1 to 6"))
        #expect(message([0x0B]).contains("wire type 3"))
        #expect(message([0xFF]).contains("a number"))
    }
}
