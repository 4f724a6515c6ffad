import Foundation
import Foundations
import Layers
import TestSupport
import Testing
import ZooKit

@Suite struct PresetTests {
    static let folder = Repository.root + "/models"
    static let names = (try? ModelPresets.list(in: folder)) ?? []

    @Test func everyMethodHasEverySize() throws {
        let methods = ["textgpt", "pixelgpt", "monogpt", "dualgpt"]
        let expected = methods.flatMap { method in
            ["tiny", "small", "base", "official"].map { "\(method)/\($0)" }
        }
        #expect(Set(Self.names).isSuperset(of: expected))
        #expect(Self.names == Self.names.sorted())
    }

    @Test(arguments: names) func everyPresetIsReadAndWritten(_ name: String) throws {
        let config = try ModelPresets.config(name, in: Self.folder)
        #expect((config.modelType == .llama) == name.hasPrefix("textgpt/"))
        let bytes = try StrictJSON.encode(config)
        #expect(try StrictJSON.decode(DecoderConfig.self, from: bytes, source: name) == config)
        // Nothing in the file was read as something else: what it says is what is written.
        let path = "\(Self.folder)/\(name).json"
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard case .object(let file) = try JSONValue.parse([UInt8](data)),
            case .object(let written) = try JSONValue.parse(bytes)
        else { return #expect(Bool(false), "\(name) is no object") }
        for (key, value) in file
        where value != .null && (key != "attention_dropout" || Self.number(value) != .integer(0)) {
            #expect(Self.number(written[key]) == Self.number(value), "\(key)")
        }
        // From the path, and from a folder that holds it as config.json, the same comes.
        #expect(try ModelPresets.config(path, in: "nowhere") == config)
        let folder = try TemporaryFolder()
        try data.write(to: URL(fileURLWithPath: folder.path + "/config.json"))
        #expect(try ModelPresets.config(folder.path, in: "nowhere") == config)
    }

    /// 10000 and 10000.0 are the same number.
    private static func number(_ value: JSONValue?) -> JSONValue? {
        guard case .number(let double)? = value, let integer = Int(exactly: double) else { return value }
        return .integer(integer)
    }

    @Test func sizesOfAMethodAreThoseOfAllMethods() throws {
        for size in ["tiny", "small", "base", "official"] {
            let text = try ModelPresets.config("textgpt/\(size)", in: Self.folder)
            for method in ["pixelgpt", "monogpt", "dualgpt"] {
                let other = try ModelPresets.config("\(method)/\(size)", in: Self.folder)
                #expect(other.width == text.width && other.layerCount == text.layerCount, "\(method)/\(size)")
                #expect(other.innerWidth == text.innerWidth && other.heads == text.heads, "\(method)/\(size)")
                #expect(other.groups == text.groups && other.headWidth == text.headWidth, "\(method)/\(size)")
            }
        }
    }

    @Test func anUnknownPresetIsNamedWithWhatIsNear() {
        #expect {
            try ModelPresets.config("pixelgtp/tiny", in: Self.folder)
        } throws: { error in
            guard case CatalogueError.unknown(_, "pixelgtp/tiny", let near, let known)? = error as? CatalogueError
            else { return false }
            return near.contains("pixelgpt/tiny") && known == Self.names && "\(error)".contains("near: ")
        }
    }

    @Test func aBrokenFileIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.json"
        try Data("{\"hidden_size\": }".utf8).write(to: URL(fileURLWithPath: path))
        #expect {
            try ModelPresets.config(path, in: Self.folder)
        } throws: { "\($0)".contains(path) }
        #expect(throws: CheckpointError.self) { try ModelPresets.config(folder.path, in: Self.folder) }
    }
}
