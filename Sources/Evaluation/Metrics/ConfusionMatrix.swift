/// How often each class was taken for each, and the scores that follow. Degenerate cases as in scikit-learn with
/// `zero_division=0`: a share of nothing is 0.
public struct ConfusionMatrix: Sendable, Equatable {
    /// Examples by right class and predicted class.
    public let counts: [[Int]]

    /// Counts decisions. `nil` when the arrays differ in length or hold a number that is no class. O(examples + classes²).
    public init?(predicted: [Int], gold: [Int], classes: Int) {
        guard classes > 0, predicted.count == gold.count else { return nil }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        for (guess, right) in zip(predicted, gold) {
            guard (0..<classes).contains(guess), (0..<classes).contains(right) else { return nil }
            counts[right][guess] += 1
        }
        self.counts = counts
    }

    /// How many examples there are. O(classes²).
    public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    private var right: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }
    /// Examples of each class.
    private var golds: [Int] { counts.map { $0.reduce(0, +) } }
    /// Decisions for each class.
    private var guesses: [Int] { counts.indices.map { column in counts.reduce(0) { $0 + $1[column] } } }

    /// The share of right decisions.
    public var accuracy: Double { Double(right) / Double(total) }

    /// F1 of one class against all others: 2 TP / (2 TP + FP + FN), 0 where no example and no decision is of it.
    public func f1(of label: Int) -> Double {
        let sum = golds[label] + guesses[label]
        return sum == 0 ? 0 : Double(2 * counts[label][label]) / Double(sum)
    }

    /// The mean F1 of the classes that an example or a decision is of.
    public var macroF1: Double {
        let (golds, guesses) = (golds, guesses)
        let seen = counts.indices.filter { golds[$0] + guesses[$0] > 0 }
        return seen.reduce(0) { $0 + f1(of: $1) } / Double(seen.count)
    }

    /// F1 over the decisions of all classes together; with one class an example it is the accuracy.
    public var microF1: Double { accuracy }

    /// The mean recall of the classes that an example is of.
    public var balancedAccuracy: Double {
        let golds = golds
        let seen = counts.indices.filter { golds[$0] > 0 }
        return seen.reduce(0) { $0 + Double(counts[$1][$1]) / Double(golds[$1]) } / Double(seen.count)
    }

    /// Matthews correlation, of several classes too (Gorodkin 2004, R_K); 0 where only one class is right or predicted.
    public var matthews: Double {
        let (golds, guesses) = (golds.map(Double.init), guesses.map(Double.init))
        let all = Double(total)
        let cross = zip(golds, guesses).reduce(0) { $0 + $1.0 * $1.1 }
        let together = Double(right) * all - cross
        let spreadOfGold = all * all - golds.reduce(0) { $0 + $1 * $1 }
        let spreadOfGuesses = all * all - guesses.reduce(0) { $0 + $1 * $1 }
        guard spreadOfGold * spreadOfGuesses > 0 else { return 0 }
        return together / (spreadOfGold.squareRoot() * spreadOfGuesses.squareRoot())
    }
}
