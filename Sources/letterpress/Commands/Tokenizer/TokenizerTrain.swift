public import ArgumentParser
public import Corpora
import Foundations

extension SentencePieceTraining.Kind: ExpressibleByArgument {}

/// `letterpress tokenizer train`
struct TokenizerTrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a SentencePiece tokenizer like Llama's on corpora.",
        discussion: """
            Writes tokenizer.model, the same as tokenizer.json, and tokenizer_config.json into FOLDER. Lines of documents are
            what is trained on; digits stand alone, and characters without a piece are spelled in bytes. The same inputs,
            options and seed give the same file.

            EXAMPLES
              letterpress tokenizer train corpora/sample/sample.jsonl --out tokenizer --size 2000
              letterpress tokenizer train fetched --out tokenizer --size 32000 --lines 1000000 --seed 7
            """)

    @Argument(help: ArgumentHelp("Files, folders, patterns or -.", valueName: "input"), completion: .file()) var inputs:
        [String]
    @Option(
        name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"), completion: .directory)
    var out: String
    @Option(help: ArgumentHelp("Vocabulary size, including special pieces and 256 bytes.", valueName: "n")) var size:
        Int
    @Option(help: "Algorithm (bpe).") var kind: SentencePieceTraining.Kind?
    @Option(help: ArgumentHelp("Character coverage (0.99995).", valueName: "share"))
    var coverage: Double?
    @Option(help: ArgumentHelp("Number of training lines, drawn at random (all).", valueName: "n")) var lines: Int?
    @Option(help: ArgumentHelp("Seed of the draw (0).", valueName: "n")) var seed: UInt64 = 0
    @Option(help: ArgumentHelp("Field with the text (text).", valueName: "name")) var textField: String?

    func validate() throws {
        if !(260...1 << 24).contains(size) { throw ValidationError("--size takes 260 to 16777216") }
        if let coverage, !(coverage > 0.9 && coverage <= 1) { throw ValidationError("--coverage takes 0.9 to 1") }
        if let lines, lines < 1 { throw ValidationError("--lines takes 1 or more") }
    }

    func run() throws {
        var options = ReadOptions()
        if let textField { options.textField = textField }
        var training = SentencePieceTraining(vocabularySize: size)
        if let kind { training.kind = kind }
        if let coverage { training.coverage = coverage }
        training.lineLimit = lines
        training.seed = seed
        let model = try training.model(of: DocumentReader(inputs: inputs.map(InputSpec.init), options: options))
        try Folder.create(out)
        for (name, bytes) in try SentencePieceTraining.files(of: model).sorted(by: { $0.key < $1.key }) {
            try AtomicFile.write(bytes, to: "\(out)/\(name)")
            try Console.result("\(out)/\(name)")
        }
    }
}
