/// The scores of a model on a split of a task, or on one language of it.
public struct SplitResult: Codable, Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// The task's name.
    public var task: String
    /// The split.
    public var split: String
    /// What the examples went through; "plain" is nothing.
    public var variant: String
    /// The noise that the texts went through; nil where there was none.
    public var noise: Noise?
    /// The fonts of the pictures, where they are not those of the other results.
    public var fonts: FontStackRecord?
    /// The language; nil for all of them.
    public var language: String?
    /// The seed of the fine-tuning; nil where none was made.
    public var seed: Int?
    /// Examples that were answered.
    public var examples: Int
    /// Those among them whose labels are withheld, which count in no metric.
    public var unlabelled: Int
    /// Lines of the files that the task lets be left out.
    public var leftOut: Int
    /// Examples some of whose text had no room.
    public var truncated: Int
    /// Words that were labelled, those without room among them; nil for other tasks.
    public var words: Int?
    /// Words without room, which count as wrong.
    public var truncatedWords: Int?
    /// The task's metrics, by name.
    public var metrics: [String: Score]
    /// Right class by predicted class, for classifications; of labelled words those with room.
    public var confusion: [[Int]]?
    /// The class that all answers or nearly all are; nil where they differ, and for tasks without classes.
    public var onlyAnswer: OnlyAnswer?
    /// The surest of the wrong answers.
    public var mistakes: [Mistake]
    /// The file of predictions, from the folder of the results.
    public var predictions: String
    /// The fine-tuned head that answered.
    public var head: HeadRecord?
    /// Why the model cannot do the task; nil where it can.
    public var skipped: String?

    enum CodingKeys: String, CodingKey {
        case model, task, split, variant, noise, fonts, language, seed, examples, unlabelled, truncated, words,
            metrics, confusion, mistakes
        case predictions, head, skipped
        case leftOut = "left_out"
        case onlyAnswer = "only_answer"
        case truncatedWords = "truncated_words"
    }

    /// A metric's value.
    public struct Score: Codable, Sendable, Equatable {
        /// The value; nil where it is not defined.
        public var value: Double?
        /// By bootstrap over the examples; nil where it is not known.
        public var standardError: Double?
        /// Why there is no value.
        public var reason: String?

        enum CodingKeys: String, CodingKey {
            case value, reason
            case standardError = "standard_error"
        }

        /// A score from its parts.
        public init(value: Double?, standardError: Double? = nil, reason: String? = nil) {
            self.value = value
            self.standardError = standardError
            self.reason = reason
        }

        /// Encodes; the value is null where there is none.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(value, forKey: .value)
            try container.encodeIfPresent(standardError, forKey: .standardError)
            try container.encodeIfPresent(reason, forKey: .reason)
        }
    }
}

/// Which fine-tuned model answered.
public struct HeadRecord: Codable, Sendable, Equatable {
    /// Its folder; from the folder of the results where it lies in that.
    public var path: String
    /// SHA-256 over its weights.
    public var weights: String
    /// The task that it was trained on.
    public var task: String
    /// What it reads.
    public var modality: String
    /// Patches or tokens of an example at most.
    public var length: Int
    /// After so many steps.
    public var step: Int
    /// The settings of its fine-tuning; nil where they do not lie beside it.
    public var settings: FinetuneSettings?

    /// A record from its parts.
    public init(
        path: String, weights: String, task: String, modality: String, length: Int, step: Int,
        settings: FinetuneSettings? = nil
    ) {
        (self.path, self.weights, self.task) = (path, weights, task)
        (self.modality, self.length, self.step, self.settings) = (modality, length, step, settings)
    }
}

extension SplitResult {
    /// Which results these are, before any score is told.
    public struct Place: Sendable {
        /// Model, task, split and variant.
        public var model, task, split, variant: String
        /// The noise of the variant.
        public var noise: Noise?
        /// The fonts of the variant.
        public var fonts: FontStackRecord?
        /// The seed of the fine-tuning.
        public var seed: Int?
        /// The file of predictions.
        public var predictions: String
        /// The head that answers.
        public var head: HeadRecord?
        /// Lines of the files that were left out.
        public var leftOut: Int

