/// Counts of entities: right, predicted and there.
public struct EntityCounts: Sendable, Equatable {
    /// Predicted entities with the words and the type of one that is there.
    public var right = 0
    /// Predicted entities.
    public var predicted = 0
    /// Entities that are there.
    public var gold = 0

    /// No entities.
    public init() {}

    init(_ predicted: Set<TagScheme.Entity>, _ gold: Set<TagScheme.Entity>) {
        (self.predicted, self.gold) = (predicted.count, gold.count)
        right = predicted.count { gold.contains($0) }
    }

    static func += (sum: inout EntityCounts, counts: EntityCounts) {
        sum.right += counts.right
        sum.predicted += counts.predicted
        sum.gold += counts.gold
    }

    /// The share of predicted entities that are right; 0 of none.
    public var precision: Double { predicted == 0 ? 0 : Double(right) / Double(predicted) }
    /// The share of entities that are found; 0 of none.
    public var recall: Double { gold == 0 ? 0 : Double(right) / Double(gold) }
    /// The harmonic mean of both; 0 where nothing is right.
    public var f1: Double { predicted + gold == 0 ? 0 : 2 * Double(right) / Double(predicted + gold) }
}

/// The labels of a sentence's words beside the gold ones.
public struct SentenceOutcome: Sendable, Equatable {
    /// For each word the label predicted; nil for a word without room, which is wrong and belongs to no entity.
    public let predicted: [Int?]
    /// For each word the gold label.
    public let gold: [Int]
    /// Entities by the lenient reading; nil where labels are no tags.
    public let entities: EntityCounts?
    /// Entities by the strict reading.
    public let strict: EntityCounts?

    /// A sentence of a task with some labels.
    public init(predicted: [Int?], gold: [Int], labels: [String]) {
        self.init(predicted: predicted, gold: gold, TagScheme(labels))
    }

    init(predicted: [Int?], gold: [Int], _ scheme: TagScheme?) {
        (self.predicted, self.gold) = (predicted, gold)
        let labels = predicted.map { $0 ?? -1 }
        entities = scheme.map { EntityCounts($0.entities(labels), $0.entities(gold)) }
        strict = scheme.map { EntityCounts($0.strictEntities(labels), $0.strictEntities(gold)) }
    }

    /// Words whose label is right.
    var right: Int { zip(predicted, gold).count { $0 == $1 } }
}

/// Scores over the words, or the entities, of all sentences.
enum WordScores {
    /// The share of words whose label is right.
    static func accuracy(_ sentences: [SentenceOutcome]) -> MetricValue {
        let count = sentences.reduce(0) { $0 + $1.gold.count }
        guard count > 0 else { return .undefined("there are no words") }
        return .value(Double(sentences.reduce(0) { $0 + $1.right }) / Double(count))
    }

    /// The mean F1 of the labels that a word has or is given, as scikit-learn's with `zero_division=0`. A word without room is one that its
    /// label misses.
    static func macroF1(_ sentences: [SentenceOutcome], labels: Int) -> MetricValue {
        var (right, sums) = ([Int](repeating: 0, count: labels), [Int](repeating: 0, count: labels))
        for sentence in sentences {
            for (guess, gold) in zip(sentence.predicted, sentence.gold) where sums.indices.contains(gold) {
                sums[gold] += 1
                if let guess, sums.indices.contains(guess) {
                    sums[guess] += 1
                    if guess == gold { right[gold] += 1 }
                }
            }
        }
        let seen = sums.indices.filter { sums[$0] > 0 }
        guard !seen.isEmpty else { return .undefined("there are no words") }
        return .value(seen.reduce(0) { $0 + 2 * Double(right[$1]) / Double(sums[$1]) } / Double(seen.count))
    }

    /// Words by gold label and predicted label, those without room left out.
    static func confusion(_ sentences: [SentenceOutcome], labels: Int) -> [[Int]]? {
        let pairs = sentences.flatMap { zip($0.predicted, $0.gold) }
        let seen = pairs.compactMap { guess, gold in guess.map { ($0, gold) } }
        return ConfusionMatrix(predicted: seen.map(\.0), gold: seen.map(\.1), classes: labels)?.counts
    }

    /// A score of the entities of all sentences together.
    static func entities(
        _ sentences: [SentenceOutcome], isStrict: Bool = false, _ score: (EntityCounts) -> Double
    ) -> MetricValue {
        var sum = EntityCounts()
        for sentence in sentences {
            guard let counts = isStrict ? sentence.strict : sentence.entities else {
                return .undefined("the labels are no tags of entities: O, and B-, I-, E- or S- with a type")
            }
            sum += counts
        }
        return .value(score(sum))
    }
}
