import Layers
import Tensors

/// One call of a generator: prompts that wait, rows that are decoded together, and what is done.
final class GenerationRun {
    private let generator: TextGenerator
    private let requests: [GenerationRequest]
    private let onToken: (GenerationEvent) throws -> Void
    private let onEnd: (Generation) throws -> Void
    /// Requests whose prompt was not read yet.
    private var waiting: ArraySlice<Int>
    private var start: Start?
    private var rows: [(request: Int, row: GenerationRow)] = []
    private var cache: KeyValueCache?
    private var done: [[Int: Generation]]

    /// A prompt that was read, and the samples of it that are still to begin.
    private struct Start {
        let request: Int
        let cache: KeyValueCache
        let logits: Tensor
        var samples: Range<Int>
    }

    init(
        _ generator: TextGenerator, _ requests: [GenerationRequest],
        onToken: @escaping (GenerationEvent) throws -> Void, onEnd: @escaping (Generation) throws -> Void
    ) {
        self.generator = generator
        self.requests = requests
        self.onToken = onToken
        self.onEnd = onEnd
        waiting = requests.indices.filter { requests[$0].samples > 0 }[...]
        done = requests.map { _ in [:] }
    }

    /// Everything, in the order of the requests.
    func run() throws -> [Generation] {
        while true {
            try fill()
            guard !rows.isEmpty, let cache else { break }
            let logits = try generator.model.decode(rows.map { $0.row.result.tokens.last ?? 0 }, cache)
            let ids = try choose(logits, rows.map(\.row))
            let steps = try steps(logits, ids)
            var left: [(request: Int, row: GenerationRow)] = []
            for (index, item) in rows.enumerated() {
                var row = item.row
                if try take(ids[index], steps?[index], item.request, &row) { left.append((item.request, row)) }
            }
            rows = left
        }
        return done.flatMap { samples in samples.sorted { $0.key < $1.key }.map(\.value) }
    }

    // MARK: The batch

    /// Begins texts while there is room, and makes the cache that of the rows there are.
    private func fill() throws {
        var parts: [(cache: KeyValueCache, sequence: Int)] = []
        if let cache {
            parts = rows.map { (cache, $0.row.sequence) }
            cache.reserve = rows.map { $0.row.left(positions: generator.model.base.config.positions) }.max() ?? 0
        }
        while rows.count < max(1, generator.batch), let start = try nextStart() {
            let request = requests[start.request]
            var row = GenerationRow(
                request, sample: start.samples.lowerBound, ends: generator.ends, tokenizer: generator.tokenizer,
                records: generator.recordsSteps)
            self.start?.samples = start.samples.dropFirst()
            if request.options.maxNewTokens == 0 {
                try end(row.result, start.request)
                continue
            }
            let id = try choose(start.logits, [row])[0]
            guard try take(id, steps(start.logits, [id])?[0], start.request, &row) else { continue }
            rows.append((start.request, row))
            parts.append((start.cache, 0))
        }
        let isSame =
            parts.count == cache?.sequences && parts.enumerated().allSatisfy { $1.cache === cache && $1.sequence == $0 }
        if !isSame { cache = parts.isEmpty ? nil : try KeyValueCache.joining(sequences: parts) }
        for index in rows.indices { rows[index].row.sequence = index }
    }

    /// The prompt whose next sample begins: the present one, or the next, which is read now.
    private func nextStart() throws -> Start? {
        if let start, !start.samples.isEmpty { return start }
        start = nil
        guard let place = waiting.popFirst() else { return nil }
        let request = requests[place]
        let cache = try generator.model.cache(
            sequences: 1, capacity: request.prompt.count,
            reserve: min(
                request.options.maxNewTokens,
                max(generator.model.base.config.positions - request.prompt.count, 0)),
            policy: generator.policy, identities: [request.id], in: generator.workspace)
        let logits = try generator.model.prefill([request.prompt], into: cache)
        start = Start(request: place, cache: cache, logits: logits, samples: 0..<request.samples)
        return start
    }

    /// Gives a row its next token; whether the text goes on.
    private func take(
        _ id: Int32, _ step: Generation.Step?, _ request: Int, _ row: inout GenerationRow
    ) throws -> Bool {
        if let step { row.result.steps?.append(step) }
        let event = row.take(id, positions: generator.model.base.config.positions)
        try onToken(event)
        if event.reason == nil { return true }
        try end(row.result, request)
        return false
    }

    private func end(_ result: Generation, _ request: Int) throws {
        done[request][result.sample] = result
        try onEnd(result)
    }

    // MARK: Tokens

    /// The next token of each row, by logits [rows, V].
    private func choose(_ logits: Tensor, _ rows: [GenerationRow]) throws(TensorError) -> [Int32] {
        let workspace = generator.workspace
        if rows.allSatisfy(\.isPlain) {
            let best = try Tape(workspace, mode: .inference).topK(logits, count: 1)
            let most = try workspace.values(best.values)
            guard most.allSatisfy(\.isFinite) else {
                throw .nonFinite(tensor: "logits", step: rows[0].result.tokens.count, count: logits.columns)
            }
            return try workspace.values(best.indices).map { Int32($0) }
        }
        var ids: [Int32] = []
        for (index, row) in rows.enumerated() {
            ids.append(try row.choose(logits.rows(index..<index + 1), in: workspace))
        }
        return ids
    }

    /// Probabilities and ranks of the tokens that were chosen; nil unless wanted.
    private func steps(_ logits: Tensor, _ ids: [Int32]) throws(TensorError) -> [Generation.Step]? {
        guard generator.recordsSteps else { return nil }
        let workspace = generator.workspace
        let kernels = workspace.kernels
        let (count, vocabulary) = (logits.rows, logits.columns)
        let targets = try workspace.indices(ids)
        let values = try workspace.empty([count], logits.type)
        let logSums = try workspace.empty([count], logits.type)
        let entropy = try workspace.empty([count], logits.type)
        let ranks = try workspace.empty([count], .int32)
        kernels.logProbabilities(
            logits.operand, targets: targets.operand, temperature: 1, rows: count, vocabulary: vocabulary,
            to: values.operand, logSums: logSums.operand)
        kernels.distributionStatistics(
            logits.operand, targets: targets.operand, logSums: logSums.operand, temperature: 1, rows: count,
            vocabulary: vocabulary, entropy: entropy.operand, ranks: ranks.operand)
        let found = (try workspace.values(values), try workspace.values(ranks))
        return zip(found.0, found.1).map { Generation.Step(logProbability: $0, rank: Int($1)) }
    }
}
