import ArgumentParser
import Corpora
import Foundations
import ZooKit

/// `letterpress tokenizer`: text to ids and back.
struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Encode text to ids and decode ids to text.",
        discussion: """
            MODEL is a folder with a tokenizer.json, a tokenizer.model or a vocab.txt, one of the first two files itself, or
            the word bytes: the tokenizer whose ids are the bytes of UTF-8.

            EXAMPLES
              letterpress tokenizer encode bytes "Hello, world"
              letterpress tokenizer decode bytes 72 105
            """,
        subcommands: [
            TokenizerEncode.self, TokenizerDecode.self, TokenizerInspect.self, TokenizerTrain.self,
            TokenizerExport.self,
        ])

    /// The tokenizer that an argument names.
    static func load(_ model: String) throws -> any Tokenizer {
        model == "bytes" ? try BytePairTokenizer.bytes() : try TokenizerFolder.load(ModelTokenizer.place(of: model))
    }
}

/// `letterpress tokenizer encode`
struct TokenizerEncode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Write the ids of texts, a line for each.",
        discussion: """
            Texts are the arguments, or the lines of FILE. In a FILE whose name ends with .jsonl a line is a JSON string
            or an object with text.

            EXAMPLES
              letterpress tokenizer encode bytes "Hello, world"
              letterpress tokenizer encode bytes --file notes.jsonl --json
            """)

    @Argument(help: ArgumentHelp("Folder or file of a tokenizer, or bytes.", valueName: "model"), completion: .file())
    var model: String
    @Argument(help: ArgumentHelp("Texts.", valueName: "text")) var texts: [String] = []
    @Option(
        name: [.short, .long], help: ArgumentHelp("Texts, one a line; - is standard input (none).", valueName: "file"),
        completion: .file())
    var file: String?
    @Flag(help: "Add no special tokens: no begin, no [CLS].") var plain = false
    @Flag(help: "Encode special tokens that are spelled out in a text as text.") var literal = false
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if texts.isEmpty == (file == nil) { throw ValidationError("give either texts or --file") }
    }

    func run() throws {
        let tokenizer = try TokenizerCommand.load(model)
        let options = EncodeOptions(addsSpecial: !plain, parsesSpecial: !literal)
        try TextLines.each(texts, file: file, key: "text") { line, value in
            let text =
                switch value {
                case .string(let text): text
                default: throw CommandFailure(.badData, "\(line): expected a string or an object with text")
                }
            let ids = tokenizer.encode(text, options)
            if report.json {
                try Console.result(.array(ids.map { .integer(Int($0)) }))
            } else {
                try Console.result(ids.map(String.init).joined(separator: " "))
            }
        }
    }
}

/// `letterpress tokenizer decode`
struct TokenizerDecode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Write the texts of ids.",
        discussion: """
            Ids are the arguments, together one text, or the lines of FILE, each a text. In a FILE whose name ends with
            .jsonl a line is an array of ids or an object with ids.

            EXAMPLES
              letterpress tokenizer decode bytes 72 105
              letterpress tokenizer decode bytes --file ids.jsonl --json
            """)

    @Argument(help: ArgumentHelp("Folder or file of a tokenizer, or bytes.", valueName: "model"), completion: .file())
    var model: String
    @Argument(help: ArgumentHelp("Ids.", valueName: "id")) var ids: [Int32] = []
    @Option(
        name: [.short, .long], help: ArgumentHelp("Ids, a text a line; - is standard input (none).", valueName: "file"),
        completion: .file())
    var file: String?
    @Flag(help: "Keep special tokens in the text.") var keepSpecial = false
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if ids.isEmpty == (file == nil) { throw ValidationError("give either ids or --file") }
    }

    func run() throws {
        let tokenizer = try TokenizerCommand.load(model)
        let texts = ids.isEmpty ? [] : [ids.map(String.init).joined(separator: " ")]
        try TextLines.each(texts, file: file, key: "ids") { line, value in
            let text = tokenizer.decode(try Self.ids(value, of: tokenizer, line), keepsSpecial: keepSpecial)
            if report.json { try Console.result(.string(text)) } else { try Console.result(text) }
        }
    }

    private static func ids(_ value: JSONValue, of tokenizer: any Tokenizer, _ line: String) throws -> [Int32] {
        let numbers: [Int?] =
            switch value {
            case .array(let elements): elements.map { if case .integer(let id) = $0 { id } else { nil } }
            case .string(let text): text.split(separator: " ").map { Int($0) }
            default: [nil]
            }
        return try numbers.map { number in
            guard let number, (0..<tokenizer.vocabularySize).contains(number) else {
                throw CommandFailure(
                    .badData,
                    "\(line): expected ids from 0 to \(tokenizer.vocabularySize - 1), got \(number.map(String.init) ?? "something else")"
                )
            }
            return Int32(number)
        }
    }
}
