import Foundations
import Layers
public import Tensors

/// Computes how likely a model finds continuations, many at a time, without gradients.
///
/// Continuations of one group, such as the choices of a question, usually have a context in common: its keys and values are
/// computed once. Others are batched with those of like length, padded behind masks; what a score is depends on no other
/// continuation but by rounding.
public final class ContinuationScorer {
    /// The model; it may go on being trained between calls.
    public let model: LanguageModel
    /// Where tensors live.
    public let workspace: Workspace
    /// Continuations that are computed at once, at most.
    public let batch: Int
    /// Places that are read at once, at most: of longer contexts the last ones.
    public let window: Int

    /// Places that a pass has at most, unless one continuation has more: what bounds memory.
    static let passLimit = 4096
    /// Common beginnings shorter than this are computed with each continuation.
    static let leastShared = 8

    /// A scorer on `model`, by windows of all its positions unless said otherwise. Throws: `GenerationError.noHead`,
    /// `GenerationError.option` for a batch below 1 or a window that the model does not have.
    public init(
        _ model: LanguageModel, batch: Int = 16, window: Int? = nil, in workspace: Workspace
    ) throws(GenerationError) {
        guard model.tokenHead != nil else { throw .noHead("token") }
        let positions = model.base.config.positions
        guard batch >= 1 else { throw .option(name: "batch", got: "\(batch)", wanted: "1 or more") }
        guard 1...positions ~= window ?? positions else {
            throw .option(
                name: "window", got: "\(window ?? 0)", wanted: "1 to the model's \(counted(positions, "position"))")
        }
        self.model = model
        self.workspace = workspace
        self.batch = batch
        self.window = window ?? positions
    }

    /// The score of each continuation of each group.
    ///
    /// Throws: `TensorError.index` for an id outside the vocabulary, `TensorError.nonFinite` where the model gives no numbers.
    public func scores(_ groups: [[Continuation]]) throws(TensorError) -> [[ContinuationScore]] {
        var found = groups.map { [[TokenScore]](repeating: [], count: $0.count) }
        var alone: [Strand] = []
        var shared: [Strand] = []
        for (number, group) in groups.enumerated() {
            let pieces = group.enumerated().map {
                ContinuationPiece.all($0.element, window: window, owner: (number, $0.offset))
            }
            for strand in Strand.of(pieces, limit: batch) {
                if strand.prefix.isEmpty { alone.append(strand) } else { shared.append(strand) }
            }
        }
        for strands in batches(alone) + batches(shared) {
            let computed = try pass(over: strands)
            let pieces = strands.flatMap(\.pieces)
            for (piece, scores) in zip(pieces, try scores(of: pieces, computed)) {
                // Pieces of one continuation may come in any order.
                found[piece.owner.group][piece.owner.item] += scores
            }
        }
        return found.map { group in
            group.map { ContinuationScore(scores: $0.sorted { $0.place < $1.place }) }
        }
    }

    // MARK: Batches

    /// Pieces that have their beginning in common, without it.
    private struct Strand {
        let prefix: ArraySlice<Int32>
        var pieces: [ContinuationPiece]
        /// Places of its longest row, the beginning included.
        let length: Int
        /// Places that are computed.
        var cost: Int { prefix.count + pieces.reduce(0) { $0 + $1.read.count } }

        /// The pieces of a group's continuations: together where they have a beginning in common, else each alone.
        static func of(_ pieces: [[ContinuationPiece]], limit: Int) -> [Strand] {
            let all = pieces.joined()
            let count = pieces.allSatisfy { $0.count <= 1 } ? common(Array(all)) : 0
            guard count >= leastShared, all.count > 1, let first = all.first else {
                return all.map { Strand(prefix: [], pieces: [$0], length: $0.read.count) }
            }
            let cut = all.map { piece in
                var piece = piece
                piece.read = piece.read.dropFirst(count)
                return piece
            }
            return stride(from: 0, to: cut.count, by: limit).map { start in
                let part = Array(cut[start..<min(cut.count, start + limit)])
                return Strand(
                    prefix: first.read.prefix(count), pieces: part, length: count + (part.map(\.read.count).max() ?? 0))
            }
        }

