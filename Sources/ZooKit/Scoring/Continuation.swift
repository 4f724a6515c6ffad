/// Tokens whose probability is asked for, and what stands before them.
public struct Continuation: Sendable, Equatable {
    /// What stands before. Where there is nothing, the first token is not predicted.
    public var context: [Int32]
    /// What is predicted, each token from all before it.
    public var tokens: [Int32]

    /// A continuation from its parts.
    public init(context: [Int32], tokens: [Int32]) {
        self.context = context
        self.tokens = tokens
    }
}

/// What a model thinks of a continuation.
public struct ContinuationScore: Sendable, Equatable {
    /// The tokens that were predicted, in order; places count from the beginning of the context.
    public let scores: [TokenScore]

    /// The logarithms of their probabilities, summed, in nats; 0 where nothing was predicted.
    public var logLikelihood: Double { scores.reduce(0) { $0 + $1.logProbability } }
    /// Whether each of them was the likeliest; not so where nothing was predicted.
    public var isGreedy: Bool { !scores.isEmpty && scores.allSatisfy { $0.rank == 0 } }
}

/// A part of a continuation that is computed in one row of a batch.
struct ContinuationPiece {
    /// What is read, the place before the last target at its end.
    var read: ArraySlice<Int32>
    /// What is predicted from the last rows that are read.
    let targets: [Int32]
    /// Where the first target stands in the context and the continuation.
    let place: Int
    /// Which group, and which of its continuations.
    let owner: (group: Int, item: Int)

    /// The pieces of a continuation for a model that reads `window` places: one where the continuation fits, with as much of the
    /// context before it as there is room for; else pieces of half a window, each after the half before it.
    static func all(_ continuation: Continuation, window: Int, owner: (group: Int, item: Int)) -> [ContinuationPiece] {
        let all = continuation.context + continuation.tokens
        let first = max(1, continuation.context.count)
        guard first < all.count else { return [] }
        let step = all.count - first <= window ? all.count - first : max(1, window / 2)
        return stride(from: first, to: all.count, by: step).map { begin in
            let end = min(all.count, begin + step)
            return ContinuationPiece(
                read: all[max(0, end - 1 - window)..<end - 1], targets: Array(all[begin..<end]), place: begin,
                owner: owner)
        }
    }
}
