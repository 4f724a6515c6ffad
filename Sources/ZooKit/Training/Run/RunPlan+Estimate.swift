public import Foundations
import Layers
import Reports
public import Tensors

extension RunPlan {
    /// The plan of steps of at most `rows` rows in sequences of at most `length`, in micro-batches of at most `microBatchRows` rows. O(parts).
    public init(
        _ kind: String, _ model: LanguageModel, rows: Int, microBatchRows: Int, length: Int, recompute: Bool,
        details: [String: JSONValue] = [:], _ workspace: Workspace
    ) {
        self.kind = kind
        let (stream, compute) = (workspace.precision.stream, workspace.precision.compute)
        parameters = model.parameters.reduce(0) { $0 + $1.count }
        trained = model.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
        rowsPerStep = rows
        // Values, and a copy in the type of products; of what is trained a gradient and two moments.
        stateBytes = model.parameters.reduce(0) { sum, parameter in
            let copy = compute == parameter.type || parameter.shape.count < 2 ? 0 : compute.byteCount
            let training = parameter.isTrainable ? 3 * stream.byteCount : 0
            return sum + parameter.count * (parameter.type.byteCount + copy + training)
        }
        activationBytes = Self.activations(model, microBatchRows, recompute) * compute.byteCount
        operationsPerStep = TrainingCost(model).most(rows: rows, length: length)
        heads = model.children.map(\.name).filter { $0 != "model" }
        (firstStep, steps, evalEvery, ranks) = (0, 0, 0, 1)
        adaptation = ""
        events = []
        self.details = details
    }

    /// Throws `badSetting` for a micro-batch that needs more than `memory` bytes, before anything is read or computed. Activations count
    /// where every row is filled: batches of short examples need less than planned.
    func check(memory: Int, fillsRows: Bool) throws(PretrainingError) {
        let (needed, overflows) = stateBytes.addingReportingOverflow(fillsRows ? activationBytes : 0)
        guard overflows || needed > memory else { return }
        throw .badSetting(
            key: "micro_batch",
            reason:
                "a micro-batch with the model needs about \(Figures.bytes(overflows ? .max : needed)) of memory, and there are "
                + "\(Figures.bytes(memory)); pass --micro-batch with fewer sequences, or --recompute")
    }

    /// Numbers that a micro-batch keeps for the backward pass: of a block two inputs of norms, what they give, queries, keys, values, what
    /// was read, gate, up and their product.
    private static func activations(_ model: LanguageModel, _ rows: Int, _ recompute: Bool) -> Int {
        let config = model.base.config
        let inner = config.heads * config.headWidth + 2 * config.groups * config.headWidth
        let kept = 4 * config.width + 2 * inner + 3 * config.innerWidth
        return rows * (recompute ? kept + config.layerCount * config.width : config.layerCount * kept)
    }

    /// The number of all parameters, embeddings included, with the heads among them, and of those that are trained where not all are:
    /// "1,001,984 parameters with lm_token_head and lm_pixel_head, 968,704 trained".
    public var parameterText: String {
        let heads = heads.isEmpty ? " without heads" : " with \(heads.joined(separator: " and "))"
        let part = trained == parameters ? "" : ", \(ReportNumbers.grouped(trained)) trained"
        return Figures.parameters(parameters) + heads + part
    }
}

extension StepRecord {
    /// The counts of one rank's micro-batches in a step.
    public struct Counts {
        /// Rows, padding left out.
        public var rows: Int
        /// Rows that were computed, padding included.
        public var computedRows: Int
        /// Examples; nil where sequences are packed.
        public var examples: Int?
        /// Examples that were truncated; nil where nothing is.
        public var truncated: Int?
        /// Operations, by ``TrainingCost``; nil where they are not counted.
        public var operations: Double?

        /// Counts of a rank.
        public init(
            rows: Int, computedRows: Int, examples: Int? = nil, truncated: Int? = nil, operations: Double? = nil
        ) {
            (self.rows, self.computedRows, self.examples, self.truncated) = (rows, computedRows, examples, truncated)
            self.operations = operations
        }
    }

    /// The record of a step, counts and losses of all ranks in it; the run adds its time.
    public init<Goal>(
        _ outcome: Trainer<Goal>.Outcome, _ counts: Counts, step: Int, _ communicator: any Communicator
    ) throws {
        let found = outcome.loss
        var totals: [String: TermTotal] = [
            "rows": TermTotal(sum: Double(counts.rows)), "computed": TermTotal(sum: Double(counts.computedRows)),
            "examples": TermTotal(sum: Double(counts.examples ?? 0)),
            "truncated": TermTotal(sum: Double(counts.truncated ?? 0)),
            "operations": TermTotal(sum: counts.operations ?? 0),
        ]
        for (kind, terms) in found.kinds {
            for (name, total) in terms { totals["kind \(kind).\(name)"] = total }
        }
        // Ranks may have seen different kinds in a step.
        if communicator.size > 1 { totals = try communicator.sum(totals) }
        func count(_ name: String) -> Int { Int(exactly: totals[name]?.sum ?? 0) ?? 0 }
        self.step = step
        loss = found.value
        terms = found.terms.compactMapValues(\.mean)
        kinds = [:]
        for (key, total) in totals where key.hasPrefix("kind ") {
            if let mean = total.mean { kinds[String(key.dropFirst(5))] = mean }
        }
        (rate, gradientNorm) = (outcome.report?.rate, outcome.report?.gradientNorms["default"])
        examples = counts.examples == nil ? nil : count("examples")
        truncated = counts.truncated == nil ? nil : count("truncated")
        (rows, computedRows) = (count("rows"), count("computed"))
        operations = counts.operations == nil ? nil : totals["operations"]?.sum
        (seconds, dataSeconds) = (0, 0)
        skipped = outcome.skipped
        reports = found.reports.isEmpty ? nil : found.reports.compactMapValues(\.mean)
    }
}

extension ModelInput {
    /// Rows that hold something.
    var seenRows: Int {
        (tokens?.isPadding.count { !$0 } ?? 0) + (patches?.isCounted.count { $0 } ?? 0)
    }
}