        /// A place from its parts.
        public init(
            model: String, task: String, split: String, variant: String, seed: Int?, predictions: String,
            head: HeadRecord?, leftOut: Int, noise: Noise? = nil, fonts: FontStackRecord? = nil
        ) {
            (self.model, self.task, self.split, self.variant) = (model, task, split, variant)
            (self.noise, self.fonts) = (noise, fonts)
            (self.seed, self.predictions, self.head, self.leftOut) = (seed, predictions, head, leftOut)
        }
    }

    /// The results of a place: of all its languages together, then of each by itself. O(resamples · metrics).
    public static func all(
        _ place: Place, _ task: TaskDefinition, _ lines: [PredictionLine], _ bootstrap: Bootstrap
    ) -> [SplitResult] {
        var found = [SplitResult(place, task, lines, language: nil, bootstrap)]
        var languages: [String] = []
        for case let language? in lines.map(\.example.language) where !languages.contains(language) {
            languages.append(language)
        }
        for language in languages {
            let part = lines.filter { $0.example.language == language }
            found.append(SplitResult(place, task, part, language: language, bootstrap))
        }
        return found
    }

    private init(
        _ place: Place, _ task: TaskDefinition, _ lines: [PredictionLine], language: String?, _ bootstrap: Bootstrap
    ) {
        (model, self.task, split, variant) = (place.model, place.task, place.split, place.variant)
        (noise, fonts) = (place.noise, place.fonts)
        (seed, predictions, head) = (place.seed, place.predictions, place.head)
        (self.language, leftOut) = (language, language == nil ? place.leftOut : 0)
        (examples, truncated) = (lines.count, lines.count(where: \.isTruncated))
        if task.kind.needs.contains(.words) {
            let labels = lines.compactMap(\.answer.wordLabels)
            (words, truncatedWords) = (
                labels.reduce(0) { $0 + $1.count }, labels.reduce(0) { $0 + $1.count { $0 == nil } }
            )
        }
        let needsLabel = !task.kind.needs.isDisjoint(with: [.classes, .number, .choices, .words])
        unlabelled = needsLabel ? lines.count { $0.example.label == nil } : 0
        let outcomes = Outcomes(task, lines.map(\.example), lines.map(\.answer))
        metrics = [:]
        for (name, value) in Metric.values(task.metrics, outcomes) {
            let error =
                value.number == nil
                ? nil
                : Metric.named(name).flatMap {
                    bootstrap.standardError(of: $0, outcomes)
                }
            let reason = unlabelled == examples && examples > 0 ? "the labels are withheld" : value.reason
            metrics[name] = Score(
                value: value.number, standardError: error, reason: value.number == nil ? reason : nil)
        }
        if case .classes(let predicted, let gold, let classes) = outcomes, !gold.isEmpty {
            confusion = ConfusionMatrix(predicted: predicted, gold: gold, classes: classes)?.counts
        }
        if case .words(let sentences, let labels) = outcomes, !sentences.isEmpty {
            confusion = WordScores.confusion(sentences, labels: labels)
        }
        mistakes = Mistake.surest(lines, task)
        onlyAnswer = OnlyAnswer(task, lines.map(\.example), lines.map(\.answer))
    }

    /// A result that there cannot be, and why.
    public init(_ place: Place, skipped reason: String) {
        (model, task, split, variant) = (place.model, place.task, place.split, place.variant)
        (noise, fonts) = (place.noise, place.fonts)
        (seed, predictions, head, leftOut) = (place.seed, "", nil, place.leftOut)
        (examples, unlabelled, truncated, metrics, mistakes) = (0, 0, 0, [:], [])
        skipped = reason
    }
}

extension [TaskKind.Need] {
    fileprivate func isDisjoint(with others: [TaskKind.Need]) -> Bool { !contains { others.contains($0) } }
}
