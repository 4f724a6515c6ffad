import Tensors

/// Examples that stand together in one sequence, each a segment of its own.
public struct PackedSequence: Sendable, Equatable {
    /// In their order.
    public var examples: [TrainingExample]
    /// Rows of all together.
    public var rows: Int { examples.reduce(0) { $0 + $1.rows } }
}

/// Packs examples into sequences of at most `limit` rows.
///
/// Best-fit decreasing: the longest example first, each into the sequence that it fills best; the sequences then come in an
/// order drawn from a key. Source: best-fit decreasing as in "Fewer Truncations Improve Language Modeling" (Ding et al. 2024).
struct ExamplePacker {
    /// Rows of a sequence at most.
    let limit: Int
    /// True if several examples may stand in a sequence.
    let joins: Bool

    /// All examples, packed. O(n log n + n sequences of distinct room).
    func sequences(of examples: [TrainingExample], key: RandomKey) -> [PackedSequence] {
        let drawn = key.with("example").order(of: examples.count)
        guard joins else { return drawn.map { PackedSequence(examples: [examples[$0]]) } }
        let order = drawn.enumerated().sorted {
            let (a, b) = (examples[$0.element].rows, examples[$1.element].rows)
            return a == b ? $0.offset < $1.offset : a > b
        }
        var sequences: [PackedSequence] = []
        /// Sequences with so much room, by room.
        var open = [[Int]](repeating: [], count: limit + 1)
        for (_, place) in order {
            let example = examples[place]
            let rows = min(example.rows, limit)
            let sequence: Int
            let room: Int
            if let best = (rows...limit).first(where: { !open[$0].isEmpty }) {
                sequence = open[best].removeFirst()
                room = best - rows
                sequences[sequence].examples.append(example)
            } else {
                sequence = sequences.count
                room = limit - rows
                sequences.append(PackedSequence(examples: [example]))
            }
            if room > 0 { open[room].append(sequence) }
        }
        return key.with("sequence").order(of: sequences.count).map { sequences[$0] }
    }
}
