import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func whatPyTorchWroteIsWrittenAgainByteForByte() throws {
        let first = try SafetensorsFile(path: try folder.write(Safetensors.fromPyTorch, to: "a.safetensors"))
        var generator = SplitMix64(seed: 3)
        for _ in 0..<5 {
            let items = first.tensors.shuffled(using: &generator).map(Safetensors.item)
            try SafetensorsFile.write(items, metadata: first.metadata, to: folder.file("b.safetensors"))
            #expect(try folder.read("b.safetensors") == Safetensors.fromPyTorch)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("b.safetensors.partial")))
    }

    @Test func savingLoadingAndSavingGivesEqualBytes() throws {
        var generator = SplitMix64(seed: 4)
        for round in 0..<20 {
            let items = (0..<round).map { index in
                let type = SafetensorsType.allCases.randomElement(using: &generator) ?? .uint8
                let shape = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    Int.random(in: 0...5, using: &generator)
                }
                let bytes = (0..<shape.reduce(type.byteCount, *)).map { _ in
                    UInt8(truncatingIfNeeded: generator.next())
                }
                return SafetensorsItem(name: "t\u{1F600}.\(index)\"\\", type: type, shape: shape) { sink in
                    for byte in bytes { try sink.append([byte].span.bytes) }
                }
            }
            let metadata = Dictionary(uniqueKeysWithValues: (0..<round).map { ("k\($0)\n\u{1}", "é\t\($0)") })
            try SafetensorsFile.write(items, metadata: metadata, to: folder.file("a"))
            let file = try SafetensorsFile(path: folder.file("a"))
            #expect(file.metadata == metadata)
            #expect(file.tensors.allSatisfy { $0.isAligned })
            try SafetensorsFile.write(file.tensors.map(Safetensors.item), metadata: file.metadata, to: folder.file("b"))
            #expect(try folder.read("a") == folder.read("b"))
        }
    }

    @Test func largeTensorsAreStreamed() throws {
        let numbers = (0..<700_000).map { Float($0) }
        let items = [Safetensors.item("b", [700, 1000], numbers), Safetensors.item("a", [3], [1, 2, 3])]
        try SafetensorsFile.write(items, to: folder.file("a"))
        let file = try SafetensorsFile(path: folder.file("a"))
        #expect(try file.tensor("b").floats() == numbers)
        #expect(try file.tensor("a").floats() == [1, 2, 3])
    }

    private struct Stop: Error {}

    @Test func aSourceThatFailsLeavesTheFileThatWasThere() throws {
        let path = folder.file("a")
        try SafetensorsFile.write([Safetensors.item("a", [1], [1])], to: path)
        let before = try folder.read("a")
        let failing = SafetensorsItem(name: "b", type: .float32, shape: [2]) { sink in
            try sink.append([Float(1)].span.bytes)
            throw Stop()
        }
        #expect(throws: Stop.self) { try SafetensorsFile.write([failing], to: path) }
        #expect(try folder.read("a") == before)
        #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
        let none = folder.file("no/such/x")
        #expect(
            throws: SafetensorsError.file(.cannotWrite(path: none + ".partial", reason: "No such file or directory"))
        ) { try SafetensorsFile.write([], to: none) }
    }

    @Test func sourcesOfAnotherSizeAreRefused() throws {
        let path = folder.file("a")
        for (count, got) in [(1, "4"), (3, "at least 12")] {
            let item = SafetensorsItem(name: "b", type: .float32, shape: [2]) { sink in
                for _ in 0..<count { try sink.append([Float(1)].span.bytes) }
            }
            #expect(
                throws: SafetensorsError.source(path: path, name: "b", expected: "8 bytes of its source", got: got)
            ) { try SafetensorsFile.write([item], to: path) }
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [
        ("__metadata__", [1], "another name"), ("a\n", [1], "without control characters"),
        ("a", [-1], "less than 2^63"),
        ("a", [1 << 40, 1 << 40], "less than 2^63"), ("a", [Int](repeating: 1, count: 65), "at most 64 dimensions"),
    ])
    func itemsThatCouldNotBeReadAgainAreRefused(name: String, shape: [Int], says: String) throws {
        let path = folder.file("a")
        do {
            try SafetensorsFile.write([Safetensors.item(name, shape, [1])], to: path)
            Issue.record("\(name) \(shape) was written")
        } catch { #expect("\(error)".contains(says), "\(error)") }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aNameMayStandOnce() throws {
        var other = Safetensors.item("a", [1], [1])
        other.type = .int32
        let items = [Safetensors.item("a", [1], [1]), Safetensors.item("b", [1], [1]), other]
        #expect(
            throws: SafetensorsError.source(
                path: folder.file("a"), name: "a", expected: "each name once", got: "the name a second time")
        ) { try SafetensorsFile.write(items, to: folder.file("a")) }
    }
}
