import Corpora
import Foundations
import ZooKit

/// The tokenizer that a model is trained with, and its files, which go into every checkpoint.
struct TrainingTokenizer {
    let tokenizer: any Tokenizer
    /// Files by name.
    let files: [String: [UInt8]]
    private let name: String

    /// What may make up a tokenizer.
    private static let fileNames = [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.txt", "special_tokens_map.json",
        "added_tokens.json",
    ]

    /// The tokenizer of a folder; that of bytes without a name.
    init(_ name: String?) throws {
        self.name = name ?? "bytes"
        tokenizer = try TokenizerCommand.load(self.name)
        if let own = tokenizer as? BytePairTokenizer, self.name == "bytes" {
            files = ["tokenizer.json": own.tokenizerJSON(), "tokenizer_config.json": own.tokenizerConfigJSON()]
            return
        }
        var found: [String: [UInt8]] = [:]
        let folder = name ?? ""
        let paths = Folder.isFolder(folder) ? Self.fileNames.map { "\(folder)/\($0)" } : [folder]
        for path in paths where Folder.hasItem(path) {
            let file = path.split(separator: "/").last.map(String.init) ?? path
            found[file] = try MappedFile(path: path).withBytes { Array($0) }
        }
        files = found
    }

    /// Gives a model the vocabulary, where it is another than its own. Throws for one that is too large and was not asked for.
    func fit(_ config: inout DecoderConfig, isNamed: Bool, _ report: ReportFlags) throws {
        let size = tokenizer.vocabularySize
        if !isNamed, size <= config.vocabulary { return }
        if size != config.vocabulary {
            report.note("the model gets the \(size) ids of \(tokenizer.summary), not \(config.vocabulary)")
            config.vocabulary = size
        }
        config.begin = tokenizer.special.begin.map(Int.init)
        config.end = tokenizer.special.end.map(Int.init)
        config.pad = tokenizer.special.pad.map(Int.init)
    }

    /// Ids of plain text; special tokens that are written out in it are text as any other.
    func encoding(_ config: DecoderConfig) -> TextEncoding {
        let tokenizer = tokenizer
        return TextEncoding(begin: tokenizer.special.begin, end: tokenizer.special.end) { text in
            tokenizer.encode(bytes: text, EncodeOptions(addsSpecial: false, parsesSpecial: false))
        }
    }

    /// A hash over the files.
    var identity: String {
        var hasher = SHA256Hasher()
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            hasher.update(Array("\(name)\0\(bytes.count)\0".utf8))
            hasher.update(bytes)
        }
        return hasher.finish().hex
    }
}
