import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct SafetensorsFolderTests {
    private let folder: TemporaryFolder
    private let first = "model-00001-of-00002.safetensors"
    private let second = "model-00002-of-00002.safetensors"

    init() throws { folder = try TemporaryFolder() }

    private func writeShards(_ index: String) throws {
        try SafetensorsFile.write(
            [Safetensors.item("a", [1], [1]), Safetensors.item("b", [1], [2])], to: folder.file(first))
        try SafetensorsFile.write([Safetensors.item("c", [1], [3])], to: folder.file(second))
        try folder.write(index, to: "model.safetensors.index.json")
    }

    private func problems() -> [SafetensorsError] {
        do {
            _ = try SafetensorsFolder(folder: folder.path)
            return []
        } catch {
            if case .several(_, let errors) = error { return errors }
            return [error]
        }
    }

    @Test func shardsAreOneDictionary() throws {
        try writeShards(
            #"{"metadata":{"total_size":12,"x":[1.5e400]},"weight_map":{"c":"\#(second)","a":"\#(first)","b":"\#(first)"}}"#
        )
        let tensors = try SafetensorsFolder(folder: folder.path)
        #expect(tensors.tensors.map(\.name) == ["a", "b", "c"])
        #expect(try tensors.tensor("c").floats() == [3])
        #expect(tensors["d"] == nil)
        #expect(tensors.files.count == 2)
        // A file without shards counts more.
        try SafetensorsFile.write([Safetensors.item("d", [1], [4])], to: folder.file("model.safetensors"))
        #expect(try SafetensorsFolder(folder: folder.path).tensors.map(\.name) == ["d"])
    }

    @Test func allProblemsAreReportedAtOnce() throws {
        try writeShards(
            #"{"weight_map":{"a":"\#(first)","c":"\#(first)","d":"\#(second)","e":"gone.safetensors","f":"../x","g":"bad"}}"#
        )
        try folder.write("no header", to: "bad")
        let path = folder.file("model.safetensors.index.json")
        let errors = problems()
        #expect(errors.count == 7)
        #expect(errors.contains(.index(path: path, key: "../x", expected: "a plain file name", got: "a path")))
        #expect(
            errors.contains(
                .index(path: path, key: "c", expected: "a file that holds it", got: "\(first), which does not")))
        #expect(
            errors.contains(
                .index(path: path, key: "d", expected: "a file that holds it", got: "\(second), which does not")))
        for (name, file) in [("b", first), ("c", second)] {
            #expect(
                errors.contains(
                    .index(path: path, key: name, expected: "\(file), which holds it", got: "another file or none")))
        }
        #expect(
            errors.contains(
                .file(.cannotOpen(path: folder.file("gone.safetensors"), reason: "No such file or directory"))))
        #expect(errors.contains { if case .header(folder.file("bad"), 0, _, _) = $0 { true } else { false } })
    }

    @Test(arguments: [
        ("[]", "an object"), ("{}", "weight_map"), (#"{"weight_map":[]}"#, "an object"),
        (#"{"weight_map":{"a":1}}"#, "a file name"), (#"{"weight_map":{"a":"x","a":"x"}}"#, "twice"),
        (#"{"weight_map":{},"weight_map":{}}"#, "twice"), ("{\"weight_map\":{}", "the text ends"),
        ("\u{FF}", "an object"),
    ])
    func brokenIndicesAreRefused(index: String, says: String) throws {
        try writeShards(index)
        let errors = problems()
        #expect(errors.count == 1 && "\(errors)".contains(says), "\(errors)")
    }

    @Test func aFolderWithoutTensorsNamesTheFile() throws {
        let path = folder.file("model.safetensors")
        #expect(problems() == [.file(.cannotOpen(path: path, reason: "No such file or directory"))])
    }
}
