import Foundations

/// A `tokenizer.json`, taken apart: the vocabulary as bytes, the rest as JSON.
struct TokenizerDocument {
    let path: String
    /// Everything outside the model by key.
    private(set) var parts: [String: JSONValue] = [:]
    /// The model without vocabulary and merges.
    private(set) var model: [String: JSONValue] = [:]
    /// The spellings of the vocabulary in the order of the file, and their ids.
    private(set) var words = ByteStrings()
    private(set) var wordIDs: [Int] = []
    /// Left and right parts of merges, one after the other.
    private(set) var mergeParts = ByteStrings()

    /// Reads the text of a `tokenizer.json`. Throws `notJSON` and `invalid`. O(n).
    init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
        self.path = path
        do throws(JSONError) {
            var walker = try JSONWalker(bytes)
            try walker.enterObject()
            while let key = try walker.nextKey() {
                let name = String(decoding: key, as: UTF8.self)
                if name == "model", try walker.kind() == .object {
                    try readModel(&walker)
                } else {
                    parts[name] = try walker.value()
                }
            }
            try walker.end()
            if model.isEmpty, words.count == 0 {
                throw .syntax(byteOffset: bytes.count, expected: "an object 'model' with 'type' and 'vocab'")
            }
        } catch {
            throw .notJSON(path: path, error: error)
        }
    }

    private mutating func readModel(_ walker: inout JSONWalker) throws(JSONError) {
        try walker.enterObject()
        while let key = try walker.nextKey() {
            let kind = try walker.kind()
            switch String(decoding: key, as: UTF8.self) {
            case "vocab" where kind == .object && words.count == 0:
                try walker.enterObject()
                while true {
                    var found = false
                    try words.append { (buffer) throws(JSONError) in found = try walker.nextKey(into: &buffer) }
                    guard found else { break }
                    let offset = walker.byteOffset
                    guard case .integer(let id) = try walker.value(), 0...Int(Int32.max) ~= id else {
                        throw .syntax(byteOffset: offset, expected: "an id, 0 or more, as value of a token")
                    }
                    wordIDs.append(id)
                }
                words.removeLast()
            case "merges" where kind == .array && mergeParts.count == 0:
                try walker.enterArray()
                while try walker.nextElement() { try readMerge(&walker) }
            case let name: model[name] = try walker.value()
            }
        }
    }

    /// A merge is `"left right"` or `["left", "right"]`.
    private mutating func readMerge(_ walker: inout JSONWalker) throws(JSONError) {
        let offset = walker.byteOffset
        if try walker.kind() == .array {
            try walker.enterArray()
            for _ in 0..<2 {
                guard try walker.nextElement() else {
                    throw .syntax(byteOffset: walker.byteOffset, expected: "two parts of a merge")
                }
                try mergeParts.append { (buffer) throws(JSONError) in try walker.string(into: &buffer) }
            }
            if try walker.nextElement() {
                throw .syntax(byteOffset: walker.byteOffset, expected: "two parts of a merge")
            }
            return
        }
        let merge = try walker.string()
        guard let space = merge.firstIndex(of: 0x20), !merge[(space + 1)...].contains(0x20) else {
            throw .syntax(byteOffset: offset, expected: "two parts of a merge with a space between them")
        }
        mergeParts.append(merge[..<space])
        mergeParts.append(merge[(space + 1)...])
    }

    /// The spellings by id; ids without one are empty. Throws `invalid` for an id that stands twice or far beyond the rest.
    func spellingsByID() throws(TokenizerError) -> ByteStrings {
        let count = (wordIDs.max() ?? -1) + 1
        guard count <= 2 * wordIDs.count + 1024 else {
            throw .invalid(
                path: path, key: "model.vocab", expected: "ids without large gaps",
                got: "id \(count - 1) among \(counted(wordIDs.count, "token"))")
        }
        var places = [Int](repeating: -1, count: count)
        for (place, id) in wordIDs.enumerated() {
            guard places[id] < 0 else {
                throw .invalid(
                    path: path, key: "model.vocab, \(words.text(place))", expected: "an id of its own",
                    got: "\(id), the id of \(words.text(places[id]))")
            }
            places[id] = place
        }
        var result = ByteStrings()
        for place in places { result.append(place < 0 ? [] : words[place]) }
        return result
    }

    /// The added tokens. Throws `invalid` and `unknownKind`.
    func addedTokens() throws(TokenizerError) -> [AddedToken] {
        guard let value = parts["added_tokens"], value != .null else { return [] }
        guard case .array(let elements) = value else {
            throw .invalid(path: path, key: "added_tokens", expected: "an array", got: value.kind)
        }
        var result: [AddedToken] = []
        for (index, element) in elements.enumerated() {
            let key = "added_tokens[\(index)]"
            guard case .integer(let id)? = element["id"], let id = Int32(exactly: id), id >= 0,
                case .string(let content)? = element["content"]
            else { throw .invalid(path: path, key: key, expected: "an object with id and content", got: element.kind) }
            if element["single_word"] == .bool(true) {
                throw .unknownKind(path: path, key: "\(key).single_word", got: "true", known: ["false"])
            }
            let special = element["special"] == .bool(true)
            result.append(
                AddedToken(
                    id: id, content: Array(content.utf8), isSpecial: special,
                    stripsLeft: element["lstrip"] == .bool(true), stripsRight: element["rstrip"] == .bool(true),
                    isNormalised: element["normalized"].map { $0 == .bool(true) } ?? !special))
        }
        return result
    }
}
