public import Foundations
public import ZooKit

/// The result of a finished run: `result.json`.
public struct FinetuneResult: Codable, Sendable, Equatable {
    /// The task.
    public var task: String
    /// The task's version.
    public var version: Int
    /// The metric that chooses the best evaluation.
    public var metric: String
    /// The split that it is of.
    public var split: String
    /// Its best value; nil where it was never defined.
    public var value: Double?
    /// After so many steps.
    public var bestStep: Int
    /// Steps that were made.
    public var steps: Int
    /// True if evaluations that were not better ended it.
    public var endedEarly: Bool
    /// All evaluations.
    public var evaluations: [EvaluationRecord]
    /// The settings.
    public var settings: FinetuneSettings
    /// The identities of model, task and data; nil in results of earlier versions.
    public var identity: JSONValue?
    /// Scores of chance and majority on the split; nil in results of earlier versions.
    public var baselines: [BaselineScores]?
    /// The one class that the best model answers; nil where its answers differ.
    public var onlyAnswer: OnlyAnswer?
    /// The best model's scores on a test table; nil where none was named.
    public var test: TestScores?

    /// Scores of the best model on a split that chose nothing.
    public struct TestScores: Codable, Sendable, Equatable {
        /// Examples.
        public var examples: Int
        /// SHA-256 over the data.
        public var data: String
        /// The task's metrics; those that are defined.
        public var metrics: [String: Double]
    }

    enum CodingKeys: String, CodingKey {
        case task, version, metric, split, value, steps, evaluations, settings, identity, test, baselines
        case bestStep = "best_step"
        case endedEarly = "ended_early"
        case onlyAnswer = "only_answer"
    }

    /// A warning on the best model's answers; nil where there is none.
    public func warning(labels: [String]) -> String? { onlyAnswer?.warning(labels: labels) }

    /// The file's name.
    public static let fileName = RunFolder.result

    /// The result of a finished run; nil where the folder has none. Throws `FileError` and `ConfigError`.
    public static func read(_ folder: String) throws -> FinetuneResult? {
        let path = "\(folder)/\(fileName)"
        guard Folder.hasItem(path) else { return nil }
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        return try StrictJSON.decode(FinetuneResult.self, from: bytes, source: path)
    }

    /// The result that rank 0 reads, on every rank. Throws as ``read(_:)``, and the errors of the communicator.
    public static func read(_ folder: String, _ communicator: any Communicator) throws -> FinetuneResult? {
        var bytes: [UInt8] = []
        try communicator.onRank0 {
            if let result = try read(folder) { bytes = try StrictJSON.encodedValue(result).encoded() }
        }
        try communicator.broadcast(&bytes)
        return bytes.isEmpty ? nil : try StrictJSON.decode(FinetuneResult.self, from: bytes, source: "result of rank 0")
    }
}
