import Foundations
import Testing

private struct Inner: Codable, Equatable {
    var fontSize: Double
    var tags: [String]?
    enum CodingKeys: String, CodingKey {
        case tags
        case fontSize = "font_size"
    }
}

private struct Outer: Codable, Equatable {
    var name: String
    var count: UInt8
    var inner: [Inner]
    var free: JSONValue?
    var table: [String: Int]?
}

private struct Options: DefaultFilled, Equatable {
    var count = 3
    var name: String?
    var inner = ["a"]
}

private struct Filled: Codable { var options: Options }

private func decode(_ text: String, knownKeys: Set<String>? = nil) throws -> Outer {
    try StrictJSON.decode(Outer.self, from: Array(text.utf8), source: "test.json", knownKeys: knownKeys)
}

@Suite struct StrictJSONTests {
    @Test func aTypeTellsItsKeys() throws {
        let keys = try StrictJSON.keys(of: Options())
        #expect(Set(keys.keys) == ["count", "name", "inner"])
        #expect(keys["count"] == Int.self && keys["name"] == String.self && keys["inner"] == [String].self)
        let outer = try StrictJSON.keys(of: Outer(name: "x", count: 1, inner: [Inner(fontSize: 1)]))
        #expect(Set(outer.keys) == ["name", "count", "inner", "free", "table"] && outer["free"] == JSONValue.self)
    }

    @Test func decodesNestedValues() throws {
        let text = #"{"name":"x","count":255,"inner":[{"font_size":8}],"free":{"any":[1]},"table":{"p":1,"q":2}}"#
        let expected = Outer(
            name: "x", count: 255, inner: [Inner(fontSize: 8, tags: nil)],
            free: .object(["any": .array([.integer(1)])]),
            table: ["p": 1, "q": 2])
        #expect(try decode(text) == expected)
        #expect(
            try StrictJSON.decode(Outer.self, from: try StrictJSON.encode(expected), source: "again") == expected)
    }

    @Test(arguments: [
        (
            #"{"name":"x","count":1,"inner":[{"font_size":8,"tag":[]}]}"#,
            ConfigError.unknownKey(source: "test.json", keyPath: "inner[0].tag", near: ["tags"])
        ),
        (
            #"{"name":"x","count":1,"inner":[{"fontsize":8}]}"#,
            .missingKey(source: "test.json", keyPath: "inner[0].font_size", near: ["fontsize"])
        ),
        (
            #"{"name":"x","count":256,"inner":[]}"#,
            .wrongType(source: "test.json", keyPath: "count", expected: "an integer from 0 to 255", got: "an integer")
        ),
        (
            #"{"name":7,"count":1,"inner":[]}"#,
            .wrongType(source: "test.json", keyPath: "name", expected: "a string", got: "an integer")
        ),
        (
            #"{"name":"x","count":1,"inner":[7]}"#,
            .wrongType(source: "test.json", keyPath: "inner[0]", expected: "an object", got: "an integer")
        ),
        (
            #"{"name":"x","name":"y"}"#,
            .notJSON(source: "test.json", error: .duplicateKey(byteOffset: 12, key: "name"))
        ),
        ("{", .notJSON(source: "test.json", error: .unexpectedEnd(byteOffset: 1))),
        (
            #"[]"#,
            .wrongType(source: "test.json", keyPath: "the document", expected: "an object", got: "an array")
        ),
    ])
    func namesTheKeyAndTheNearOnes(text: String, expected: ConfigError) {
        #expect(throws: expected) { try decode(text) }
    }

    @Test func knownKeysReplaceTheOutermostOnes() throws {
        let text = #"{"name":"x","count":1,"inner":[],"comment":"yes"}"#
        #expect(throws: ConfigError.unknownKey(source: "test.json", keyPath: "comment", near: [])) {
            try decode(text)
        }
        #expect(try decode(text, knownKeys: ["name", "count", "inner", "comment"]).name == "x")
    }

    @Test func defaultsStandWhereKeysAreAbsent() throws {
        func options(_ text: String) throws -> Options {
            try StrictJSON.decode(Filled.self, from: Array(#"{"options": \#(text)}"#.utf8), source: "t").options
        }
        #expect(try options("{}") == Options())
        #expect(try options(#"{"count": null, "name": null}"#) == Options())
        #expect(try options(#"{"count": 4, "name": "x"}"#) == Options(count: 4, name: "x"))
        #expect(throws: ConfigError.unknownKey(source: "t", keyPath: "options.counts", near: ["count"])) {
            try options(#"{"counts": 4}"#)
        }
        #expect(
            throws: ConfigError.wrongType(
                source: "t", keyPath: "options.count", expected: "an integer", got: "a string")
        ) { try options(#"{"count": "4"}"#) }
        #expect(throws: ConfigError.self) { try options("[]") }
    }

    @Test func messagesSayWhereAndWhatToDo() {
        let error = ConfigError.unknownKey(source: "a.json", keyPath: "x.fontsize", near: ["font_size"])
        #expect("\(error)" == "a.json: unknown key x.fontsize (near: font_size); remove or rename it")
    }

    @Test func numbersThatJSONCannotHoldAreRefused() {
        #expect(throws: ConfigError.self) { try StrictJSON.encode(Inner(fontSize: .nan)) }
    }
}
