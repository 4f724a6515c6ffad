import Foundations
import Patches

/// Writes what a run leaves beside its checkpoints: `metrics.jsonl`, TensorBoard's event files in `tensorboard/`, pictures of
/// predictions in `pictures/`, and `report.html`. On the first rank alone.
///
/// A run that goes on after step S keeps what is known of the steps up to S and loses the rest, so that its files are those of
/// a run that was never stopped, but for times and for checkpoints that were written because of the stop.
public final class RunRecorder {
    private let folder: RunFolder
    private let metrics: MetricsFile
    private let events: EventFiles
    private let drawing = PredictionPictures()
    private var report: RunReport
    private var evaluations = 0

    /// Opens the files to go on after a step, or anew: what other runs left in their places goes.
    ///
    /// - Parameters:
    ///   - folder: where the files are.
    ///   - step: the step that they go on after; nil begins anew.
    ///   - title: what the report is headed with.
    ///   - facts: what it tells of model, data and settings, line by line.
    ///
    /// Throws ``RecordingError`` and `FileError`.
    public init(
        _ folder: RunFolder, resumesAfter step: Int?, title: String, facts: [(name: String, value: String)]
    ) throws {
        self.folder = folder
        try Folder.create(folder.path)
        var history = RunHistory()
        metrics = try MetricsFile(folder.file("metrics.jsonl"), resumesAfter: step) { history.add($0) }
        events = try EventFiles(folder.file("tensorboard"), resumesAfter: step)
        let baselines = try step == nil ? Self.forgetBaselines(folder) : RunBaselines.load(folder)
        report = RunReport(title: title, facts: facts, history: history, baselines: baselines)
        evaluations = history.evaluations.count
        try Folder.create(folder.file("pictures"))
        for picture in try RunPicture.all(in: folder) where picture.step > step ?? -1 {
            try Folder.removeItem(folder.file("pictures/\(picture.name)"))
        }
        // A run that ended between a checkpoint and its record goes on from a checkpoint that nothing tells of.
        if let step, step > 0, history.checkpoints.last?.step != step, Folder.isFolder(folder.checkpoint(step)) {
            try add(.checkpoint(CheckpointRecord(step: step, path: place(folder.checkpoint(step)), removed: [])))
        }
    }

    /// Records what a run tells. Pictures are drawn at the first evaluation, at number 1, 2, 4, 8 and so on behind it, and at the
    /// last step, by the model of `run`; without it there are none.
    ///
    /// Throws `FileError`, `ConfigError`, `PictureError`, `TensorError`.
    public func record(_ event: PretrainEvent, _ run: PretrainRun?) throws {
        if let run { report.isNormalised = run.model.base.config.patchHead == .regressionNorm }
        switch event {
        case .started(let plan): report.plan = plan
        case .stepped(let record):
            try add(.step(record))
            try events.add(Self.values(record), step: record.step)
        case .evaluated(let record):
            try add(.evaluation(record))
            var values: [(tag: String, value: EventMessage.Value)] = [("heldout/loss", .scalar(record.loss))]
            for (name, value) in record.kinds.sorted(by: { $0.key < $1.key }) {
                values.append(("heldout/\(name)", .scalar(value)))
            }
            try events.add(values, step: record.step)
            // Evaluations are counted from 0, so this is 0 and every power of 2.
            let isDrawn = evaluations & (evaluations - 1) == 0 || record.step == report.plan?.steps
            if let run, isDrawn { try draw(run, step: record.step) }
            evaluations += 1
            try write(isFinished: false)
        case .saved(let step, let path, let removed):
            try add(.checkpoint(CheckpointRecord(step: step, path: place(path), removed: removed.map(place))))
            try metrics.sync()
        }
    }

    /// Keeps baselines in `baselines.json`, for the report of this run and of its continuations. Throws `FileError`.
    public func record(_ baselines: RunBaselines) throws {
        try baselines.save(folder)
        report.baselines = baselines
    }

    /// The baselines that were recorded, now or before the run went on.
    public var baselines: RunBaselines? { report.baselines }

    /// Writes the report a last time. Throws `FileError`.
    public func finish() throws {
        try metrics.sync()
        try write(isFinished: true)
    }

    /// Writes the report a last time, of a run that an error ended. Throws `FileError`.
    public func fail(_ reason: String) throws {
        report.failure = reason
        try finish()
    }

    private func add(_ record: MetricsRecord) throws {
        try metrics.append(record)
        report.history.add(record)
    }

    private func write(isFinished: Bool) throws {
        report.isFinished = isFinished
        try AtomicFile.write(Array(try report.html(folder).utf8), to: folder.file("report.html"))
    }

    /// A path within the run's folder.
    private func place(_ path: String) -> String {
        path.hasPrefix(folder.path + "/") ? String(path.dropFirst(folder.path.count + 1)) : path
    }

    private static func forgetBaselines(_ folder: RunFolder) throws -> RunBaselines? {
        let path = folder.file(RunBaselines.fileName)
        if Folder.hasItem(path) { try Folder.removeItem(path) }
        return nil
    }

    private static func values(_ record: StepRecord) -> [(tag: String, value: EventMessage.Value)] {
        var values: [(tag: String, value: EventMessage.Value)] = [("train/loss", .scalar(record.loss))]
        for (name, value) in record.kinds.sorted(by: { $0.key < $1.key }) {
            values.append(("train/\(name)", .scalar(value)))
        }
        if let rate = record.rate { values.append(("train/learning_rate", .scalar(rate))) }
        if let norm = record.gradientNorm { values.append(("train/gradient_norm", .scalar(norm))) }
        if record.seconds > 0 {
            values.append(("speed/rows_per_second", .scalar(Double(record.rows) / record.seconds)))
            values.append(("speed/data_share", .scalar(record.dataSeconds / record.seconds)))
        }
        return values
    }

    private func draw(_ run: PretrainRun, step: Int) throws {
        let encoder = PNGEncoder(settings: PNGSettings(level: 9))
        var values: [(tag: String, value: EventMessage.Value)] = []
        for (index, picture) in try drawing.pictures(run).enumerated() {
            let name = RunPicture(step: step, strip: index + 1)
            let png = try encoder.encode(picture)
            try AtomicFile.write(png, to: folder.file("pictures/\(name.name)"))
            values.append(
                (
                    "predictions/strip-\(index + 1)",
                    .image(png: png, width: picture.width, height: picture.height, channels: picture.channels)
                ))
        }
        try events.add(values, step: step)
    }
}

/// The name of a picture in `pictures/`.
struct RunPicture: Hashable {
    var step: Int
    var strip: Int

    /// `step-00000100-strip-1.png`.
    var name: String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + "-strip-\(strip).png"
    }

    init(step: Int, strip: Int) {
        self.step = step
        self.strip = strip
    }

    /// From a name; nil for other files.
    init?(_ name: String) {
        let parts = name.split(separator: "-")
        guard parts.count == 4, parts[3].hasSuffix(".png"), let step = Int(parts[1]),
            let strip = Int(parts[3].dropLast(4))
        else { return nil }
        self.init(step: step, strip: strip)
        guard self.name == name else { return nil }
    }

    /// Those in a run's folder, by step and strip. Throws `FileError`.
    static func all(in folder: RunFolder) throws(FileError) -> [RunPicture] {
        try Folder.contents(of: folder.file("pictures")).files.compactMap(RunPicture.init).sorted {
            $0.step == $1.step ? $0.strip < $1.strip : $0.step < $1.step
        }
    }
}
