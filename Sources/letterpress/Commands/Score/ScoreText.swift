import ArgumentParser
import Corpora
import Foundation
import Foundations
import Tensors
import ZooKit

/// `letterpress score text`, which is what `letterpress score` does.
struct ScoreText: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "text",
        abstract: "Log-probabilities of tokens, and the perplexity of texts.",
        discussion: """
            Each FILE is one text; with --lines each of its lines is, and where its name ends with .jsonl a line is a JSON string \
            or an object with text. - is standard input. A text longer than a window is read in windows that overlap: each token \
            is predicted once, in the first window that holds it. The perplexity is exp of the mean of minus the logarithm of the \
            probability (nats) over all predicted tokens; bits a byte are the same sum over the bytes that these tokens stand for. \
            A token that nothing stands before is not predicted.

            EXAMPLES
              letterpress score text --model models/smollm2 book.txt --window 1024 --stride 512
              letterpress score text --model models/smollm2 answers.jsonl --lines --json
              letterpress score text --model models/smollm2 --text "Ink on paper" --tokens
            """)

    @Option(help: ArgumentHelp("A model's folder, with its tokenizer.", valueName: "folder"), completion: .directory)
    var model: String
    @Argument(help: ArgumentHelp("Texts.", valueName: "file"), completion: .file()) var files: [String] = []
    @Option(help: ArgumentHelp("A text; may be repeated.", valueName: "text")) var text: [String] = []
    @Flag(help: "Each line is a text of its own.") var lines = false
    @Flag(help: "Every token with its log-probability, rank and entropy.") var tokens = false
    @Flag(help: "Begin each text with the tokenizer's begin mark, where it does not add it itself.") var begin = false
    @Option(
        help: ArgumentHelp("Tokenizer from another folder, or bytes (the model's own).", valueName: "folder"),
        completion: .directory)
    var tokenizer: String?
    @OptionGroup(title: "Windows") var cutting: WindowFlags
    @OptionGroup(title: "Computing") var computing: ComputeFlags
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if files.isEmpty == text.isEmpty { throw ValidationError("give either files or --text") }
    }

    func run() throws {
        let merged = MergedSettings(
            try SettingSources.layers(config: nil, flags: SettingLayer(flags: [computing])))
        let workspace = try GenerateSettings.read(merged).generate.workspace()
        let folder = try ModelFolder.named(model)
        let model = try folder.words(tokenizer, for: "score")
        let words = model.tokenizer
        let windows = try cutting.windows(for: folder.config)
        let loaded = try Waiting.on("reading the model", report) {
            try ModelFolder.load(folder, heads: .init(token: true), workspace: workspace)
        }
        for warning in loaded.warnings { report.warn(warning) }
        let scorer = try TextScorer(loaded.model, windows: windows, in: workspace)
        var total = Total()
        try eachText { name, text in
            var ids = model.ids(of: text)
            if begin {
                guard let mark = words.special.begin else {
                    throw CommandFailure(.usage, "the tokenizer has no begin mark; leave out --begin")
                }
                if ids.first != mark { ids.insert(mark, at: 0) }
            }
            let score = try scorer.score(ids) { done in
                if report.showsProgress { Console.progress("\(name): \(done) of \(counted(ids.count, "token"))") }
            }
            if report.showsProgress { Console.progress(nil) }
            let printer = ScorePrinter(tokenizer: words, isJSON: report.json)
            if tokens { try printer.tokens(score, of: name) }
            let part = Total(score, words)
            try printer.summary(part, of: name, windows)
            total.add(part)
        }
        if total.texts > 1 { try ScorePrinter(tokenizer: words, isJSON: report.json).summary(total, of: nil, windows) }
    }

    private func eachText(_ body: (String, [UInt8]) throws -> Void) throws {
        for (index, text) in text.enumerated() { try body("text \(index + 1)", Array(text.utf8)) }
        for file in files {
            guard lines else {
                let bytes = file == "-" ? Console.input() : try TextFile.contents(of: file)
                let repaired = Array(String(decoding: bytes, as: UTF8.self).utf8)
                if repaired != bytes { report.warn("\(file) is no UTF-8; each broken part is read as U+FFFD") }
                try body(file, repaired)
                continue
            }
            try TextLines.each([], file: file, key: "text") { place, value in
                guard case .string(let text) = value else {
                    throw CommandFailure(.badData, "\(place): expected a string or an object with text")
                }
                try body(place, Array(text.utf8))
            }
        }
    }

    /// Sums over texts.
    struct Total {
        var texts = 0
        var count = 0
        var predicted = 0
        var surprise = 0.0
        /// Bytes that the predicted tokens stand for.
        var bytes = 0

        init() {}

        init(_ score: TextScore, _ tokenizer: any Tokenizer) {
            texts = 1
            count = score.count
            predicted = score.scores.count
            surprise = score.surprise
            bytes = score.scores.reduce(0) { $0 + tokenizer.piece($1.id).count }
        }

        mutating func add(_ other: Total) {
            texts += other.texts
            count += other.count
            predicted += other.predicted
            surprise += other.surprise
            bytes += other.bytes
        }
    }
}
