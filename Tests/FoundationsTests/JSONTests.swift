import Foundation
import Foundations
import Testing

private func parse(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

@Suite struct JSONTests {
    @Test func readsEveryKindOfValue() throws {
        let text =
            #" {"a":[1,-0,1.5e3,true,false,null,"x\n\u00e9\ud83d\ude00\/"],"ключ":{},"big":12345678901234567890} "#
        #expect(
            try parse(text)
                == .object([
                    "a": .array([
                        .integer(1), .number(-0.0), .number(1500), .bool(true), .bool(false), .null,
                        .string("x\né😀/"),
                    ]),
                    "ключ": .object([:]), "big": .number(12_345_678_901_234_567_168),
                ]))
        #expect(try parse("9223372036854775807") == .integer(.max))
    }

    @Test(arguments: [
        ("", 0), ("  ", 2), ("{", 1), ("[1,]", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("{a:1}", 1), ("01", 0),
        ("1.", 2), ("+1", 0), ("tru", 3), ("nulL", 0), ("\"a", 2), ("\"\\x\"", 1), ("\"\\u12g4\"", 1), ("\"\n\"", 1),
        ("1 1", 2), ("[1}", 2), ("{\"a\":}", 5), ("-", 1), ("NaN", 0), ("'a'", 0), ("{\"a\":1,}", 7),
    ])
    func brokenTextsAreRefusedAtTheirByte(text: String, offset: Int) {
        do {
            let value = try parse(text)
            Issue.record("\(text) was read as \(value)")
        } catch let error as JSONError {
            #expect(error.byteOffset == offset, "\(error)")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func nestingHasALimit() throws {
        #expect(try parse(String(repeating: "[", count: 256) + String(repeating: "]", count: 256)).kind == "an array")
        #expect(throws: JSONError.tooDeep(byteOffset: 256, limit: 256)) {
            try parse(String(repeating: "[", count: 100_000))
        }
    }

    @Test func loneSurrogatesBecomeReplacementCharacters() throws {
        #expect(try parse(#""\ud800x\udc00\ud83d\ud83d\ude00""#) == .string("\u{FFFD}x\u{FFFD}\u{FFFD}😀"))
    }

    @Test func invalidUTF8IsRefusedAtItsByte() {
        #expect(throws: JSONError.invalidUTF8(byteOffset: 2)) {
            try JSONValue.parse([0x22, 0x61, 0xFF, 0x22])
        }
    }

    @Test func writingIsSortedAndMinimallyEscaped() throws {
        let value = JSONValue.object([
            "b": .array([.integer(1), .number(0.1), .array([])]), "a/": .string("é\"\\\u{1}\n"), "é": .null,
            "e\u{301}x": .bool(true),
        ])
        #expect(
            String(decoding: value.encoded(), as: UTF8.self)
                == #"{"a/":"é\"\\\u0001\n","b":[1,0.1,[]],"e\#u{301}x":true,"é":null}"#)
        #expect(
            String(decoding: JSONValue.object(["k": .array([.string("a")])]).encoded(pretty: true), as: UTF8.self)
                == "{\n  \"k\": [\n    \"a\"\n  ]\n}\n")
        // Numbers, and short lists of them, stand side by side.
        let spans = JSONValue.array((0..<60).map { .array([.integer($0), .integer($0 + 1)]) })
        let text = String(
            decoding: JSONValue.object(["n": .array([.integer(1), .number(0.5)]), "s": spans]).encoded(pretty: true),
            as: UTF8.self)
        #expect(text.hasPrefix("{\n  \"n\": [1, 0.5],\n  \"s\": [\n    [0,1], [1,2], "))
        let lines = text.split(separator: "\n")
        #expect(lines.count < 14 && lines.allSatisfy { $0.utf8.count <= 100 })
        #expect(try JSONValue.parse(Array(text.utf8))["s"] == spans)
        #expect(JSONValue.number(.infinity).encoded() == Array("null".utf8))
    }

    /// Random values survive writing and reading, here and by Foundation.
    @Test func randomValuesRoundTrip() throws {
        var generator = SplitMix64(seed: 3)
        for _ in 0..<300 {
            let value = random(&generator, depth: 0)
            let bytes = value.encoded(pretty: Bool.random(using: &generator))
            #expect(try JSONValue.parse(bytes) == value)
            #expect(try JSONDecoder().decode(JSONValue.self, from: Data(bytes)) == value)
        }
    }

    /// Mutated texts give an error or a value, and a value exactly where Foundation also sees one.
    @Test func mutatedTextsNeverTrap() throws {
        var generator = SplitMix64(seed: 4)
        let letters = Array(#"{}[]",:\u0123456789eE+-.truefalsn dD8"#.utf8)
        for _ in 0..<600 {
            var bytes = random(&generator, depth: 0).encoded()
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.insert(letters.randomElement(using: &generator) ?? 0, at: index)
                case 1 where index < bytes.count: bytes.remove(at: index)
                default: bytes = Array(bytes[..<index])
                }
            }
            let ours = (try? JSONValue.parse(bytes)) != nil
            let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            // Foundation refuses lone surrogates and takes one comma before a closing bracket.
            if theirs != ours {
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(text.contains("\\u") || text.contains(",]") || text.contains(",}"), "\(text) \(ours)")
            }
        }
    }

    private func random(_ generator: inout SplitMix64, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int(truncatingIfNeeded: generator.next()))
        case 3: return .number(Double.random(in: -1e9...1e9, using: &generator) + 0.123)
        case 4: return .string(randomText(&generator))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(&generator, depth: depth + 1) })
        default:
            var fields: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0..<5, using: &generator) {
                fields[randomText(&generator)] = random(&generator, depth: depth + 1)
            }
            return .object(fields)
        }
    }

    private func randomText(_ generator: inout SplitMix64) -> String {
        let pool: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{1}", "é", "字", "😀", "/", "\u{7F}", "b"]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<20, using: &generator) {
            text.append(pool[Int.random(in: 0..<pool.count, using: &generator)])
        }
        return String(text)
    }
}

