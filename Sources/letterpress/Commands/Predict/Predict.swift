import ArgumentParser
import Corpora
import Evaluation
import Foundation
import Foundations
import Tensors
import Zoo
import ZooKit

/// `letterpress predict`: labels and probabilities from a fine-tuned model.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict labels of texts with a fine-tuned model.",
        discussion: """
            FOLDER is what letterpress finetune wrote, a run, its best/ or a grid, or a text classifier of Hugging Face. FILE is \
            lines, JSON lines, CSV or TSV, plain or compressed, and - is standard input. Texts are read as in training, as tokens \
            or as pictures. A line is the label, its probability and the beginning of the text, between tabs; of a regression \
            the number and the text. A model that labels words cuts texts at white space and prints a word a line, its label and \
            the probability, and an empty line behind a text. Answers come in the order of the texts, while input is still read.

            EXAMPLES
              letterpress predict --model runs/topic --text "The cable is unplugged."
              letterpress predict --model runs/topic new.tsv --text-field sentence --keep id --json
              tail -f log | letterpress predict --model runs/topic - --batch 1
            """)

    @Option(help: ArgumentHelp("Folder of a fine-tuned model.", valueName: "folder"), completion: .directory) var model:
        String
    @OptionGroup var texts: TextFlags
    @Option(help: ArgumentHelp("Text B of each --text, for models of pairs.", valueName: "text")) var textB: [String] =
        []
    @Option(help: ArgumentHelp("Classes to print, the likeliest first (1; in JSON all).", valueName: "k")) var top: Int?
    @Option(help: ArgumentHelp("Texts that are computed at once (16).", valueName: "n")) var batch: Int = 16
    @Option(help: "The precision of matrix products (fp32).") var precision: GenerateSettings.PrecisionName = .fp32
    @Option(
        help: ArgumentHelp("A tokenizer's folder, or bytes (the model's own).", valueName: "folder"),
        completion: .directory)
    var tokenizer: String?
    @OptionGroup var computing: ThreadFlags
    @OptionGroup(title: "Input") var reading: PredictReadingFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if !textB.isEmpty, textB.count != texts.text.count {
            throw ValidationError("\(textB.count) of --text-b for \(texts.text.count) of --text; give one for each")
        }
        if let top, top < 1 { throw ValidationError("--top takes 1 or more") }
        if !(1...1024).contains(batch) { throw ValidationError("--batch takes 1 to 1024") }
    }

    func run() throws {
        let place = try Predictor.place(of: model)
        let folder = try ModelFolder.named(place)
        let record = try ClassifierRecord.of(folder)
        let merged = MergedSettings(
            try SettingSources.layers(
                over: folder.drawingLayer(), config: nil, flags: SettingLayer(flags: [reading, fonts, computing])))
        let options = try readOptions(merged, record)
        let workspace = try RunSettings.read(merged).workspace(precision == .bf16 ? .bf16 : .fp32)
        let predictor = try Predictor(
            folder, batch: batch, tokenizer: tokenizer, workspace: workspace,
            drawing: { try ModelDrawing(merged, fonts).open() })
        for warning in predictor.warnings { report.warn(warning) }
        let printer = PredictPrinter(isJSON: report.json, top: top)
        var truncated = (count: 0, of: 0)
        func answer(_ documents: [Document]) throws {
            let predictions = try self.predictions(of: documents, predictor)
            for (document, prediction) in zip(documents, predictions) { try printer.show(prediction, of: document) }
            truncated.count += predictions.count(where: \.isTruncated)
            truncated.of += predictions.count
        }
        if texts.files.isEmpty {
            for start in stride(from: 0, to: texts.text.count, by: predictor.window) {
                try answer((start..<min(texts.text.count, start + predictor.window)).map(argument))
            }
        } else {
            let windows = try DocumentWindows(texts.files.map(InputSpec.init), options, size: predictor.window)
            defer { report.tell(windows.report) }
            while case let window = try windows.next(), !window.isEmpty { try answer(window) }
        }
        report.tell(truncated: truncated.count, of: truncated.of, record.modality, length: record.length)
    }

    /// A text of the command line, with its number as its line.
    private func argument(_ index: Int) -> Document {
        let segments = [texts.text[index]] + (textB.isEmpty ? [] : [textB[index]])
        return Document(
            segments: segments.map { Array($0.utf8) }, kind: textB.isEmpty ? .single : .pair,
            origin: Origin(path: "--text", line: index + 1, index: index))
    }

    /// Predictions for documents. What a single one of them cannot be made of is an error with its place.
    private func predictions(of documents: [Document], _ predictor: Predictor) throws -> [Prediction] {
        let examples = documents.map { document in
            let texts = document.segments.map { String(decoding: $0, as: UTF8.self) }
            if predictor.record.labelsWords {
                let id = "\(document.origin.index)"
                return document.kind == .words
                    ? TaskExample.words(id: id, list: texts) : .words(id: id, texts.joined(separator: " "))
            }
            return TaskExample(
                id: "\(document.origin.index)", textA: texts.first ?? "", textB: texts.count > 1 ? texts[1] : nil)
        }
        do { return try predictor.predictions(for: examples) } catch {
            for (document, example) in zip(documents, examples) {
                _ = try document.placing { try predictor.scorer.encode([example]) }
            }
            throw error
        }
    }

    /// How inputs are read; fields that are not named are looked for under the names of the training data, then under usual ones.
    private func readOptions(_ merged: MergedSettings, _ record: ClassifierRecord) throws -> ReadOptions {
        var options = try merged.reading()
        try options.validate()
        if texts.files.isEmpty { try merged.refuseFlags(of: ["read"], "the texts are those of --text") }
        if record.modality == .text {
            try merged.refuseFlags(of: ["fonts"], "the model reads tokens, and nothing is drawn")
        }
        if options.wordsField != nil, !record.labelsWords {
            throw CommandFailure(.usage, "--words-field has no effect: the model labels texts, not words; leave it out")
        }
        if !textB.isEmpty, let columns = record.columns, columns["text_b"] == nil {
            throw CommandFailure(.usage, "--text-b has no effect: the model was trained on single texts; leave it out")
        }
        let isNamed = (a: merged["read", "text_field"] != nil, b: merged["read", "text_b_field"] != nil)
        guard !isNamed.a || !isNamed.b else { return options }
        let first = texts.files.first { $0 != "-" && Folder.hasItem($0) && !Folder.isFolder($0) }
        let known = try first.flatMap { try ReadOptions.columns(of: $0, format: options.format) }
        func choose(_ names: [String?], usual: String?) -> String? {
            let names = names.compactMap(\.self)
            guard let known else { return usual }
            return names.first { known.contains($0) }
        }
        let trained = record.columns ?? [:]
        let isFielded = known != nil || [.jsonl, .csv, .tsv].contains(options.format)
        if !isNamed.a, isFielded {
            let usual = trained["text_a"] ?? "text"
            options.textField = choose([trained["text_a"], "text", "text_a", "sentence"], usual: usual) ?? usual
        }
        if !isNamed.b, isFielded {
            let isPair = trained["text_b"] != nil || options.textField == "text_a"
            if isPair { options.textBField = choose([trained["text_b"], "text_b"], usual: trained["text_b"]) }
        }
        return options
    }
}
