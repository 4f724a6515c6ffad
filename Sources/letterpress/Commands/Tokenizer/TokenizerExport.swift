import ArgumentParser
import Corpora
import Foundations

/// `letterpress tokenizer export`
struct TokenizerExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a byte-level tokenizer as a tokenizer.json, which Python's tokenizers reads.",
        discussion: """
            Writes tokenizer.json and tokenizer_config.json into FOLDER.

            EXAMPLES
              letterpress tokenizer export bytes --out byte-tokenizer
            """)

    @Argument(help: ArgumentHelp("Folder or file of a tokenizer, or bytes.", valueName: "model"), completion: .file())
    var model: String
    @Option(
        name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"), completion: .directory)
    var out: String

    func run() throws {
        let loaded = try TokenizerCommand.load(model)
        guard let tokenizer = loaded as? BytePairTokenizer else {
            throw CommandFailure(.usage, "\(model) is \(loaded.summary); byte-level tokenizers are exported")
        }
        try Folder.create(out)
        let files = [
            ("tokenizer.json", tokenizer.tokenizerJSON()), ("tokenizer_config.json", tokenizer.tokenizerConfigJSON()),
        ]
        for (name, bytes) in files {
            try AtomicFile.write(bytes, to: "\(out)/\(name)")
            try Console.result("\(out)/\(name)")
        }
    }
}
