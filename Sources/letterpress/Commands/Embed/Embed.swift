import ArgumentParser
import Corpora
import Evaluation
import Foundation
import Foundations
import Tensors
import Zoo
import ZooKit

/// `letterpress embed`: vectors of texts from a model's hidden states, and search by them.
struct Embed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Vectors of texts from a model, or search by them.",
        discussion: """
            FOLDER is any model, pretrained or fine-tuned. FILE is lines, JSON lines, CSV or TSV, plain or compressed, and - is \
            standard input. --out gets a NumPy array of 32-bit floats, a row a text, and --ids a JSON line a row: where the text \
            comes from. With --search or --queries the texts most like each query are printed instead, by the cosine of their \
            vectors: query, rank, cosine, place and text between tabs. Each text is computed by itself: its vector depends on no \
            other.

            EXAMPLES
              letterpress embed --model runs/tiny corpus.jsonl --out vectors.npy --ids vectors.jsonl
              letterpress embed --model runs/tiny descriptions.txt --search "a text editor" --top 3
            """)

    @Option(help: ArgumentHelp("A model's folder.", valueName: "folder"), completion: .directory) var model: String
    @OptionGroup var texts: TextFlags
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The array to write, where nothing is searched (none).", valueName: "file"),
        completion: .file())
    var out: String?
    @Option(help: ArgumentHelp("JSON lines to write, one a row (none).", valueName: "file"), completion: .file())
    var ids: String?
    @Option(help: ArgumentHelp("A text to search for; may be repeated.", valueName: "query")) var search: [String] = []
    @Option(help: ArgumentHelp("Queries, one a line (none).", valueName: "file"), completion: .file())
    var queries: String?
    @Option(help: ArgumentHelp("Texts to print for a query (10).", valueName: "k")) var top: Int = 10
    @OptionGroup var embedding: EmbedFlags
    @Option(help: "The precision of matrix products (fp32).") var precision: GenerateSettings.PrecisionName = .fp32
    @Option(
        help: ArgumentHelp("A tokenizer's folder, or bytes (the model's own).", valueName: "folder"),
        completion: .directory)
    var tokenizer: String?
    @OptionGroup var computing: ThreadFlags
    @OptionGroup(title: "Input") var reading: EmbedReadingFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @OptionGroup(title: "Reports") var report: ReportFlags

    private var searches: Bool { !search.isEmpty || queries != nil }

    func validate() throws {
        if (out != nil) == searches {
            throw ValidationError("give either --out for the vectors, or --search or --queries to search by them")
        }
        if ids != nil, out == nil { throw ValidationError("--ids names the rows of --out; leave it out") }
        if top < 1 { throw ValidationError("--top takes 1 or more") }
    }

    func run() throws {
        let folder = try ModelFolder.named(Predictor.place(of: model))
        let record = try ClassifierRecord.read(folder.path)
        let merged = MergedSettings(
            try SettingSources.layers(
                over: folder.drawingLayer(), config: nil, flags: SettingLayer(flags: [reading, fonts, computing])))
        let isPixel = folder.config.modelType == .erniePixel
        let kind = embedding.modality ?? record?.modality ?? (isPixel ? .image : .text)
        if texts.files.isEmpty { try merged.refuseFlags(of: ["read"], "the texts are those of --text") }
        if kind == .text { try merged.refuseFlags(of: ["fonts"], "the model reads tokens, and nothing is drawn") }
        let workspace = try RunSettings.read(merged).workspace(precision == .bf16 ? .bf16 : .fp32)
        let embedder = try embedder(folder, record, kind, merged, workspace)
        let vectors = EmbeddedTexts(embedder, report: report)
        if searches {
            let found = try vectors.queries(search, file: queries)
            var index = TextSearch(found, top: top)
            try vectors.each(texts.text, files: texts.files, options: merged.reading()) { index.add($0) }
            try EmbedPrinter(isJSON: report.json).show(index)
        } else if let out {
            let array = try NumpyFile(out, columns: embedder.width)
            var lines: [UInt8] = []
            var rows = 0
            try vectors.each(texts.text, files: texts.files, options: merged.reading()) { found in
                try array.append(found.embedding.vector)
                if ids != nil { lines += EmbedPrinter.line(of: found, row: rows) }
                rows += 1
            }
            try array.finish()
            if let ids { try AtomicFile.writeThrough(lines, to: ids) }
            report.note("\(out): \(rows) x \(embedder.width)")
        }
        vectors.tell(kind, embedding.length ?? record?.length ?? folder.config.positions)
    }

    /// Loads the model and opens tokenizer and fonts.
    private func embedder(
        _ folder: ModelFolder, _ record: ClassifierRecord?, _ kind: ExampleKind, _ merged: MergedSettings,
        _ workspace: Workspace
    ) throws -> TextEmbedder {
        let reading = try ModelReading(
            folder, kind, tokenizer: tokenizer, drawing: { try ModelDrawing(folder, merged, fonts).open() })
        let length = embedding.length ?? record?.length ?? folder.config.positions
        var options = reading.options
        (options.length, options.pairPatches, options.pairTokens) = (length, length / 2, length - length / 2)
        let loaded = try Waiting.on("reading the model", report) {
            try ModelFolder.load(folder, workspace: workspace)
        }
        for warning in loaded.warnings { report.warn(warning) }
        return try TextEmbedder(loaded.model, kind, options, embedding.options, workspace: workspace)
    }
}
