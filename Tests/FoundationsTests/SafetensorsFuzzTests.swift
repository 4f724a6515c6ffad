import Foundation
import Foundations
import TestSupport
import Testing

/// Damaged and invented files: an error or tensors that lie within the file, never a trap.
@Suite struct SafetensorsFuzzTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Opens the bytes; whatever is accepted is read to the last number and written again. Whether it was accepted.
    private func accepts(_ bytes: [UInt8]) throws -> Bool {
        let path = try folder.write(bytes, to: "x.safetensors")
        let file: SafetensorsFile
        do { file = try SafetensorsFile(path: path) } catch {
            #expect("\(error)".hasPrefix(path))
            return false
        }
        var covered = 0
        for tensor in file.tensors {
            covered += tensor.entry.bytes.count
            switch tensor.type {
            case .float64, .float32, .float16, .bfloat16:
                #expect(try tensor.floats().count == tensor.count)
                #expect(try tensor.doubles().count == tensor.count)
            default: #expect(try tensor.integers().count == tensor.count)
            }
        }
        let begin = file.entries.first?.bytes.lowerBound ?? bytes.count
        #expect(begin + covered == bytes.count)
        return true
    }

    @Test func damagedFilesAreRefusedOrRead() throws {
        let whole = Safetensors.fromPyTorch
        let header = 8 + 760
        var generator = SplitMix64(seed: 31)
        var accepted = 0
        for _ in 0..<4000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<min(header, bytes.count), using: &generator)
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: bytes[place] = Array("0123456789".utf8).randomElement(using: &generator) ?? 0
                case 3: bytes.remove(at: place)
                case 4: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
                default: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
                }
                if bytes.isEmpty { break }
            }
            if try accepts(bytes) { accepted += 1 }
        }
        #expect(accepted > 20 && accepted < 2000, "\(accepted)")
    }

    @Test func everyTruncationIsRefused() throws {
        let whole = Safetensors.fromPyTorch
        for count in whole.indices { #expect(try !accepts(Array(whole[..<count])), "\(count) bytes") }
        #expect(try accepts(whole))
    }

    @Test func inventedHeadersAreRefusedOrRead() throws {
        var generator = SplitMix64(seed: 32)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"",
            "\"__metadata__\"",
            "\"F32\"", "\"U8\"", "\"F8_E5M2\"", "0", "1", "4", "-1", "1e3", "9223372036854775807",
            "18446744073709551616",
            "null", "true", "\"\\ud800\"", "\"\\u0000\"", " ", "\u{7F}",
        ]
        for _ in 0..<3000 {
            let text =
                "{"
                + (0..<Int.random(in: 0..<20, using: &generator)).map { _ in
                    pieces.randomElement(using: &generator) ?? ""
                }.joined()
            _ = try accepts(Safetensors.file(text, data: 4))
        }
    }

    @Test func entriesOfRandomShapesAndOffsetsAreRefusedOrRead() throws {
        var generator = SplitMix64(seed: 33)
        let strange = ["9223372036854775807", "4611686018427387904", "-1", "2147483648", "5", "0"]
        var accepted = 0
        for _ in 0..<4000 {
            var end = 0
            func number(_ usual: Int) -> String {
                if Int.random(in: 0..<12, using: &generator) > 0 { return String(usual) }
                return strange.randomElement(using: &generator) ?? ""
            }
            let entries = (0..<Int.random(in: 1...3, using: &generator)).map { index in
                let type = SafetensorsType.allCases.randomElement(using: &generator) ?? .uint8
                let sizes = (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                    Int.random(in: 0...3, using: &generator)
                }
                let begin = end
                end += sizes.reduce(type.byteCount, *)
                let shape = sizes.map { number($0) }.joined(separator: ",")
                return #""\#(index)":{"dtype":"\#(type.rawValue)","shape":[\#(shape)],"#
                    + #""data_offsets":[\#(number(begin)),\#(number(end))]}"#
            }.shuffled(using: &generator)
            if try accepts(Safetensors.file("{\(entries.joined(separator: ","))}", data: end)) { accepted += 1 }
        }
        #expect(accepted > 1000 && accepted < 3000, "\(accepted)")
    }

    @Test func randomBytesAreRefused() throws {
        var generator = SplitMix64(seed: 34)
        for _ in 0..<1000 {
            let count = Int.random(in: 0..<200, using: &generator)
            var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            if count > 8, Bool.random(using: &generator) {
                bytes.replaceSubrange(0..<8, with: [UInt8(count - 8), 0, 0, 0, 0, 0, 0, 0])
            }
            #expect(try !accepts(bytes))
        }
    }

    @Test func damagedIndicesAreRefusedOrRead() throws {
        try SafetensorsFile.write([Safetensors.item("a", [1], [1])], to: folder.file("s.safetensors"))
        let whole = Array(#"{"metadata":{"total_size":4},"weight_map":{"a":"s.safetensors"}}"#.utf8)
        var generator = SplitMix64(seed: 35)
        var refused = 0
        for _ in 0..<1000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            }
            try folder.write(bytes, to: "model.safetensors.index.json")
            do { _ = try SafetensorsFolder(folder: folder.path) } catch { refused += 1 }
        }
        #expect(refused > 500)
    }
}
