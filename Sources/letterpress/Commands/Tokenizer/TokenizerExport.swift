import ArgumentParser
import Corpora
import Foundations
import ZooKit

/// `letterpress tokenizer export`
struct TokenizerExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a tokenizer as a tokenizer.json, which Python's tokenizers reads.",
        discussion: """
            Writes tokenizer.json and tokenizer_config.json into FOLDER, also for a SentencePiece model or BERT's list of pieces.

            EXAMPLES
              letterpress tokenizer export bytes --out byte-tokenizer
            """)

    @Argument(help: ArgumentHelp("Folder or file of a tokenizer, or bytes.", valueName: "model"), completion: .file())
    var model: String
    @Option(
        name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"), completion: .directory)
    var out: String

    @OptionGroup(title: "Reports") var report: ReportFlags

    func run() throws {
        let loaded = try TokenizerCommand.load(model)
        let files: [(String, [UInt8])]
        if let tokenizer = loaded as? BytePairTokenizer {
            files = [
                ("tokenizer.json", tokenizer.tokenizerJSON()),
                ("tokenizer_config.json", tokenizer.tokenizerConfigJSON()),
            ]
        } else {
            let (exported, note) = try ModelTokenizer(model).exported(for: .language)
            if exported["tokenizer.json"] == nil {
                throw CommandFailure(.badData, note ?? "\(model) cannot be exported")
            }
            if let note { report.warn(note) }
            files = ["tokenizer.json", "tokenizer_config.json"].compactMap { name in exported[name].map { (name, $0) } }
        }
        try Folder.create(out)
        for (name, bytes) in files {
            try AtomicFile.write(bytes, to: "\(out)/\(name)")
            try Console.result("\(out)/\(name)")
        }
    }
}
