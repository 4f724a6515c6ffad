import Foundations

/// The special tokens around one text, and around two, as the post-processor of a `tokenizer.json` puts them.
public struct TokenizerTemplate: Sendable, Equatable {
    /// Ids before the first text.
    public var before: [Int32]
    /// Ids between two texts.
    public var between: [Int32]
    /// Ids behind the last text.
    public var after: [Int32]

    /// A template; without ids it adds nothing.
    public init(before: [Int32] = [], between: [Int32] = [], after: [Int32] = []) {
        (self.before, self.between, self.after) = (before, between, after)
    }

    /// The template of a language model, where two texts stand as each would alone.
    public init(around text: (before: [Int32], after: [Int32])) {
        self.init(before: text.before, between: text.after + text.before, after: text.after)
    }

    /// The post-processor `TemplateProcessing` as JSON; tokens are spelled as `tokenizer` lists them.
    func postProcessor(_ tokenizer: some Tokenizer) -> String {
        func name(_ id: Int32) -> String { JSONText.quoted(tokenizer.spelling(of: id)) }
        func items(_ ids: [Int32], type: Int = 0) -> [String] {
            ids.map { #"{"SpecialToken":{"id":\#(name($0)),"type_id":\#(type)}}"# }
        }
        func text(_ id: String, type: Int) -> [String] { [#"{"Sequence":{"id":"\#(id)","type_id":\#(type)}}"#] }
        let single = items(before) + text("A", type: 0) + items(after)
        let pair = items(before) + text("A", type: 0) + items(between) + text("B", type: 1) + items(after, type: 1)
        let tokens = Set(before + between + after).sorted().map {
            #"\#(name($0)):{"id":\#(name($0)),"ids":[\#($0)],"tokens":[\#(name($0))]}"#
        }
        return #"{"type":"TemplateProcessing","single":[\#(single.joined(separator: ","))],"#
            + #""pair":[\#(pair.joined(separator: ","))],"special_tokens":{\#(tokens.joined(separator: ","))}}"#
    }

    /// The text of a `tokenizer.json` with this template in place of its own; all other bytes stay, and so does a `ByteLevel` that
    /// trims offsets. Throws `notJSON`. O(n).
    public func replacing(
        in json: [UInt8], of tokenizer: some Tokenizer, path: String = "tokenizer.json"
    ) throws(TokenizerError) -> [UInt8] {
        do throws(JSONError) {
            var walker = try JSONWalker(json)
            try walker.enterObject()
            var place: Range<Int>?
            var old: JSONValue = .null
            var first: Int?
            while let key = try walker.nextKey() {
                let start = walker.byteOffset
                first = first ?? start
                if key.elementsEqual("post_processor".utf8) {
                    old = try walker.value()
                    place = start..<walker.byteOffset
                } else {
                    try walker.skip()
                }
            }
            try walker.end()
            var written = postProcessor(tokenizer)
            if let trimming = Self.byteLevel(in: old) {
                let kept = String(decoding: trimming.encoded(), as: UTF8.self)
                written = #"{"type":"Sequence","processors":[\#(kept),\#(written)]}"#
            }
            if let place { return json[..<place.lowerBound] + Array(written.utf8) + json[place.upperBound...] }
            guard let brace = json.firstIndex(of: UInt8(ascii: "{")) else { return json }
            let comma = first == nil ? "" : ","
            return json[...brace] + Array(#""post_processor":\#(written)\#(comma)"#.utf8) + json[(brace + 1)...]
        } catch {
            throw .notJSON(path: path, error: error)
        }
    }

    /// The `ByteLevel` of a post-processor, alone or in a sequence.
    private static func byteLevel(in value: JSONValue) -> JSONValue? {
        if value["type"] == .string("ByteLevel") { return value }
        guard case .array(let all)? = value["processors"] else { return nil }
        return all.lazy.compactMap { byteLevel(in: $0) }.first
    }
}

extension JSONText {
    /// A text in double quotes.
    static func quoted(_ text: some Sequence<UInt8>) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
