import Foundation
import Foundations
import Patches
import TestSupport
import Testing

@Suite struct NativeShardTests {
    struct Stored: Equatable {
        var pixels: [UInt8]
        var channels: Int
        var encoding: NativeEncoding
        var metadata: [UInt8]
    }

    static func samples() -> [Stored] {
        [(1, 1), (7, 3), (40, 1), (3, 1), (2, 3)].enumerated().map { index, shape in
            Stored(
                pixels: PicturesTests.noise(shape.0 * 256 * shape.1, seed: UInt64(index)), channels: shape.1,
                encoding: index % 2 == 0 ? .raw : .zstd, metadata: Array("{\"document\":\(index)}".utf8))
        }
    }

    @discardableResult
    static func write(_ samples: [Stored], to path: String) throws -> SHA256Digest {
        let writer = try NativeShardWriter(path: path, patchSize: 16)
        for sample in samples {
            try writer.append(
                pixels: sample.encoding == .raw ? sample.pixels : Zstd.compress(sample.pixels),
                patchCount: sample.pixels.count / 256 / sample.channels, channels: sample.channels,
                encoding: sample.encoding, metadata: sample.metadata)
        }
        return try writer.finish()
    }

    @Test func anySequenceComesBackAsItWasWritten() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.lps")
        let samples = Self.samples()
        let digest = try Self.write(samples, to: path)
        #expect(try SHA256Digest.ofFile(at: path) == digest)
        let shard = try NativeShard(path: path)
        #expect(shard.count == samples.count && shard.patchSize == 16 && shard.patchCount == 53)
        for index in samples.indices.reversed() {
            let shape = try shard.shape(of: index)
            let pixels = try shard.patches(of: index)
            let lent = try shard.withPatches(of: index) { span in (0..<span.count).map { span[$0] } }
            let metadata = try shard.metadata(of: index)
            #expect(
                Stored(pixels: pixels, channels: shape.channels, encoding: shape.encoding, metadata: metadata)
                    == samples[index])
            #expect(lent == pixels && shape.patches * 256 * shape.channels == pixels.count)
        }
        #expect(throws: ShardError.noSuchSequence(path: path, index: 5, count: 5)) { try shard.patches(of: 5) }
        #expect(throws: ShardError.noSuchSequence(path: path, index: -1, count: 5)) { try shard.metadata(of: -1) }
    }

    @Test func anEmptyShardIsAShard() throws {
        let folder = try TemporaryFolder()
        try Self.write([], to: folder.file("a.lps"))
        #expect(try NativeShard(path: folder.file("a.lps")).count == 0)
    }

    @Test func anUnfinishedShardHasNoNameAndLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        var writer: NativeShardWriter? = try NativeShardWriter(path: folder.file("a.lps"), patchSize: 16)
        try writer?.append(
            pixels: [UInt8](repeating: 1, count: 256), patchCount: 1, channels: 1, encoding: .raw, metadata: [])
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.lps")))
        writer = nil
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func aTornShardIsRefusedAtEveryLength() throws {
        let folder = try TemporaryFolder()
        try Self.write(Self.samples(), to: folder.file("a.lps"))
        let whole = try #require(FileManager.default.contents(atPath: folder.file("a.lps")))
        for end in stride(from: 0, to: whole.count, by: 211) {
            try whole[..<end].write(to: URL(fileURLWithPath: folder.file("b.lps")))
            #expect(throws: ShardError.self) { try NativeShard(path: folder.file("b.lps")) }
        }
    }

    @Test func damagedShardsThrowAndNeverTrapOrAskForMuchMemory() throws {
        let folder = try TemporaryFolder()
        try Self.write(Self.samples(), to: folder.file("a.lps"))
        let whole = [UInt8](try #require(FileManager.default.contents(atPath: folder.file("a.lps"))))
        var generator = SplitMix64(seed: 5)
        var refused = 0
        // Header, index and footer: the bytes that steer the reader.
        let steering = Array(0..<64) + Array((whole.count - 64 - 192)..<whole.count)
        for round in 0..<1500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let position =
                    round % 4 == 0
                    ? Int.random(in: 0..<whole.count, using: &generator)
                    : steering[Int.random(in: 0..<steering.count, using: &generator)]
                bytes[position] = Bool.random(using: &generator) ? 0xFF : UInt8.random(in: 0...255, using: &generator)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: folder.file("b.lps")))
            do {
                let shard = try NativeShard(path: folder.file("b.lps"))
                for index in 0..<shard.count {
                    let shape = try shard.shape(of: index)
                    let pixels = try shard.patches(of: index)
                    #expect(pixels.count == shape.patches * shape.channels * shard.patchSize * shard.patchSize)
                    #expect(try shard.metadata(of: index).count <= whole.count)
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 700)
    }
}
