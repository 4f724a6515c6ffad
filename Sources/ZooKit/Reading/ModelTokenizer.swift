public import Corpora
import Foundations

/// A model's tokenizer: what makes its tokens, which token stands before every text, and the files that say so.
public struct ModelTokenizer: Sendable {
    /// Makes tokens of text.
    public let tokenizer: any Tokenizer
    /// Stands before every text; nil for nothing.
    public let begin: Int32?
    /// Files by name, as folders of models keep them.
    public let files: [String: [UInt8]]

    /// Names that the files of a tokenizer may have.
    static let fileNames = [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.txt", "vocab.json", "merges.txt",
        "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
    ]

    private init(_ tokenizer: any Tokenizer, begin: Int32?, files: [String: [UInt8]]) {
        self.tokenizer = tokenizer
        self.begin = begin
        self.files = files
    }

    /// The tokenizer of a folder or of one of its files, or of bytes for the name "bytes". Throws `TokenizerError`,
    /// `CheckpointError`.
    public init(_ named: String) throws {
        // A run stands for its best or newest model.
        let name = named == "bytes" ? named : try Self.place(of: named)
        if name == "bytes" {
            let bytes = try BytePairTokenizer.bytes()
            let files = ["tokenizer.json": bytes.tokenizerJSON(), "tokenizer_config.json": bytes.tokenizerConfigJSON()]
            self = ModelTokenizer(bytes, begin: bytes.special.begin, files: files).forTraining()
            return
        }
        let tokenizer = try TokenizerFolder.load(name)
        var (folder, wanted) = (name, Self.fileNames)
        if !Folder.isFolder(name) {
            let place = name.lastIndex(of: "/")
            folder = place.map { String(name[..<$0]) } ?? "."
            let file = place.map { String(name[name.index(after: $0)...]) } ?? name
            wanted = [file, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"]
        }
        var files: [String: [UInt8]] = [:]
        for name in wanted where Folder.hasItem("\(folder)/\(name)") {
            files[name] = try CheckpointJSON.bytes(of: "\(folder)/\(name)")
        }
        var begin = tokenizer.special.begin
        if !(Self.says(tokenizer, files) ?? LegacyFolder.begins(tokenizer, in: folder)) { begin = nil }
        self.init(tokenizer, begin: begin, files: files)
    }

    /// True if the tokenizer's files put its begin token before texts; nil where they say nothing of it.
    private static func says(_ tokenizer: any Tokenizer, _ files: [String: [UInt8]]) -> Bool? {
        guard let begin = tokenizer.special.begin else { return false }
        if tokenizer.encode("").first == begin { return true }
        if case .bool(let adds)? = config(files)["add_bos_token"] { return adds }
        return nil
    }

    static func config(_ files: [String: [UInt8]]) -> [String: JSONValue] {
        guard let bytes = files["tokenizer_config.json"],
            case .object(let fields)? = try? JSONValue.parse(bytes, keepsSpelling: true)
        else { return [:] }
        return fields
    }

    /// The same where every text begins with the begin token, as trainings have it: the template of `tokenizer.json` and
    /// `add_bos_token` say so. Without a begin token nothing changes.
    public func forTraining() -> ModelTokenizer {
        guard let begin = tokenizer.special.begin, Self.says(tokenizer, files) != true else { return self }
        var files = files
        if let pairs = tokenizer as? BytePairTokenizer { files["tokenizer.json"] = pairs.tokenizerJSON(begin: begin) }
        var fields = Self.config(files)
        fields["add_bos_token"] = .bool(true)
        if fields["bos_token"] == nil {
            fields["bos_token"] = .string(
                String(decoding: tokenizer.piece(begin, keepsSpecial: true), as: UTF8.self))
        }
        files["tokenizer_config.json"] = JSONValue.object(fields).encoded(pretty: true)
        return ModelTokenizer(tokenizer, begin: begin, files: files)
    }

    /// The ids of a whole text, with all that stands around it. O(bytes).
    public func ids(of text: [UInt8]) -> [Int32] {
        let ids = tokenizer.encode(bytes: text)
        guard let begin, ids.first != begin else { return ids }
        return [begin] + ids
    }

    /// Ids of plain text for makers of examples; special tokens that are written out in it are text as any other.
    public var encoding: TextEncoding {
        let tokenizer = tokenizer
        return TextEncoding(begin: begin, end: tokenizer.special.end) { text in
            tokenizer.encode(bytes: text, EncodeOptions(addsSpecial: false, parsesSpecial: false))
        }
    }

    /// Gives a shape the vocabulary and its special ids, unless it has room for all of them and `isNamed` is false. A line that
    /// tells of another vocabulary; nil where it stays.
    public func fit(_ config: inout DecoderConfig, isNamed: Bool) -> String? {
        let (size, old) = (tokenizer.vocabularySize, config.vocabulary)
        if !isNamed, size <= old { return nil }
        config.vocabulary = size
        config.begin = tokenizer.special.begin.map(Int.init)
        config.end = tokenizer.special.end.map(Int.init)
        config.pad = tokenizer.special.pad.map(Int.init)
        return size == old ? nil : "the model gets the \(counted(size, "id")) of \(tokenizer.summary), not \(old)"
    }

    /// A SHA-256 over names and contents of the files; a `tokenizer.json` that repeats a SentencePiece model is none of them.
    public var identity: String {
        var files = files
        if tokenizer is SentencePieceTokenizer, files["tokenizer.model"] != nil { files["tokenizer.json"] = nil }
        return Self.identity(of: files)
    }

    private static func identity(of files: [String: [UInt8]]) -> String {
        var hasher = SHA256Hasher()
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            hasher.update(Array("\(name)\0\(bytes.count)\0".utf8))
            hasher.update(bytes)
        }
        return hasher.finish().hex
    }

    /// The present identity of a tokenizer that an older checkpoint names: the files of our bytes did not say then that the begin token
    /// stands before texts, though trainings put it there.
    static func present(identity: String) throws -> String {
        let bytes = try BytePairTokenizer.bytes()
        let old = ["tokenizer.json": bytes.tokenizerJSON(), "tokenizer_config.json": bytes.tokenizerConfigJSON()]
        return try Self.identity(of: old) == identity ? ModelTokenizer("bytes").identity : identity
    }

    /// The folder of a tokenizer: that of the model where `name` is a run without a tokenizer of its own.
    public static func place(of name: String) throws -> String {
        guard Folder.isFolder(name), !fileNames.contains(where: { Folder.hasItem("\(name)/\($0)") }) else {
            return name
        }
        return try ModelFolder.place(of: name) ?? name
    }
}
