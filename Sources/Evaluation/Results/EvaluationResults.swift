public import Foundations

/// What an evaluation came to: `results.json`. All of it but `timing` and `environment` follows from models, tasks, data and settings.
public struct EvaluationResults: Codable, Sendable, Equatable {
    /// The file's name.
    public static let fileName = "results.json"

    /// The form of the file.
    public var formatVersion = 1
    /// SHA-256 of the program that wrote it.
    public var code: String
    /// The settings.
    public var settings: JSONValue
    /// The models, in the order in which they were named.
    public var models: [ModelRecord]
    /// The tasks, in the order in which they were named.
    public var tasks: [TaskRecord]
    /// The scores.
    public var results: [SplitResult]
    /// Scores of chance and majority; nil in results of earlier versions.
    public var baselines: [BaselineScores]?
    /// How long answers took.
    public var timing: [Timing]
    /// Machine, system, libraries, threads.
    public var environment: JSONValue

    enum CodingKeys: String, CodingKey {
        case code, settings, models, tasks, results, baselines, timing, environment
        case formatVersion = "format_version"
    }

    /// Results from their parts.
    public init(
        code: String, settings: JSONValue, models: [ModelRecord], tasks: [TaskRecord], results: [SplitResult],
        baselines: [BaselineScores]? = nil, timing: [Timing], environment: JSONValue
    ) {
        self.baselines = baselines
        (self.code, self.settings, self.models, self.tasks) = (code, settings, models, tasks)
        (self.results, self.timing, self.environment) = (results, timing, environment)
    }

    /// A model that was evaluated.
    public struct ModelRecord: Codable, Sendable, Equatable {
        /// Its name in tables.
        public var name: String
        /// Its folder.
        public var path: String
        /// SHA-256 over its weights.
        public var weights: String
        /// The class that wrote it.
        public var architecture: String
        /// Its numbers.
        public var parameters: Int
        /// What it computes.
        public var config: JSONValue

        /// A record from its parts.
        public init(
            name: String, path: String, weights: String, architecture: String, parameters: Int, config: JSONValue
        ) {
            (self.name, self.path, self.weights) = (name, path, weights)
            (self.architecture, self.parameters, self.config) = (architecture, parameters, config)
        }
    }

    /// A task that was evaluated on.
    public struct TaskRecord: Codable, Sendable, Equatable {
        /// The task's name.
        public var name: String
        /// Its version.
        public var version: Int
        /// Its kind.
        public var kind: String
        /// SHA-256 of its file.
        public var sha256: String
        /// SHA-256 of its data files, by path.
        public var data: [String: String]
        /// Names under which it is asked for with others.
        public var suites: [String]
        /// Names of its classes.
        public var labels: [String]
        /// Its languages.
        public var languages: [String]
        /// Splits whose scores are told.
        public var splits: [String]
        /// Its metrics, the main one first.
        public var metrics: [String]
        /// Which values of the main one are better.
        public var direction: Metric.Direction
        /// Scores that publications print: quoted, not measured.
        public var published: [PublishedScores]

        /// The record of a task.
        public init(_ task: TaskDefinition, sha256: String, data: [String: String], splits: [String]) {
            (name, version, kind, suites) = (task.name, task.version, task.kind.name, task.suites)
            (labels, languages, metrics) = (task.labels, task.languages, task.metrics)
            (direction, published) = (task.direction, task.published)
            (self.sha256, self.data, self.splits) = (sha256, data, splits)
        }
    }

    /// How long the answers of a file of predictions took.
    public struct Timing: Codable, Sendable, Equatable {
        /// The file, from the folder of the results.
        public var predictions: String
        /// Seconds.
        public var seconds: Double
        /// Examples a second.
        public var rate: Double

        enum CodingKeys: String, CodingKey {
            case predictions, seconds
            case rate = "examples_per_second"
        }

        /// Seconds that `examples` took.
        public init(predictions: String, seconds: Double, examples: Int) {
            (self.predictions, self.seconds) = (predictions, seconds)
            rate = seconds > 0 ? Double(examples) / seconds : 0
        }
    }

    /// Names of the classes of a result's task.
    func labels(of result: SplitResult) -> [String] { tasks.first { $0.name == result.task }?.labels ?? [] }

    /// Reads a file of results. Throws `FileError` and `ConfigError`.
    public static func read(_ path: String) throws -> EvaluationResults {
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        return try StrictJSON.decode(EvaluationResults.self, from: bytes, source: path)
    }
}
