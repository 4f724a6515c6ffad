import Foundations
import Testing

@Suite struct JSONWalkerTests {
    /// The text again, from the walk through it.
    private func walked(_ walker: inout JSONWalker) throws -> String {
        switch try walker.kind() {
        case .object:
            try walker.enterObject()
            var fields: [String] = []
            while let key = try walker.nextKey() {
                fields.append("\"\(String(decoding: key, as: UTF8.self))\":\(try walked(&walker))")
            }
            return "{\(fields.joined(separator: ","))}"
        case .array:
            try walker.enterArray()
            var elements: [String] = []
            while try walker.nextElement() { elements.append(try walked(&walker)) }
            return "[\(elements.joined(separator: ","))]"
        case .string:
            var bytes: [UInt8] = []
            try walker.string(into: &bytes)
            return "\"\(String(decoding: bytes, as: UTF8.self))\""
        case .plain: return String(decoding: try walker.value().encoded(), as: UTF8.self)
        }
    }

    private func walked(_ text: String) throws -> String {
        var walker = try JSONWalker(Array(text.utf8))
        let result = try walked(&walker)
        try walker.end()
        return result
    }

    @Test(arguments: [
        "{}", "[]", "0", "\"\"", "[[],{},[{}]]", #"{"a":[1,2,{"b":null}],"a":true,"":-1.5}"#, #"["x",[],"y"]"#,
        #"{"a":{"b":{}},"c":[]}"#,
    ])
    func documentsComeApartAndTogether(text: String) throws {
        #expect(try walked(text) == text)
        let spaced = text.map { "{}[],:".contains($0) ? " \n\($0)\t " : "\($0)" }.joined()
        #expect(try walked(spaced) == text)
    }

    @Test func keysAndStringsAreBytes() throws {
        var walker = try JSONWalker(Array("{\"e\u{301}\":\"a\\u0062\\n\",\"\u{E9}\":[1]}".utf8))
        try walker.enterObject()
        #expect(try walker.nextKey() == Array("e\u{301}".utf8))
        #expect(try walker.string() == Array("ab\n".utf8))
        #expect(try walker.nextKey() == [0xC3, 0xA9])
        try walker.skip()
        #expect(try walker.nextKey() == nil)
        try walker.end()
    }

    @Test(arguments: [
        "", "{", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1,]", "[,]", "[1 2]", "{1:2}",
        "{\"a\" 1}",
        "{\"a\":1}x", "[1]]", "[}", "{]", "tru", "\"a", "\"\\x\"", "[1,,2]",
    ])
    func brokenTextsAreErrors(text: String) {
        #expect(throws: JSONError.self) { try walked(text) }
    }

    @Test func depthIsLimited() throws {
        #expect(throws: JSONError.tooDeep(byteOffset: 256, limit: 256)) {
            try walked(String(repeating: "[", count: 300) + String(repeating: "]", count: 300))
        }
        #expect(throws: JSONError.invalidUTF8(byteOffset: 1)) { try JSONWalker([0x22, 0xFF, 0x22]) }
    }
}