@Suite struct JSONFieldReaderTests {
    private let reader = JSONFieldReader([("text", .text), ("words", .texts), ("label", .value), ("text", .value)])

    private func read(_ text: String) throws -> [JSONFieldReader.Field?] {
        try reader.read(Array(text.utf8)).fields
    }

    @Test func takesWhatIsWantedAndChecksTheRest() throws {
        #expect(
            try read(#"{"other":{"text":[1,{"a":"\n"}]},"te\u0078t":"é\t","words":["a","\u00e9"],"label":[0]}"#) == [
                .text(Array("é\t".utf8)), .texts([[0x61], Array("é".utf8)]), .value(.array([.integer(0)])),
                .value(.string("é\t")),
            ])
        #expect(
            try read(#"{"text":7,"words":["a",1]}"#) == [
                .value(.integer(7)), .value(.array([.string("a"), .integer(1)])), nil, .value(.integer(7)),
            ])
        #expect(try read(#"{"text":"first","text":"last"}"#)[0] == .text(Array("last".utf8)))
        #expect(throws: JSONError.self) { try read(#"{"text":"x","other":[1,]}"#) }
        #expect(throws: JSONError.syntax(byteOffset: 0, expected: "an object")) { try read("[]") }
        #expect(throws: JSONError.syntax(byteOffset: 3, expected: "the end of the text")) { try read("{} x") }
    }

    @Test func countsLoneSurrogatesOfWantedFieldsAlone() throws {
        let text = #"{"label":"\ud800","other":"\ud800","\ud800":1,"words":["\udfff"]}"#
        #expect(try reader.read(Array(text.utf8)).loneSurrogates == 2)
    }

    @Test func numbersKeepTheirSpellingOnRequestAlone() throws {
        func parse(_ text: String, keepsSpelling: Bool) throws -> JSONValue {
            try JSONValue.parse(Array(text.utf8), keepsSpelling: keepsSpelling)
        }
        #expect(try parse("1.10", keepsSpelling: true) == .spelled("1.10"))
        #expect(try parse("1.10", keepsSpelling: false) == .number(1.1))
        #expect(try parse("1e400", keepsSpelling: true).encoded() == Array("1e400".utf8))
        #expect(throws: JSONError.self) { try parse("1e400", keepsSpelling: false) }
        #expect(try parse("[1.5,2,-3]", keepsSpelling: true) == .array([.number(1.5), .integer(2), .integer(-3)]))
        for broken in ["01", "1.", "+1", "1e", ".5", "-"] {
            #expect(throws: JSONError.self) { try parse(broken, keepsSpelling: true) }
        }
        #expect(
            try JSONDecoder().decode([Double].self, from: JSONEncoder().encode([JSONValue.spelled("1.10")])) == [1.1])
    }
}
