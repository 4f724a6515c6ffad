import Foundation
import TestSupport
import Testing

@Suite struct ConvertCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func fixture(_ name: String) -> String { "\(Repository.root)/Tests/ZooKitTests/Fixtures/\(name)" }

    @Test func aFileBecomesAFolderAndTheFolderAnother() throws {
        let first = try letterpress("convert", fixture("tied.gguf"), "--to", folder.file("a"))
        #expect(first.status == 0 && first.text == "")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("a")).sorted()
        #expect(
            names == [
                "checkpoint.json", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
                "tokenizer_config.json",
            ])
        let second = try letterpress("convert", folder.file("a"), "--to", folder.file("b"), "--type", "bf16")
        #expect(second.status == 0)
        #expect(try folder.read("b/tokenizer.json") == folder.read("a/tokenizer.json"))
        let (wide, narrow) = (try folder.read("a/model.safetensors"), try folder.read("b/model.safetensors"))
        #expect(narrow.count < wide.count * 11 / 20)
        let bare = try letterpress("convert", fixture("tied.gguf"), "--to", folder.file("c"), "--without-tokenizer")
        #expect(bare.status == 0 && !FileManager.default.fileExists(atPath: folder.file("c/tokenizer.json")))
    }

    @Test func failuresHaveTheirCodes() throws {
        #expect(try letterpress("convert", folder.file("x.gguf"), "--to", folder.file("a")).status == 66)
        try folder.write("GGUF", to: "x.gguf")
        let broken = try letterpress("convert", folder.file("x.gguf"), "--to", folder.file("a"))
        #expect(broken.status == 65 && broken.errorText.contains("byte 4"))
        try folder.write("{\"model_type\": \"bert\"}", to: "bert/config.json")
        let bert = try letterpress("convert", folder.file("bert"), "--to", folder.file("a"))
        #expect(bert.status == 65 && bert.errorText.contains("model_type") && bert.errorText.contains("BERT"))
        let taken = try letterpress("convert", fixture("tied.gguf"), "--to", folder.file("bert"))
        #expect(taken.status == 73)
        #expect(try letterpress("convert", fixture("tied.gguf"), "--to", "a", "--type", "f8").status == 64)
        #expect(!FileManager.default.fileExists(atPath: folder.file("a")))
    }
}
