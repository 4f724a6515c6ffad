import Foundation

/// Counts of runs of up to `order` tokens, and the probabilities that follow from them.
///
/// The probability of a token behind n others is that behind n - 1 of them mixed with what was counted behind all n, by Witten
/// and Bell: p(w | h) = (c(h w) + t(h) p(w | h')) / (c(h) + t(h)), where t(h) different tokens were seen behind h, and every token
/// of the vocabulary is equally probable below all. Source: Witten and Bell, "The zero-frequency problem" (1991), interpolated as
/// by Chen and Goodman (1998). Runs do not reach over the ends of texts, and a text's first token is not predicted.
struct TokenCounts {
    /// Tokens of a run at most.
    let order: Int
    private let vocabulary: Int
    private var table = RunTable()
    /// Of each run: how often it stands with something behind it, how many different tokens stand there, how often it ends there.
    private var followed: [Int32] = [0]
    private var followers: [Int32] = [0]
    private var count: [Int32] = [0]
    /// Tokens that were counted.
    private(set) var tokens = 0

    /// No counts of tokens below `vocabulary`.
    init(order: Int, vocabulary: Int) {
        self.order = order
        self.vocabulary = vocabulary
    }

    /// Counts a text. O(tokens * order).
    mutating func add(_ text: [Int32]) {
        guard let first = text.first else { return }
        var contexts: [Int32] = [0, run(0, first)]
        for token in text.dropFirst() {
            var next: [Int32] = [0]
            for context in contexts.prefix(order) {
                let longer = run(context, token)
                if count[Int(longer)] == 0 { followers[Int(context)] += 1 }
                count[Int(longer)] += 1
                followed[Int(context)] += 1
                next.append(longer)
            }
            contexts = Array(next.prefix(order))
            tokens += 1
        }
    }

    private mutating func run(_ context: Int32, _ token: Int32) -> Int32 {
        let found = table.place(context, token, Int32(count.count))
        if found == count.count {
            count.append(0)
            followed.append(0)
            followers.append(0)
        }
        return found
    }

    /// Adds minus the logarithms of the probabilities of a text's tokens to `sums`, by order; how many were predicted.
    func losses(of text: [Int32], into sums: inout [Double]) -> Int {
        guard let first = text.first else { return 0 }
        var contexts: [Int32?] = [0, table.place(0, first)]
        for token in text.dropFirst() {
            var probability = 1 / Double(max(vocabulary, 1))
            var next: [Int32?] = [0]
            for length in 0..<order {
                let context = length < contexts.count ? contexts[length] : nil
                let longer = context.flatMap { table.place($0, token) }
                if let context, followed[Int(context)] > 0 {
                    let kinds = Double(followers[Int(context)])
                    let seen = longer.map { Double(count[Int($0)]) } ?? 0
                    probability = (seen + kinds * probability) / (Double(followed[Int(context)]) + kinds)
                }
                sums[length] -= log(probability)
                next.append(longer)
            }
            contexts = Array(next.prefix(order))
        }
        return text.count - 1
    }
}

/// Numbers runs of tokens: a run is the number of the run without its last token, and that token.
private struct RunTable {
    private var keys = [UInt64](repeating: .max, count: 1 << 10)
    private var values = [Int32](repeating: 0, count: 1 << 10)
    private var used = 0

    private static func key(_ context: Int32, _ token: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: context)) << 32 | UInt64(UInt32(bitPattern: token))
    }

    private func slot(_ key: UInt64) -> Int {
        let mixed = (key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15
        var slot = Int(truncatingIfNeeded: mixed >> 20) & (keys.count - 1)
        while keys[slot] != .max && keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
        return slot
    }

    /// The number of a run; nil for one that was never numbered.
    func place(_ context: Int32, _ token: Int32) -> Int32? {
        let slot = slot(Self.key(context, token))
        return keys[slot] == .max ? nil : values[slot]
    }

    /// The number of a run, `fresh` for one that had none.
    mutating func place(_ context: Int32, _ token: Int32, _ fresh: Int32) -> Int32 {
        let key = Self.key(context, token)
        let slot = slot(key)
        if keys[slot] == key { return values[slot] }
        (keys[slot], values[slot]) = (key, fresh)
        used += 1
        if 3 * used > 2 * keys.count { grow() }
        return fresh
    }

    private mutating func grow() {
        let (oldKeys, oldValues) = (keys, values)
        keys = [UInt64](repeating: .max, count: 2 * oldKeys.count)
        values = [Int32](repeating: 0, count: keys.count)
        for (key, value) in zip(oldKeys, oldValues) where key != .max {
            let slot = slot(key)
            (keys[slot], values[slot]) = (key, value)
        }
    }
}
