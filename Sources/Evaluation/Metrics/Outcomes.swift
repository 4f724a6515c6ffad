/// What came out for the examples of a split, beside what is right; metrics are told from it.
///
/// All arrays of a case have one element an example.
public enum Outcomes: Sendable, Equatable {
    /// Classes from 0 below `classes`.
    case classes(predicted: [Int], gold: [Int], classes: Int)
    /// Numbers.
    case numbers(predicted: [Double], gold: [Double])
    /// Ranks of the right texts, from 1.
    case ranks([Int])
    /// Sentences whose words have labels from 0 below `labels`.
    case words([SentenceOutcome], labels: Int)
    /// Texts, each with the answers that are right.
    case texts(predicted: [String], answers: [[String]])
    /// For each example the log-likelihoods of its choices, the lengths of these (``TaskChoice/length``), and the right one.
    case choices(logLikelihoods: [[Double]], lengths: [[Int]], gold: [Int])
    /// For each example a summed loss (nats, or squared error) and over how many tokens or patches it is summed (a cloze counts
    /// as one), and whether each token was the likeliest.
    case losses(sums: [Double], weights: [Double], isGreedy: [Bool])
    /// Whether each text passed, of examples without answers.
    case passes([Bool])
    /// Texts with the answers that are right, and whether each passed.
    case judged(predicted: [String], answers: [[String]], passes: [Bool])

    /// How many examples there are.
    public var count: Int {
        switch self {
        case .classes(_, let gold, _): gold.count
        case .numbers(_, let gold): gold.count
        case .words(let sentences, _): sentences.count
        case .ranks(let ranks): ranks.count
        case .texts(let predicted, _): predicted.count
        case .choices(_, _, let gold): gold.count
        case .losses(let sums, _, _): sums.count
        case .passes(let passes), .judged(_, _, let passes): passes.count
        }
    }

    /// Whether there are none.
    public var isEmpty: Bool { count == 0 }

    /// The outcomes at some places, in their order; a place may come twice. O(places).
    public func at(_ places: [Int]) -> Outcomes {
        func pick<T>(_ values: [T]) -> [T] { places.map { values[$0] } }
        switch self {
        case .classes(let predicted, let gold, let classes):
            return .classes(predicted: pick(predicted), gold: pick(gold), classes: classes)
        case .numbers(let predicted, let gold): return .numbers(predicted: pick(predicted), gold: pick(gold))
        case .ranks(let ranks): return .ranks(pick(ranks))
        case .words(let sentences, let labels): return .words(pick(sentences), labels: labels)
        case .texts(let predicted, let answers): return .texts(predicted: pick(predicted), answers: pick(answers))
        case .choices(let scores, let lengths, let gold):
            return .choices(logLikelihoods: pick(scores), lengths: pick(lengths), gold: pick(gold))
        case .losses(let sums, let weights, let isGreedy):
            return .losses(sums: pick(sums), weights: pick(weights), isGreedy: pick(isGreedy))
        case .passes(let passes): return .passes(pick(passes))
        case .judged(let predicted, let answers, let passes):
            return .judged(predicted: pick(predicted), answers: pick(answers), passes: pick(passes))
        }
    }
}
