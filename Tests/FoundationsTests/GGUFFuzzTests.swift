import Foundation
import Foundations
import TestSupport
import Testing

/// Damaged and invented files: an error or values that lie within the file, never a trap.
@Suite struct GGUFFuzzTests {
    private let folder: TemporaryFolder
    private let whole: [UInt8]
    /// Bytes of the outline.
    private let outline: Int

    init() throws {
        folder = try TemporaryFolder()
        let path = "\(Repository.root)/Tests/FoundationsTests/Fixtures/types.gguf"
        whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        outline = try #require(GGUFFile(path: path).tensors.map(\.bytes.lowerBound).min())
    }

    /// Opens the bytes; of whatever is accepted every value and number is read. Whether it was accepted.
    private func accepts(_ bytes: [UInt8]) throws -> Bool {
        let path = try folder.write(bytes, to: "x.gguf")
        let file: GGUFFile
        do { file = try GGUFFile(path: path) } catch {
            #expect("\(error)".hasPrefix(path))
            return false
        }
        for key in file.keys {
            let reads: [() throws -> Void] = [
                { _ = try file.integer(key) }, { _ = try file.number(key) }, { _ = try file.flag(key) },
                { _ = try file.text(key) }, { _ = try file.strings(key) }, { _ = try file.integers(key) },
                { _ = try file.numbers(key) },
            ]
            for read in reads {
                do { try read() } catch { #expect(error is GGUFError) }
            }
        }
        for tensor in file.tensors where tensor.isRead {
            #expect(tensor.bytes.upperBound <= bytes.count)
            #expect(try tensor.floats().count == tensor.rows * tensor.columns)
        }
        return true
    }

    @Test func damagedFilesAreRefusedOrRead() throws {
        #expect(try accepts(whole))
        var generator = SplitMix64(seed: 41)
        var accepted = 0
        for _ in 0..<6000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<min(outline, bytes.count), using: &generator)
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
                case 3: bytes.remove(at: place)
                case 4: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
                default: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
                }
                if bytes.isEmpty { break }
            }
            if try accepts(bytes) { accepted += 1 }
        }
        #expect(accepted > 100 && accepted < 4000, "\(accepted)")
    }

    @Test func everyTruncationIsRefused() throws {
        // Behind the last tensor there is padding, which nobody reads.
        for count in whole.indices.dropLast(31) { #expect(try !accepts(Array(whole[..<count])), "\(count) bytes") }
    }

    @Test func inventedCountsSizesAndTypesAreRefusedOrRead() throws {
        var generator = SplitMix64(seed: 42)
        let strange = [.max, -1, 1 << 62, 1 << 32, 1 << 31, 0, 31, 33]
        var accepted = 0
        for _ in 0..<6000 {
            var builder = GGUFBuilder()
            func number(_ usual: Int) -> Int {
                if Int.random(in: 0..<10, using: &generator) > 0 { return usual }
                return strange.randomElement(using: &generator) ?? 0
            }
            for index in 0..<Int.random(in: 0...3, using: &generator) {
                let count = GGUFBuilder.little(UInt64(truncatingIfNeeded: number(2)))
                let type = UInt32(truncatingIfNeeded: number(Int.random(in: 0...12, using: &generator)))
                builder.metadata.append(
                    ("\(index)", .raw(9, GGUFBuilder.little(type) + count + [UInt8](repeating: 0, count: 24))))
            }
            for index in 0..<Int.random(in: 0...3, using: &generator) {
                let type = [0, 1, 2, 3, 8, 30, 12, 14].randomElement(using: &generator) ?? 0
                let sizes = (0..<Int.random(in: 0...4, using: &generator)).map { place in
                    number(place == 0 ? 32 : Int.random(in: 0...2, using: &generator))
                }
                let count = Int.random(in: 0...600, using: &generator)
                builder.tensors.append(
                    (
                        "\(number(index))", UInt32(truncatingIfNeeded: number(type)), sizes,
                        [UInt8](repeating: 7, count: count)
                    ))
            }
            if try accepts(builder.bytes) { accepted += 1 }
        }
        #expect(accepted > 500 && accepted < 5000, "\(accepted)")
    }

    @Test func randomBytesAreRefused() throws {
        var generator = SplitMix64(seed: 43)
        for _ in 0..<1000 {
            let head = Array("GGUF".utf8) + [3, 0, 0, 0]
            let tail = (0..<Int.random(in: 0..<200, using: &generator)).map { _ in
                UInt8(truncatingIfNeeded: generator.next())
            }
            #expect(try !accepts(Bool.random(using: &generator) ? head + tail : tail))
        }
    }
}