        /// How many places all begin with, those left out that predict something.
        private static func common(_ pieces: [ContinuationPiece]) -> Int {
            guard let first = pieces.first else { return 0 }
            return pieces.reduce(first.read.count) { least, piece in
                let room = min(least, piece.read.count - piece.targets.count)
                return zip(piece.read.prefix(room), first.read).prefix { $0 == $1 }.count
            }
        }
    }

    /// Strands of like length together, longest first: at most `batch` rows, with little padding and in bounded memory.
    private func batches(_ strands: [Strand]) -> [[Strand]] {
        let order = strands.indices.sorted { (strands[$1].length, $0) < (strands[$0].length, $1) }
        var batches: [[Strand]] = []
        var (rows, cost, longest) = (0, 0, 0)
        for strand in order.map({ strands[$0] }) {
            let own = strand.pieces.count
            let isFull =
                rows + own > batch || longest * (rows + own) > max(Self.passLimit, longest)
                || Double(longest * (rows + own)) > 1.5 * Double(cost + strand.length * own)
            if batches.isEmpty || isFull {
                batches.append([])
                (rows, cost, longest) = (0, 0, strand.length)
            }
            batches[batches.count - 1].append(strand)
            rows += own
            cost += strand.length * own
        }
        return batches
    }

    // MARK: Passes

    /// The stream after the final norm, [pieces * length, D].
    private struct Pass {
        let hidden: Tensor
        let length: Int
        let context: ForwardContext
    }

    /// Runs all pieces of some strands, after their common beginnings.
    private func pass(over strands: [Strand]) throws(TensorError) -> Pass {
        let ids = strands.flatMap { $0.pieces.map { Array($0.read) } }
        let vocabulary = model.base.config.vocabulary
        guard strands.contains(where: { !$0.prefix.isEmpty }) else {
            let input = try ModelInput.text(ids, vocabulary: vocabulary, workspace: workspace)
            let context = ForwardContext(tape: Tape(workspace, mode: .inference))
            return Pass(hidden: try model.hidden(input, context), length: input.rows.length, context: context)
        }
        let longest = strands.map(\.length).max() ?? 0
        let prefixes = strands.map(\.prefix.count)
        let cache = try model.cache(
            sequences: strands.count, capacity: prefixes.max() ?? 0, reserve: longest - (prefixes.min() ?? 0),
            in: workspace)
        let begun = try ModelInput.text(
            strands.map { Array($0.prefix) }, vocabulary: vocabulary, workspace: workspace)
        _ = try model.extend(cache, with: begun, phase: .prompt(isLast: true))
        try cache.select(strands.enumerated().flatMap { index, strand in strand.pieces.map { _ in index } })
        let positions = zip(ids, cache.seen).map { ids, seen in ids.indices.map { Int32(seen + $0) } }
        let input = try ModelInput.text(ids, vocabulary: vocabulary, positions: positions, workspace: workspace)
        let (hidden, context) = try model.extend(cache, with: input)
        return Pass(hidden: hidden, length: input.rows.length, context: context)
    }

    /// The scores of the last places of each piece.
    private func scores(
        of pieces: [ContinuationPiece], _ computed: Pass
    ) throws(TensorError) -> [[TokenScore]] {
        let places = pieces.enumerated().flatMap { index, piece in
            piece.targets.indices.map {
                Int32(index * computed.length + piece.read.count - piece.targets.count + $0)
            }
        }
        let targets = pieces.flatMap(\.targets)
        for id in targets where !(0..<Int32(model.base.config.vocabulary) ~= id) {
            throw .index(operation: "score", index: Int(id), limit: model.base.config.vocabulary)
        }
        let rows = try computed.context.tape.gatherRows(computed.hidden, indices: workspace.indices(places))
        let scores = try model.tokenScores(rows, targets, computed.context)
        var begin = 0
        return pieces.map { piece in
            defer { begin += piece.targets.count }
            return piece.targets.indices.map { scores[begin + $0].at(piece.place + $0) }
        }
    }
}
