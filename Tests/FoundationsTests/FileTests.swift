import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct FileTests {
    @Test func hashesKnownMessages() {
        #expect(
            SHA256Digest.of([]).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let abc = SHA256Digest.of(Array("abc".utf8))
        #expect(abc.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256Digest(hex: abc.hex.uppercased()) == abc)
        #expect(SHA256Digest(hex: String(abc.hex.dropLast())) == nil)
        #expect(SHA256Digest(hex: abc.hex.dropLast() + "g") == nil)
    }

    @Test func hashOfAFileEqualsHashOfItsBytesHoweverCut() throws {
        let folder = try TemporaryFolder()
        var generator = SplitMix64(seed: 1)
        let bytes = (0..<1_200_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let path = try folder.write(bytes, to: "big")
        let whole = SHA256Digest.of(bytes)
        #expect(try SHA256Digest.ofFile(at: path) == whole)
        var hasher = SHA256Hasher()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...100_000, using: &generator))
            hasher.update(Array(bytes[start..<end]))
            start = end
        }
        #expect(hasher.finish() == whole)
        #expect(throws: FileError.self) { try SHA256Digest.ofFile(at: folder.path) }
    }

    @Test func generatorGivesThePublishedNumbers() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test func atomicWriteReplacesAndLeavesNoPartialFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "a.json")
        try AtomicFile.write(Array("new".utf8), to: path)
        #expect(try folder.read("a.json") == Array("new".utf8))
        #expect(throws: FileError.self) { try SHA256Digest.ofFile(at: path + ".partial") }
        try folder.write("made elsewhere", to: "b.partial")
        try AtomicFile.commit(partial: folder.file("b.partial"), to: folder.file("b"))
        #expect(try folder.read("b") == Array("made elsewhere".utf8))
    }

    @Test func atomicWriteNamesTheFileItCannotMake() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("no/such/folder/x")
        #expect(throws: FileError.cannotWrite(path: path + ".partial", reason: "No such file or directory")) {
            try AtomicFile.write([1], to: path)
        }
        #expect(throws: FileError.cannotOpen(path: path, reason: "No such file or directory")) {
            try AtomicFile.commit(partial: path, to: folder.file("y"))
        }
    }

    @Test func mappedFileShowsTheBytes() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let mapped = try MappedFile(path: try folder.write(bytes, to: "m"))
        #expect(mapped.count == bytes.count)
        #expect(mapped.withBytes { Array($0) } == bytes)
        let empty = try MappedFile(path: try folder.write([], to: "e"))
        #expect(empty.withBytes { $0.count } == 0)
        #expect(throws: FileError.cannotRead(path: folder.path, reason: "not a regular file")) {
            try MappedFile(path: folder.path)
        }
    }

    @Test func runningAProgramWithLargeOutputDoesNotHang() throws {
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000)
        let result = try Execution.run("/bin/sh", ["-c", "cat; echo done >&2; exit 3"], input: input)
        #expect(result.status == 3)
        #expect(result.output == input)
        #expect(result.errorText == "done\n")
        #expect(try Execution.run("/bin/sh", ["-c", "kill -9 $$"]).status == -9)
    }

    @Test func foldersAreMadeWithThoseAboveThem() throws {
        let folder = try TemporaryFolder()
        for _ in 0..<2 { try Folder.create(folder.file("a/b/c/")) }
        #expect(Folder.isFolder(folder.file("a/b/c")) && Folder.isSame(folder.file("a/b/../b"), folder.file("a/b")))
        let file = try folder.write("x", to: "file")
        do {
            try Folder.create(file)
            Issue.record("a folder over a file")
        } catch { #expect("\(error)" == "cannot write \(file): a file of this name is there") }
        // What stands in the way is told, not that looking there finds nothing.
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file("nowhere"))
        #expect(throws: FileError.cannotWrite(path: link, reason: "a file of this name is there")) {
            try Folder.create(link)
        }
        #expect(throws: FileError.cannotWrite(path: file + "/below", reason: "Not a directory")) {
            try Folder.create(file + "/below")
        }
        #expect("\(FileError.cannotWrite(path: "x", reason: "No space left on device"))".hasSuffix("; make room"))
    }
}
