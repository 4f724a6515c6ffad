import Foundations
import Reports

/// The data of a run's report, gathered from the records of `metrics.jsonl`.
struct RunHistory {
    /// Training losses.
    private(set) var loss = Curve()
    /// Training losses by kind and term.
    private(set) var kinds: [String: Curve] = [:]
    private(set) var rate = Curve()
    private(set) var gradientNorm = Curve()
    /// Rows read a second.
    private(set) var speed = Curve()
    /// The share of time that went to reading data, 0 to 1.
    private(set) var dataShare = Curve()
    private(set) var heldOut: [String: Curve] = [:]
    /// Losses of evaluations, kinds added.
    private(set) var heldOutLoss = Curve()
    /// Metrics of evaluations by name.
    private(set) var metrics: [String: Curve] = [:]
    /// Numbers that parts and hooks reported, by name.
    private(set) var reports: [String: Curve] = [:]
    private(set) var evaluations: [EvaluationRecord] = []
    private(set) var checkpoints: [CheckpointRecord] = []
    private(set) var last: StepRecord?
    /// Rows read.
    private(set) var rows = 0
    /// Examples read, where they are counted.
    private(set) var examples = 0
    /// Examples that were truncated.
    private(set) var truncated = 0
    /// Seconds of steps.
    private(set) var seconds = 0.0
    /// Seconds of them for data.
    private(set) var dataSeconds = 0.0
    private(set) var skipped = 0

    /// Steps made or skipped.
    var step: Int { max(last?.step ?? 0, evaluations.last?.step ?? 0, 0) }

    mutating func add(_ record: MetricsRecord) {
        switch record {
        case .step(let record): add(record)
        case .evaluation(let record):
            evaluations.append(record)
            heldOutLoss.append(record.loss, at: record.step)
            for (name, value) in record.metrics { metrics[name, default: Curve()].append(value, at: record.step) }
            for (name, value) in record.kinds { heldOut[name, default: Curve()].append(value, at: record.step) }
        case .checkpoint(let record):
            checkpoints.removeAll { record.removed.contains($0.path) || $0.path == record.path }
            checkpoints.append(record)
        }
    }

    private mutating func add(_ record: StepRecord) {
        last = record
        loss.append(record.loss, at: record.step)
        for (name, value) in record.kinds { kinds[name, default: Curve()].append(value, at: record.step) }
        if let value = record.rate { rate.append(value, at: record.step) }
        if let value = record.gradientNorm { gradientNorm.append(value, at: record.step) }
        if record.seconds > 0 {
            speed.append(Double(record.rows) / record.seconds, at: record.step)
            dataShare.append(record.dataSeconds / record.seconds, at: record.step)
        }
        for (name, value) in record.reports ?? [:] { reports[name, default: Curve()].append(value, at: record.step) }
        rows = rows.addingSaturating(record.rows)
        examples = examples.addingSaturating(record.examples ?? 0)
        truncated = truncated.addingSaturating(record.truncated ?? 0)
        seconds += record.seconds
        dataSeconds += record.dataSeconds
        if record.skipped != nil { skipped += 1 }
    }
}
