import Foundations

/// Opens the tokenizer of a model folder.
public enum TokenizerFolder {
    /// The tokenizer of a folder, or of one of its files.
    ///
    /// In a folder `tokenizer.json` is looked for, then `tokenizer.model`, a SentencePiece model, then `vocab.txt`, BERT's list of
    /// pieces. A `tokenizer.json` of a kind that is not read here gives way to a `tokenizer.model` beside it. `tokenizer_config.json`, `special_tokens_map.json`, `config.json` and
    /// `generation_config.json` beside it say which tokens begin, end and fill; the ends of all of them count.
    ///
    /// Throws `noTokenizer`, `file`, `notJSON`, `invalid`, and `unknownKind` for what is not read here.
    public static func load(_ path: String) throws(TokenizerError) -> any Tokenizer {
        if path.hasSuffix(".json") { return try load(json: path, beside: folder(of: path)) }
        if path.hasSuffix(".model") { return try load(model: path, beside: folder(of: path)) }
        let json = path + "/tokenizer.json"
        let model = path + "/tokenizer.model"
        if Folder.hasItem(json) {
            do throws(TokenizerError) {
                return try load(json: json, beside: path)
            } catch .unknownKind where Folder.hasItem(model) {
                return try load(model: model, beside: path)
            }
        }
        if Folder.hasItem(model) { return try load(model: model, beside: path) }
        if Folder.hasItem(path + "/vocab.txt") {
            return try WordPieceTokenizer.load(list: path + "/vocab.txt", TokenizerSettings(folder: path))
        }
        throw .noTokenizer(folder: path, wanted: ["tokenizer.json", "tokenizer.model", "vocab.txt"])
    }

    private static func load(json path: String, beside folder: String) throws(TokenizerError) -> any Tokenizer {
        let document = try TokenizerDocument(try read(path), path: path)
        let settings = try TokenizerSettings(folder: folder)
        switch document.model["type"] {
        case .string("BPE")?, nil:
            return try document.bytePairTokenizer { (names) throws(TokenizerError) in try settings.special(names.id) }
        case .string("WordPiece")?:
            return try document.wordPieceTokenizer { (names) throws(TokenizerError) in try settings.special(names.id) }
        case let type:
            throw document.refuse("model.type", type, known: ["BPE", "WordPiece"])
        }
    }

    private static func load(model path: String, beside folder: String) throws(TokenizerError) -> any Tokenizer {
        let settings = try TokenizerSettings(folder: folder)
        func flag(_ key: String) -> Bool? { if case .bool(let value)? = settings[key] { value } else { nil } }
        var isLlama = false
        if case .string(let name)? = settings["tokenizer_class"] { isLlama = name.hasPrefix("Llama") }
        let tokenizer = try SentencePieceTokenizer(
            model: read(path), addsBegin: flag("add_bos_token") ?? isLlama, addsEnd: flag("add_eos_token") ?? false,
            ends: settings.numbers("eos_token_id"), path: path)
        // Tokens beyond the model would change texts; they are not read here.
        if case .object(let added)? = settings["added_tokens_decoder"],
            let beyond = added.keys.compactMap({ Int($0) }).filter({ $0 >= tokenizer.vocabularySize }).min()
        {
            throw .unknownKind(
                path: folder + "/tokenizer_config.json", key: "added_tokens_decoder.\(beyond)",
                got: "a token beyond those of \(path)", known: ["a tokenizer.json of a known kind"])
        }
        return tokenizer
    }

    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func read(_ path: String) throws(TokenizerError) -> [UInt8] {
        do throws(FileError) {
            return unsafe try MappedFile(path: path).withBytes { unsafe Array($0) }
        } catch {
            throw .file(error)
        }
    }
}

/// What the files beside a tokenizer say about special tokens.
struct TokenizerSettings {
    private let folder: String
    private var files: [(name: String, value: JSONValue)] = []

    init(folder: String) throws(TokenizerError) {
        self.folder = folder
        for name in ["tokenizer_config.json", "special_tokens_map.json", "config.json", "generation_config.json"] {
            let path = folder + "/" + name
            guard Folder.hasItem(path) else { continue }
            let bytes = try TokenizerFolder.read(path)
            do throws(JSONError) {
                files.append((name, try JSONValue.parse(bytes)))
            } catch {
                throw .notJSON(path: path, error: error)
            }
        }
    }

    /// A setting of `tokenizer_config.json`.
    subscript(key: String) -> JSONValue? { files.first { $0.name == "tokenizer_config.json" }?.value[key] }

    /// The special tokens, their names looked up by `id`.
    func special(_ id: (String) -> Int32?) throws(TokenizerError) -> SpecialTokens {
        var result = SpecialTokens()
        result.begin = try named("bos_token", id)
        if result.begin == nil { result.begin = try numbers("bos_token_id").first }
        result.end = try named("eos_token", id)
        if result.end == nil { result.end = try numbers("eos_token_id").first }
        result.pad = try named("pad_token", id)
        if result.pad == nil { result.pad = try numbers("pad_token_id").first }
        result.unknown = try named("unk_token", id)
        result.mask = try named("mask_token", id)
        result.ends = result.end.map { [$0] } ?? []
        for end in try numbers("eos_token_id") where !result.ends.contains(end) { result.ends.append(end) }
        return result
    }

    /// The token that the first of the files names at a key.
    func named(_ key: String, _ id: (String) -> Int32?) throws(TokenizerError) -> Int32? {
        for (file, value) in files {
            guard let entry = value[key], entry != .null else { continue }
            let text: String
            switch (entry, entry["content"]) {
            case (.string(let name), _), (_, .string(let name)?): text = name
            default:
                throw .invalid(path: "\(folder)/\(file)", key: key, expected: "the text of a token", got: entry.kind)
            }
            guard let found = id(text) else {
                throw .invalid(path: "\(folder)/\(file)", key: key, expected: "a token of the vocabulary", got: text)
            }
            return found
        }
        return nil
    }

    /// The ids at a key of all files. Negative ones say that there is none: configurations of Llama have a pad of -1.
    func numbers(_ key: String) throws(TokenizerError) -> [Int32] {
        var result: [Int32] = []
        for (file, value) in files {
            guard let entry = value[key], entry != .null else { continue }
            let list = if case .array(let elements) = entry { elements } else { [entry] }
            for element in list {
                if case .integer(let number) = element, number < 0 { continue }
                guard case .integer(let number) = element, let id = Int32(exactly: number) else {
                    throw .invalid(path: "\(folder)/\(file)", key: key, expected: "an id", got: element.kind)
                }
                result.append(id)
            }
        }
        return result
    }
}
