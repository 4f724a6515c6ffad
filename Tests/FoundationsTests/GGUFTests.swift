import Foundations
import TestSupport
import Testing

@Suite struct GGUFTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func fixture(_ name: String) -> String { "\(Repository.root)/Tests/FoundationsTests/Fixtures/\(name)" }

    private func open(_ builder: GGUFBuilder) throws -> GGUFFile {
        try GGUFFile(path: folder.write(builder.bytes, to: "x.gguf"))
    }

    /// `Tests/Peers/gguf_files.py` wrote the file and read it with the package `gguf`.
    @Test func everyTypeOfNumbersIsThatOfThePackage() throws {
        let file = try GGUFFile(path: fixture("types.gguf"))
        let expected = try SafetensorsFile(path: fixture("types.safetensors"))
        #expect(file.tensors.map(\.name).sorted() == expected.entries.map(\.name).sorted())
        #expect(file.tensors.prefix(6).map(\.type) == [.float32, .float16, .bfloat16, .q8_0, .q4_0, .q4_1])
        for tensor in file.tensors {
            let wanted = try expected.tensor(tensor.name)
            #expect(tensor.shape == wanted.shape)
            let bits = try wanted.floats().map(\.bitPattern)
            #expect(try tensor.floats().map(\.bitPattern) == bits, "\(tensor.name)")
            guard tensor.rows > 1 else { continue }
            #expect(try tensor.floats(rows: 1..<3).map(\.bitPattern) == Array(bits[64...]), "\(tensor.name)")
            #expect(try tensor.floats(rows: 1..<1).isEmpty)
        }
    }

    @Test func everyTypeOfMetadataIsRead() throws {
        let file = try GGUFFile(path: fixture("types.gguf"))
        #expect(file.version == 3 && file.keys.count == 16 && file.has("a.bool") && !file.has("b"))
        #expect(try file.integer("a.uint8") == 200 && file.integer("a.int8") == -100)
        #expect(try file.integer("a.uint16") == 60000 && file.integer("a.int16") == -30000)
        #expect(try file.integer("a.uint32") == 4_000_000_000 && file.integer("a.int32") == -2_000_000_000)
        #expect(try file.integer("a.uint64") == .max && file.integer("a.int64") == -(1 << 62))
        // A single is the double of its shortest decimals.
        #expect(try file.number("a.float32") == 1e-5 && file.number("a.float64") == 0.1)
        #expect(try file.number("a.uint8") == 200 && file.flag("a.bool") == true)
        #expect(try file.text("a.string") == "grüße" && file.text("general.architecture") == "none")
        #expect(try file.strings("a.strings") == ["", "Ġthe", "<|end|>"].map { Array($0.utf8) })
        #expect(try file.integers("a.integers") == [1, -2, 3] && file.numbers("a.floats") == [0.5, 0.1])
        #expect(try file.numbers("a.integers") == [1, -2, 3] && file.elementCount("a.strings") == 3)
        #expect(try file.integer("b") == nil && file.text("b") == nil && file.strings("b") == nil)
    }

    @Test func aValueOfAnotherTypeNamesItsKey() throws {
        var builder = GGUFBuilder()
        builder.metadata = [
            ("large", .integer(-1, type: 10)), ("text", .string([0xFF])), ("texts", .strings(["a"])),
            ("flag", .bool(true)),
        ]
        let file = try open(builder)
        let calls: [(String, () throws -> Void)] = [
            ("large", { _ = try file.integer("large") }), ("text", { _ = try file.text("text") }),
            ("texts", { _ = try file.integers("texts") }), ("texts", { _ = try file.integer("texts") }),
            ("flag", { _ = try file.number("flag") }), ("flag", { _ = try file.text("flag") }),
            ("large", { _ = try file.flag("large") }), ("text", { _ = try file.strings("text") }),
        ]
        for (key, call) in calls {
            #expect { try call() } throws: { error in
                guard case GGUFError.metadata(file.path, key, _, _)? = error as? GGUFError else { return false }
                return true
            }
        }
    }

    @Test func typesThatAreNotReadAreRefusedByNameWhenTheyAreRead() throws {
        var builder = GGUFBuilder()
        builder.tensors = [("a", 12, [256], [UInt8](repeating: 0, count: 144))]
        let tensor = try #require(open(builder)["a"])
        #expect(!tensor.isRead)
        #expect { try tensor.floats() } throws: { "\($0)".contains("Q4_K") && "\($0)".contains("Q8_0") }
    }

    @Test func otherOutlinesAreRefused() throws {
        func refusal(_ change: (inout GGUFBuilder) -> Void) throws -> String {
            var builder = GGUFBuilder()
            builder.add("a", [2, 4], [Float](repeating: 1, count: 8))
            change(&builder)
            do { _ = try open(builder) } catch { return "\(error)" }
            return "nothing"
        }
        #expect(try refusal { _ in } == "nothing")
        #expect(try refusal { $0.version = 1 }.contains("version 2 or 3"))
        #expect(try refusal { $0.version = UInt32(3).byteSwapped }.contains("big-endian"))
        #expect(try refusal { $0.metadata = [("k", .bool(true)), ("k", .bool(true))] }.contains("k a second time"))
        #expect(try refusal { $0.metadata = [("k\n", .bool(true))] }.contains("control"))
        #expect(try refusal { $0.metadata = [("k", .raw(13, [0]))] }.contains("a type from 0 to 12"))
        #expect(try refusal { $0.metadata = [("general.alignment", .integer(48))] }.contains("power of two"))
        #expect(try refusal { $0.metadata = [("general.alignment", .integer(0))] }.contains("power of two"))
        #expect(try refusal { $0.add("a", [1], [1]) }.contains("a second time"))
        #expect(try refusal { $0.tensors[0].type = 99 }.contains("type 99"))
        #expect(try refusal { $0.tensors[0].type = 2 }.contains("whole blocks of 32"))
        #expect(try refusal { $0.tensors[0].sizes = [4, 3] }.contains("bytes within"))
        #expect(try refusal { $0.tensors[0].sizes = [4, .max] }.contains("less than 2^63"))
        #expect(try refusal { $0.tensors[0].sizes = [4, 0, .max, .max] }.contains("less than 2^63"))
        #expect(try refusal { $0.tensors[0].sizes = [.max, 0] }.contains("less than 2^63"))
        #expect(try refusal { $0.tensors[0].sizes = [1, 1, 1, 1, 8] }.contains("at most 4 dimensions"))
        #expect(try refusal { $0.tensors[0].sizes = [4, -1] }.contains("below 2^63"))
        // Two tensors at one place: the builder lays them out by other sizes than are stated.
        #expect(
            try refusal {
                $0.add("b", [32], [Float](repeating: 2, count: 32))
                $0.tensors[0].sizes = [32]
            }.contains("overlap"))
    }

    @Test func arraysInsideArraysArePassedOverToALimit() throws {
        func nested(_ depth: Int) -> [UInt8] {
            depth == 0
                ? GGUFBuilder.little(UInt32(0)) + GGUFBuilder.little(UInt64(2)) + [7, 8]
                : GGUFBuilder.little(UInt32(9)) + GGUFBuilder.little(UInt64(1)) + nested(depth - 1)
        }
        var builder = GGUFBuilder()
        builder.metadata = [("k", .raw(9, nested(2))), ("n", .integer(5))]
        #expect(try open(builder).integer("n") == 5)
        builder.metadata = [("k", .raw(9, nested(40))), ("n", .integer(5))]
        #expect { try open(builder) } throws: { "\($0)".contains("inside each other") }
    }
}
