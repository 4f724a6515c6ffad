import Foundations
import ZooKit

extension Finetuning {
    /// Scores the best model of a finished run on a split that chose nothing, and writes the scores into its result and the answers beside
    /// the model, on rank 0; a result that has them stays as it is. The result on every rank.
    ///
    /// Throws ``EvaluationError`` where the model is gone, ``TaskError``, and as ``Predictor``.
    public func test(_ split: String, of folder: String) throws -> FinetuneResult? {
        try communicator.onRank0 {
            guard var result = try FinetuneResult.read(folder), result.test == nil else { return }
            let data = try TaskData.load(
                material.task, split: split, at: material.place, language: result.settings.taskLanguage)
            let place = "\(folder)/best"
            guard let record = try ClassifierRecord.read(place) else {
                throw EvaluationError.noModel("\(place) is gone; the test needs the best model")
            }
            let workspace = try workspace(result.settings)
            let best = try ModelFolder.open(place, catalogue)
            let scorer = try ClassifierScorer(
                record, best, ModelFolder.load(best, workspace: workspace).model, material.reading,
                batch: result.settings.evalBatch, workspace: workspace)
            let answers = try scorer.answers(to: data.examples)
            let outcomes = Outcomes(material.task, data.examples, answers)
            let lines = zip(data.examples, answers).flatMap { PredictionLine($0, $1).encoded(material.task) }
            try AtomicFile.write(lines, to: "\(place)/predictions-\(split).jsonl")
            result.test = .init(
                examples: data.examples.count, data: FinetuneMaterial.hash(try data.hashes()),
                metrics: Metric.values(material.task.metrics, outcomes).compactMapValues(\.number))
            try AtomicFile.write(
                StrictJSON.encodedValue(result).encoded(pretty: true), to: "\(folder)/\(FinetuneResult.fileName)")
        }
        return try FinetuneResult.read(folder, communicator)
    }
}
