import Foundations
import Layers
public import Tensors

/// The gradients of one optimiser step: forward and backward over micro-batches, each term normalised by what it counts over all
/// micro-batches and ranks.
public struct GradientAccumulation<Goal: Objective> {
    /// The objective.
    public let objective: Goal
    /// The processes of the training.
    public let communicator: any Communicator
    /// True if blocks keep no activations and are recomputed in the backward pass.
    public var recomputesBlocks = false
    /// Sees tensors by the path of their place; see `ForwardContext.observer`.
    public var observer: ((String, Tensor) -> Void)?
    private let workspace: Workspace

    /// Accumulation for an objective.
    public init(_ objective: Goal, communicator: any Communicator, workspace: Workspace) {
        self.objective = objective
        self.communicator = communicator
        self.workspace = workspace
    }

    /// Adds the gradients of `batches` up in the parameters; random draws are those of `key`, the micro-batch's place and, above 0,
    /// the rank. What other ranks give is in the totals, and not yet in the gradients.
    ///
    /// Throws ``TrainingError/weight(term:announced:got:)``, `TensorError`, and what the communicator throws.
    public func callAsFunction(_ batches: [Goal.MicroBatch], key: RandomKey) throws -> StepLoss {
        let key = communicator.rank == 0 ? key : key.with("rank").with(communicator.rank)
        return try accumulate(batches) { index in
            let tape = Tape(workspace)
            var context = ForwardContext(tape: tape, isTraining: true, key: key.with(index))
            context.recomputesBlocks = recomputesBlocks
            return context
        }
    }

    /// The loss of `batches` without gradients, as an evaluation wants it.
    public func evaluate(_ batches: [Goal.MicroBatch]) throws -> StepLoss {
        try accumulate(batches) { _ in ForwardContext(tape: Tape(workspace, mode: .inference)) }
    }

    private func accumulate(
        _ batches: [Goal.MicroBatch], _ begin: (Int) -> ForwardContext
    ) throws -> StepLoss {
        let parts = objective.auxiliaryParts
        let announced = batches.map { batch in
            let rows = parts.isEmpty ? nil : objective.rows(of: batch)
            return parts.reduce(into: objective.weights(of: batch)) { weights, part in
                if let rows { weights.merge(part.auxiliaryWeights(rows), uniquingKeysWith: +) }
            }
        }
        let totals = try totalWeights(announced, objective.termNames + parts.flatMap(\.auxiliaryTerms))
        var found: [(kind: String, term: LossTerm)] = []
        var reports: [(name: String, value: Tensor)] = []
        for (index, batch) in batches.enumerated() {
            var context = begin(index)
            context.observer = observer
            let terms = try objective.terms(of: batch, context) + context.losses
            if context.isTraining {
                try check(terms, announced[index])
                try context.tape.backward(terms.map { ($0.sum, totals.gradient(of: $0)) })
                try context.runUpdates()
            }
            let kind = objective.kind(of: batch)
            found += terms.map { (kind, $0.withoutTape) }
            reports += context.metrics
        }
        return try total(found, reports, totals)
    }

    /// The counts over all micro-batches and ranks.
    private struct Totals {
        var weights: [String: Double]
        var microBatches: Double

        /// The factor of a term's sum in the loss.
        func gradient(of term: LossTerm) -> Double {
            switch term.scope {
            case .step:
                guard let weight = weights[term.name], weight > 0 else { return 0 }
                return term.coefficient / weight
            case .microbatch:
                return term.weight > 0 && microBatches > 0 ? term.coefficient / term.weight / microBatches : 0
            }
        }
    }

    private func totalWeights(_ announced: [[String: Double]], _ names: [String]) throws -> Totals {
        var weights: [String: Double] = [:]
        for own in announced { weights.merge(own, uniquingKeysWith: +) }
        var known: [String] = []
        for name in names where !known.contains(name) { known.append(name) }
        if let stranger = weights.keys.filter({ !known.contains($0) }).min() {
            throw TrainingError.weight(term: stranger, announced: nil, got: weights[stranger] ?? 0)
        }
        var numbers = known.map { weights[$0] ?? 0 } + [Double(announced.count)]
        try communicator.sum(&numbers)
        return Totals(
            weights: Dictionary(uniqueKeysWithValues: zip(known, numbers)), microBatches: numbers[known.count])
    }

    /// Compares what the terms of a micro-batch count with what was announced; several parts may add terms of one name.
    private func check(_ terms: [LossTerm], _ announced: [String: Double]) throws {
        var counted: [String: Double] = [:]
        for term in terms where term.scope == .step { counted[term.name, default: 0] += term.weight }
        for (name, weight) in counted.sorted(by: { $0.key < $1.key }) {
            // Sums of the same weights in another order differ by rounding.
            if let own = announced[name], abs(own - weight) <= 1e-12 * abs(own) { continue }
            throw TrainingError.weight(term: name, announced: announced[name], got: weight)
        }
    }

    /// Reads the sums, the only time in a step, and adds those of other ranks.
    private func total(
        _ terms: [(kind: String, term: LossTerm)], _ reports: [(name: String, value: Tensor)], _ weights: Totals
    ) throws -> StepLoss {
        var loss = StepLoss()
        for (kind, term) in terms {
            let sum = try workspace.values(term.sum)[0]
            let own = TermTotal(sum: sum, weight: term.weight)
            loss.terms[term.name, default: TermTotal()] += own
            loss.kinds[kind, default: [:]][term.name, default: TermTotal()] += own
            loss.value += sum * weights.gradient(of: term)
        }
        for (name, value) in reports {
            let numbers = try workspace.values(value)
            loss.reports[name, default: TermTotal()] += TermTotal(
                sum: numbers.reduce(0, +), weight: Double(numbers.count))
        }
        guard communicator.size > 1 else { return loss }
        let own = ["term": loss.terms, "report": loss.reports].flatMap { group, totals in
            totals.map { name, total in ("\(group) \(name)", total) }
        }
        let all = try communicator.sum(Dictionary(own) { first, _ in first })
        var value = [loss.value]
        try communicator.sum(&value)
        loss.value = value[0]
        for name in loss.terms.keys { loss.terms[name] = nil }
        for (key, total) in all where total.weight > 0 {
            let name = String(key.drop { $0 != " " }.dropFirst())
            if key.hasPrefix("term ") { loss.terms[name] = total } else { loss.reports[name] = total }
        }
        return loss
    }
}

extension Communicator {
    /// Sums of named totals over all ranks, each of which may know other names; on every rank. O(names x ranks).
    func sum(_ own: [String: TermTotal]) throws -> [String: TermTotal] {
        let lists = try gather(Array(own.keys.joined(separator: "\n").utf8))
        let known = Set(lists.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) })
        var text = Array(known.sorted().joined(separator: "\n").utf8)
        try broadcast(&text)
        let names = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        let totals = names.map { own[$0] ?? TermTotal() }
        var numbers: [Double] = totals.flatMap { [$0.sum, $0.weight] }
        try sum(&numbers)
        return Dictionary(
            uniqueKeysWithValues: names.enumerated().map {
                ($0.element, TermTotal(sum: numbers[2 * $0.offset], weight: numbers[2 * $0.offset + 1]))
            })
    }
}

extension LossTerm {
    /// The same term without the backward pass.
    var withoutTape: LossTerm {
        LossTerm(name, sum: sum.detached, weight: weight, coefficient: coefficient, scope: scope)
    }
}
