/// What a model gave to one example, in the form that files of predictions keep: metrics are told from it and the example alone.
public enum GivenAnswer: Sendable, Equatable {
    /// Scores of the classes, in their order.
    case classes(scores: [Double])
    /// A number.
    case number(Double)
    /// Log-likelihoods of the choices in nats, and their lengths (``TaskChoice/length``).
    case choices(logLikelihoods: [Double], lengths: [Int])
    /// The loss of a text, a continuation or a picture, summed over `weight` tokens (nats; of a cloze 1) or patches (squared
    /// error), and whether each token was the likeliest.
    case loss(sum: Double, weight: Double, isGreedy: Bool)
    /// The rank of the right text among so many, from 1.
    case rank(Int, of: Int)
    /// For each word the scores of the labels, in their order; none for a word without room.
    case words(scores: [[Double]])
    /// A text; `passed` where a script judged it.
    case text(String, passed: Bool?)

    /// The class or the choice with the highest score, the first of equals; nil for what is neither.
    public var index: Int? {
        switch self {
        case .classes(let scores), .choices(let scores, _):
            scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
        default: nil
        }
    }
}

extension GivenAnswer {
    /// Whether it answers an example of a task: its kind, and one score for each class or choice.
    func fits(_ example: TaskExample, of task: TaskDefinition) -> Bool {
        switch self {
        case .classes(let scores): task.kind.needs.contains(.classes) && scores.count == task.labels.count
        case .words(let scores):
            task.kind.needs.contains(.words) && scores.count == example.words.count
                && scores.allSatisfy { $0.isEmpty || $0.count == task.labels.count }
        case .rank(let rank, let count): task.kind == .retrieval && (1...max(1, count)).contains(rank)
        case .number: task.kind.needs.contains(.number)
        case .choices(let likelihoods, let lengths):
            task.kind.needs.contains(.choices) && likelihoods.count == example.choices.count
                && lengths.count == likelihoods.count
        case .loss: [TaskKind.cloze, .perplexity, .patchLoss].contains(task.kind)
        case .text: task.kind.needs.contains(.answers)
        }
    }
}

/// What answers the examples of a task.
///
/// A kind of task is run by one scorer; another kind joins by one more.
public protocol TaskScorer {
    /// How many examples are best given at once; a stop and its resumption fall between such windows.
    var window: Int { get }

    /// Readies for all examples of a split, before the first of its answers.
    func begin(_ examples: [TaskExample]) throws

    /// An answer for each example, in their order; it depends on no other example but by rounding. Throws what tokenizers,
    /// renderers and models throw.
    func answers(to examples: [TaskExample]) throws -> [GivenAnswer]

    /// For each example of the last call whether some of its text had no room; empty where that is not known.
    var truncations: [Bool] { get }
}

extension TaskScorer {
    /// Nothing: answers depend on no other example.
    public func begin(_ examples: [TaskExample]) throws {}

    /// Not known.
    public var truncations: [Bool] { [] }
}

extension Outcomes {
    /// Answers beside what is right, for metrics; of classes, numbers and choices those examples whose labels are known. Answers of
    /// another kind than the first are left out. O(answers).
    public init(_ task: TaskDefinition, _ examples: [TaskExample], _ answers: [GivenAnswer]) {
        let known = zip(examples, answers)
        switch answers.first {
        case .number:
            var (predicted, gold): ([Double], [Double]) = ([], [])
            for case (let example, .number(let number)) in known {
                guard let value = example.label?.value else { continue }
                predicted.append(number)
                gold.append(value)
            }
            self = .numbers(predicted: predicted, gold: gold)
        case .choices:
            var (scores, counts, gold): ([[Double]], [[Int]], [Int]) = ([], [], [])
            for case (let example, .choices(let likelihoods, let lengths)) in known {
                guard let index = example.label?.index else { continue }
                scores.append(likelihoods)
                counts.append(lengths)
                gold.append(index)
            }
            self = .choices(logLikelihoods: scores, lengths: counts, gold: gold)
        case .loss:
            var (sums, weights, greedy): ([Double], [Double], [Bool]) = ([], [], [])
            for case .loss(let sum, let weight, let isGreedy) in answers {
                sums.append(sum)
                weights.append(weight)
                greedy.append(isGreedy)
            }
            self = .losses(sums: sums, weights: weights, isGreedy: greedy)
        case .rank:
            self = .ranks(answers.compactMap { if case .rank(let rank, _) = $0 { rank } else { nil } })
        case .words:
            let scheme = TagScheme(task.labels)
            let sentences = known.compactMap { example, answer -> SentenceOutcome? in
                guard let labels = answer.wordLabels, let gold = example.label?.indices else { return nil }
                return SentenceOutcome(predicted: labels, gold: gold, scheme)
            }
            self = .words(sentences, labels: task.labels.count)
        case .text(_, .some):
            var (texts, right, passes): ([String], [[String]], [Bool]) = ([], [], [])
            for case (let example, .text(let text, let passed)) in known {
                texts.append(text)
                right.append(example.answers)
                passes.append(passed ?? false)
            }
            let isOpen = right.allSatisfy(\.isEmpty)
            self = isOpen ? .passes(passes) : .judged(predicted: texts, answers: right, passes: passes)
        case .text:
            var (texts, right): ([String], [[String]]) = ([], [])
            for case (let example, .text(let text, _)) in known {
                texts.append(text)
                right.append(example.answers)
            }
            self = .texts(predicted: texts, answers: right)
        case .classes, nil:
            var (predicted, gold): ([Int], [Int]) = ([], [])
            for (example, answer) in known {
                guard let index = answer.index, let label = example.label?.index else { continue }
                predicted.append(index)
                gold.append(label)
            }
            self = .classes(predicted: predicted, gold: gold, classes: task.labels.count)
        }
    }
}
