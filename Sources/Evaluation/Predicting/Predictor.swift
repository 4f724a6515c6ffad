import Foundations
public import Tensors
public import ZooKit

/// A fine-tuned model that answers any texts, as an evaluation has it answer a task's.
public struct Predictor {
    /// The classifier's record.
    public let record: ClassifierRecord
    /// Computes the answers.
    public let scorer: ClassifierScorer
    /// Warnings about the model's folder, a line each.
    public let warnings: [String]

    /// Texts that are best answered together; 1 for a batch of 1, so that each is answered as soon as it is there.
    public var window: Int { scorer.batch == 1 ? 1 : scorer.window }

    /// Loads the model of a classifier's folder that answers `batch` texts at once; `drawing` opens what draws its pictures.
    ///
    /// Throws ``EvaluationError`` for a folder without a classifier, and what model, tokenizer and fonts throw.
    public init(
        _ folder: ModelFolder, batch: Int = 16, tokenizer: String? = nil, workspace: Workspace,
        drawing: () throws -> Drawing
    ) throws {
        record = try ClassifierRecord.of(folder)
        let reading = try ModelReading(folder, record.modality, tokenizer: tokenizer, drawing: drawing)
        let loaded = try ModelFolder.load(folder, workspace: workspace)
        warnings = loaded.warnings
        scorer = try ClassifierScorer(record, folder, loaded.model, reading, batch: batch, workspace: workspace)
    }

    /// A prediction for each example, in their order; another batch changes probabilities by at most 1e-5. Throws as
    /// ``ClassifierScorer/answers(to:)``.
    public func predictions(for examples: [TaskExample]) throws -> [Prediction] {
        let answers = try scorer.answers(to: examples)
        let cuts = scorer.truncations
        return answers.enumerated().map { place, answer in
            var prediction = Prediction(
                answer, labels: record.labels, isTruncated: cuts.indices.contains(place) && cuts[place])
            if record.labelsWords { prediction.texts = examples[place].words }
            return prediction
        }
    }

    /// The model's folder that a path names: itself, that of a run, of a grid its best run's. Throws ``EvaluationError``.
    public static func place(of path: String) throws -> String {
        guard Folder.hasItem(path) else { throw EvaluationError.noModel("there is no model folder \(path)") }
        if let found = try ModelFolder.place(of: path) { return found }
        if Folder.hasItem("\(path)/\(GridLedger.fileName)") { return try EvaluatedModel.best(ofGrid: path) }
        throw EvaluationError.noModel(
            "\(path) holds no model: expected config.json, best/ of a fine-tuning, or grid.jsonl; fine-tune one with "
                + "letterpress finetune")
    }
}

extension ClassifierScorer {
    /// The scorer of a folder's classifier, whose weights are loaded. Throws ``EvaluationError`` for a record of other classes.
    convenience init(
        _ record: ClassifierRecord, _ folder: ModelFolder, _ model: LanguageModel, _ reading: ModelReading, batch: Int,
        workspace: Workspace
    ) throws {
        guard folder.heads.labels == max(1, record.labels.count) else {
            throw EvaluationError.contents(
                "\(folder.path) scores \(counted(folder.heads.labels ?? 0, "class")) and its \(ClassifierRecord.fileName) names "
                    + "\(record.labels.count); fine-tune it again")
        }
        try self.init(
            model, record.modality, record.fitted(reading.options), pooling: record.pooling, words: record.labelledRow,
            batch: batch, workspace: workspace)
    }
}
