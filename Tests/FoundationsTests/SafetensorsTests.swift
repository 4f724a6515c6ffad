import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct SafetensorsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
        try SafetensorsFile(path: try folder.write(bytes, to: "x.safetensors"))
    }

    @Test func everyTypeOfAFileOfPyTorchIsRead() throws {
        let file = try open(Safetensors.fromPyTorch)
        #expect(file.metadata == ["format": "pt"])
        #expect(file.entries.count == 12)
        #expect(try file.tensor("model.embed.weight").shape == [2, 3])
        #expect(try file.tensor("model.embed.weight").floats() == [0, 0.25, 0.5, 0.75, 1, 1.25])
        #expect(try file.tensor("model.half").doubles() == [1.5, -2, 0x1p-24, 65504, .infinity])
        #expect(try file.tensor("model.brain").floats() == [1.5, -2, 0x1.c4p127, 0x1.9ap-4])
        #expect(try file.tensor("double").doubles() == [0.1, -1e300])
        #expect(try file.tensor("double").floats() == [0.1, -.infinity])
        #expect(try file.tensor("step").integers() == [1000])
        #expect(try file.tensor("step").shape == [])
        #expect(try file.tensor("i32").integers() == [-1, 2_147_483_647])
        #expect(try file.tensor("i16").integers() == [-3])
        #expect(try file.tensor("i8").integers() == [-128, 127, 0])
        #expect(try file.tensor("u8").integers() == [255])
        #expect(try file.tensor("flags").integers() == [1, 0, 1])
        #expect(try file.tensor("empty").shape == [0, 4])
        #expect(try file.tensor("empty").floats() == [])
        #expect(try file.tensor("a\"\\/é").floats() == [2.5])
        #expect(try file.tensor("model.embed.weight").floats(2..<4) == [0.5, 0.75])
    }

    @Test func everyNumberOfHalfPrecisionIsExact() throws {
        let all = (0...UInt16.max).map { $0 }
        let item = SafetensorsItem(name: "a", type: .float16, shape: [65536]) { try $0.append(all.span.bytes) }
        try SafetensorsFile.write([item], to: folder.file("h.safetensors"))
        let tensor = try SafetensorsFile(path: folder.file("h.safetensors")).tensor("a")
        for (bits, (float, double)) in zip(all, zip(try tensor.floats(), try tensor.doubles())) {
            let half = Float16(bitPattern: bits)
            #expect(half.isNaN ? float.isNaN && double.isNaN : float == Float(half) && double == Double(half))
            #expect(float.sign == half.sign)
        }
    }

    @Test func numbersOfAnotherKindAreRefused() throws {
        let file = try open(Safetensors.fromPyTorch)
        let path = file.path
        #expect(
            throws: SafetensorsError.wrongType(
                path: path, name: "step", expected: "floating-point numbers", got: .int64)
        ) { try file.tensor("step").floats() }
        #expect(
            throws: SafetensorsError.wrongType(path: path, name: "double", expected: "integers", got: .float64)
        ) { try file.tensor("double").integers() }
        #expect(throws: SafetensorsError.noSuchTensor(path: path, name: "model.hall", near: ["model.half"])) {
            try file.tensor("model.hall")
        }
    }

    @Test func everyHalfPrecisionNumberIsExact() throws {
        let header = #"{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
        var bytes = Safetensors.file(header, data: 0)
        for bits in 0..<65536 { bytes += [UInt8(bits & 255), UInt8(bits >> 8)] }
        let floats = try open(bytes).tensor("h").floats()
        for bits in 0..<65536 {
            let (exponent, fraction) = (bits >> 10 & 31, Double(bits & 1023) / 1024)
            let size =
                switch exponent {
                case 0: scalbn(fraction, -14)
                case 31: fraction == 0 ? Double.infinity : .nan
                default: scalbn(1 + fraction, exponent - 15)
                }
            let expected = bits < 32768 ? size : -size
            #expect(expected.isNaN ? floats[bits].isNaN : Double(floats[bits]) == expected, "\(bits)")
        }
    }

    @Test func namesAreToldApartByTheirBytes() throws {
        let header =
            #"{"e\u0301":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"é":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#
        let file = try open(Safetensors.file(header, data: 2))
        #expect(try file.tensor("e\u{301}").integers() == [0])
        #expect(try file.tensor("\u{E9}").integers() == [1])
    }

    @Test func tensorsInAnyOrderAndWithoutAlignmentAreRead() throws {
        let header =
            #"{"b":{"shape":[2],"data_offsets":[1,9],"dtype":"F32"},"z":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}, "#
            + "\"a\" : {\"dtype\":\"BOOL\",\"data_offsets\":[0,1],\"shape\":[]}}\n\t  "
        let file = try open(Safetensors.file(header, data: 9))
        #expect(file.entries.map(\.name) == ["a", "z", "b"])
        let first = Float(bitPattern: 0x0403_0201)
        #expect(try file.tensor("b").floats()[0] == first)
        let starts = file.tensors.map { $0.entry.bytes.lowerBound % $0.type.byteCount == 0 }
        #expect(file.tensors.map(\.isAligned) == starts)
        #expect(try open(Safetensors.file("{}", data: 0)).entries.isEmpty)
    }

    /// Headers, the bytes behind them, and what the message must say.
    private static let broken: [(header: String, data: Int, says: [String])] = [
        ("", 0, ["byte 8", "begins with {", "nothing"]),
        (" {}", 0, ["byte 8", "begins with {", "byte 32"]),
        ("[]", 0, ["begins with {", "byte 91"]),
        ("{}x", 0, ["byte 10", "the end of the text"]),
        ("{", 0, ["ends at byte 9"]),
        ("{}", 1, ["byte 10", "the end of the file behind the last tensor", "1 more"]),
        (#"{"a":1}"#, 0, ["tensor a (byte 9)", "an object", "a number"]),
        (#"{"a":{}}"#, 0, ["no dtype, no shape, no data_offsets"]),
        (#"{"a":{"dtype":"U8","shape":[1]}}"#, 1, ["no data_offsets"]),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":0}}"#, 1, ["each once", "the key x"]),
        (#"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, ["each once", "the key dtype"]),
        (#"{"a":{"dtype":7,"shape":[1],"data_offsets":[0,1]}}"#, 1, ["a string as dtype", "a number"]),
        (#"{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, 1, ["tensor a", "F8_E4M3", "BF16"]),
        (#"{"a":{"dtype":"u8","shape":[1],"data_offsets":[0,1]}}"#, 1, ["type u8"]),
        (#"{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}"#, 1, ["an array as shape", "a number"]),
        (#"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, 1, ["from 0 to 2^63 - 1 in shape", "-1"]),
        (#"{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#, 1, ["in shape", "1.0"]),
        (#"{"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}"#, 0, ["in shape", "-0"]),
        (#"{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}"#, 1, ["integers in shape", "a string"]),
        (#"{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}}"#, 1, ["9223372036854775808"]),
        (#"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,1]}}"#, 1, ["less than 2^63 bytes"]),
        (#"{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#, 0, ["less than 2^63 bytes"]),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#, 1, ["two data_offsets", "1"]),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}"#, 1, ["at most 2", "more"]),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, 1, ["a begin before the end", "[1, 0]"]),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,2]}}"#, 2, ["4 bytes for F32 shape [1]", "[0, 2]"]),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, ["within the 3 behind", "[0, 4]"]),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2, ["a begin at 0", "a hole behind"]),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
            3, ["tensor b", "a begin at 2, where tensor a ends", "an overlap"]
        ),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}"#,
            2, ["tensor b", "an overlap"]
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
            2, ["each name once"]
        ),
        (#"{"\n":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, ["without control characters", "\\u{a}"]),
        (#"{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, ["a lone surrogate"]),
        (#"{"__metadata__":{"a":1}}"#, 0, ["__metadata__", "a string at a", "a number"]),
        (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, ["a second time"]),
        (#"{"__metadata__":{},"__metadata__":{}}"#, 0, ["a second time"]),
        (#"{"__metadata__":null}"#, 0, ["an object of strings", "null"]),
    ]

    @Test(arguments: broken.indices) func flawsAreNamedWithTheirPlace(index: Int) throws {
        let (header, data, says) = Self.broken[index]
        do {
            _ = try open(Safetensors.file(header, data: data))
            Issue.record("\(header) was read")
        } catch let error as SafetensorsError {
            let text = "\(error)"
            #expect(text.hasPrefix(folder.path))
            for part in says { #expect(text.contains(part), "\(text) does not say \(part)") }
        }
    }

    @Test func lengthsBeyondTheFileAreRefused() throws {
        for (bytes, got) in [
            ([UInt8](), "a file of 0 bytes"), ([1, 0, 0], "a file of 3 bytes"),
            ([3, 0, 0, 0, 0, 0, 0, 0], "the length 3"),
            ([UInt8](repeating: 255, count: 64), "the length 18446744073709551615"),
        ] {
            do {
                _ = try open(bytes)
                Issue.record("\(bytes) was read")
            } catch let error as SafetensorsError {
                guard case .header(_, 0, _, got) = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: folder.path) }
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: folder.file("none")) }
    }

    @Test func absurdSizesTakeLittleTimeAndMemory() throws {
        let many = String(repeating: "0,", count: 2_000_000)
        #expect(throws: SafetensorsError.self) {
            try open(Safetensors.file(#"{"a":{"dtype":"U8","shape":[\#(many)0],"data_offsets":[0,0]}}"#, data: 0))
        }
        let digits = String(repeating: "9", count: 1_000_000)
        #expect(throws: SafetensorsError.self) {
            try open(Safetensors.file(#"{"a":{"dtype":"U8","shape":[\#(digits)],"data_offsets":[0,0]}}"#, data: 0))
        }
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(throws: SafetensorsError.self) { try open(Safetensors.file("{\"a\":\(deep)", data: 0)) }
        let name = String(repeating: "n", count: 1_000_000)
        do {
            _ = try open(Safetensors.file("{\"\(name)\":{}}", data: 0))
            Issue.record("an empty entry was read")
        } catch { #expect("\(error)".utf8.count < 1000) }
    }
}
