import Foundation
import Foundations
import Reports

/// A pretraining or fine-tuning as its folder records it, to be shown beside others.
public struct ComparedRun {
    /// The folder.
    public let path: String
    /// The name in legends and tables; the last part of its path until ``distinguish(_:)`` finds more.
    public private(set) var name: String
    /// `pretraining`, or `fine-tuning on` a task.
    public let kind: String
    /// Steps that were planned; those that were made where no settings tell.
    public let plannedSteps: Int
    /// Settings by section and key, as `run.json` has them.
    let settings: [String: JSONValue]
    let history: RunHistory

    /// The records of a run.
    public static let records = "metrics.jsonl"

    /// Reads the folder of a run, which may be under way. Throws ``RecordingError`` and `FileError`.
    public init(_ path: String) throws {
        (self.path, name) = (path, (path as NSString).lastPathComponent)
        let folder = RunFolder(path)
        var history = RunHistory()
        try MetricsFile.readWhole(folder.file(Self.records)) { history.add($0) }
        self.history = history
        let root = try Self.object(folder.file(RunFolder.settings))
        let result = try Self.object(folder.file(RunFolder.result))
        var settings: [String: JSONValue] = [:]
        for case (let section, .object(let fields)) in root ?? [:] {
            for (key, value) in fields where value != .null { settings["\(section).\(key)"] = value }
        }
        self.settings = settings
        let section = settings.keys.contains { $0.hasPrefix("finetune.") } ? "finetune" : "pretrain"
        if section == "pretrain" {
            kind = "pretraining"
        } else if case .string(let task)? = result?["task"] ?? settings["task.name"] {
            kind = "fine-tuning on \((task as NSString).lastPathComponent.replacing(".json", with: ""))"
        } else {
            kind = "fine-tuning"
        }
        if case .integer(let steps)? = settings["\(section).steps"] {
            plannedSteps = steps
        } else {
            plannedSteps = history.step
        }
    }

    private static func object(_ path: String) throws -> [String: JSONValue]? {
        guard Folder.hasItem(path) else { return nil }
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        do {
            guard case .object(let fields) = try JSONValue.parse(bytes) else { return nil }
            return fields
        } catch {
            throw RecordingError.badFile(path: path, reason: "\(error)")
        }
    }

    /// Names runs by ``names(of:)``.
    public static func distinguish(_ runs: inout [ComparedRun]) {
        for (index, name) in names(of: runs.map(\.path)).enumerated() { runs[index].name = name }
    }

    /// Names of folders: their paths without the folders that all of them begin and end with; of one its last part.
    public static func names(of folders: [String]) -> [String] {
        let paths = folders.map { URL(filePath: $0).standardizedFileURL.path.split(separator: "/").map(String.init) }
        guard paths.count > 1, let shortest = paths.map(\.count).min() else { return paths.map { $0.last ?? "/" } }
        func shared(_ part: (Int, [String]) -> String) -> Int {
            (0..<max(0, shortest - 1)).prefix { index in Set(paths.map { part(index, $0) }).count == 1 }.count
        }
        let first = shared { $1[$0] }
        let last = max(0, min(shared { $1[$1.count - 1 - $0] }, shortest - 1 - first))
        return paths.map { $0.dropFirst(first).dropLast(last).joined(separator: "/") }
    }

    /// Final and best values of the run.
    public var figures: Figures { Figures(self) }
}

extension ComparedRun {
    /// The figures of a run.
    public struct Figures: Codable, Sendable, Equatable {
        /// The name, the folder, and the kind of training.
        public var name, path, kind: String
        /// Steps made, and steps planned.
        public var steps, plannedSteps: Int
        /// The running mean of the training loss at the last step.
        public var trainingLoss: Double?
        /// The last evaluation.
        public var last: EvaluationRecord?
        /// The best evaluation.
        public var best: EvaluationRecord?
        /// Mean seconds of a step.
        public var secondsPerStep: Double?
        /// Rows read a second.
        public var rowsPerSecond: Double?
        /// Seconds of all steps.
        public var seconds: Double

        enum CodingKeys: String, CodingKey {
            case name, path, kind, steps, last, best, seconds
            case plannedSteps = "planned_steps"
            case trainingLoss = "training_loss"
            case secondsPerStep = "seconds_per_step"
            case rowsPerSecond = "rows_per_second"
        }

        init(_ run: ComparedRun) {
            let history = run.history
            (name, path, kind) = (run.name, run.path, run.kind)
            (steps, plannedSteps, seconds) = (history.step, run.plannedSteps, history.seconds)
            // JSON holds finite numbers alone; smoothing leaves others out.
            trainingLoss = history.loss.running.values.last
            last = history.evaluations.last { $0.loss.isFinite }
            best = history.evaluations.last(where: \.isBest)
            let count = history.loss.steps.count
            if count > 0, seconds > 0 {
                secondsPerStep = seconds / Double(count)
                rowsPerSecond = Double(history.rows) / seconds
            }
        }
    }
}

extension Curve {
    /// The running mean that reports show.
    var running: Curve { smoothed(half: max(2, min(Double(values.count) / 60, 200))) }
}
