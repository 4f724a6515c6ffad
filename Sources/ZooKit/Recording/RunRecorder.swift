import Foundations
import Patches

/// Writes the records of a run, whatever it trains: `metrics.jsonl`, TensorBoard's event files in `tensorboard/`, pictures of
/// predictions in `pictures/`, and `report.html`. On rank 0 alone.
///
/// A run that resumes after step S keeps the records of the steps up to S and loses the rest, so that its files are those of
/// a run that was never stopped, but for times and for checkpoints that were written because of the stop.
public final class RunRecorder {
    private let folder: RunFolder
    private let metrics: MetricsFile
    private let events: EventFiles
    private var report: RunReport
    private var evaluations = 0

    /// Opens the files behind the records of a step, or anew: the files of other runs in their places are removed.
    ///
    /// - Parameters:
    ///   - folder: where the files are.
    ///   - step: the step that the run resumes after; nil begins anew.
    ///   - title: the title of the report.
    ///   - facts: names and values of model, data and settings for it.
    ///
    /// Throws ``RecordingError`` and `FileError`.
    public init(
        _ folder: RunFolder, resumesAfter step: Int?, title: String, facts: [(name: String, value: String)]
    ) throws {
        self.folder = folder
        try Folder.create(folder.path)
        var history = RunHistory()
        metrics = try MetricsFile(folder.file("metrics.jsonl"), resumesAfter: step) { history.add($0) }
        events = try EventFiles(folder.file(EventFiles.folderName), resumesAfter: step)
        let baselines = try step == nil ? Self.forgetBaselines(folder) : RunBaselines.load(folder)
        report = RunReport(title: title, facts: facts, history: history, baselines: baselines)
        evaluations = history.evaluations.count
        try Folder.create(folder.file("pictures"))
        for picture in try RunPicture.all(in: folder) where picture.step > step ?? -1 {
            try Folder.removeItem(folder.file("pictures/\(picture.name)"))
        }
        // A run that was killed between a checkpoint and its record resumes from a checkpoint without a record. The best model of the
        // same step has a record of its own.
        guard let step, step > 0, Folder.isFolder(folder.checkpoint(step)) else { return }
        let path = place(folder.checkpoint(step))
        if !history.checkpoints.contains(where: { $0.path == path }) {
            let removed = history.checkpoints.map(\.path).filter { !Folder.isFolder(folder.file($0)) }
            try add(.checkpoint(CheckpointRecord(step: step, path: path, removed: removed)))
        }
    }

    /// Opens the files of a run, behind the records of the step that it resumes after.
    public convenience init<Program>(
        _ run: TrainingRun<Program>, title: String, facts: [(name: String, value: String)]
    ) throws {
        try self.init(
            run.folder, resumesAfter: run.plan.firstStep > 0 ? run.plan.firstStep : nil, title: title, facts: facts)
    }

    /// Records an event. Pictures are drawn at the first evaluation, at number 1, 2, 4, 8 and so on behind it, and at the last step, by
    /// `program`; without it there are none.
    ///
    /// Throws `FileError`, `ConfigError`, `PictureError`, `TensorError`.
    public func record(_ event: RunEvent, _ program: (any TrainingProgram)?) throws {
        if let program { report.isNormalised = program.picturesAreNormalised }
        switch event {
        case .started(let plan): report.plan = plan
        case .notice, .evaluating: return
        case .stepped(let record):
            try add(.step(record))
            try events.add(Self.values(record), step: record.step)
        case .evaluated(let record):
            try add(.evaluation(record))
            var values: [(tag: String, value: EventMessage.Value)] = [("heldout/loss", .scalar(record.loss))]
            for (name, value) in record.kinds.merging(record.metrics, uniquingKeysWith: { $1 }).sorted(by: {
                $0.key < $1.key
            }) {
                values.append(("heldout/\(name)", .scalar(value)))
            }
            try events.add(values, step: record.step)
            // Evaluations are counted from 0, so this is 0 and every power of 2.
            let isDrawn = evaluations & (evaluations - 1) == 0 || record.step == report.plan?.steps
            if let program, isDrawn { try draw(try program.pictures(), step: record.step) }
            evaluations += 1
            try write(isFinished: false)
        case .saved(var record):
            (record.path, record.removed) = (place(record.path), record.removed.map(place))
            try add(.checkpoint(record))
            try metrics.sync()
        }
    }

    /// Keeps baselines in `baselines.json`, for the report of this run, also after a resume. Throws `FileError`.
    public func record(_ baselines: RunBaselines) throws {
        try baselines.save(folder)
        report.baselines = baselines
    }

    /// Says something about the result, for the report of this run.
    public func note(_ sentence: String) { report.notes.append(sentence) }

    /// The baselines that were recorded, now or before a resume.
    public var baselines: RunBaselines? { report.baselines }

    /// Writes the report of a run that ended or was stopped. Throws `FileError`.
    public func finish(_ outcome: RunOutcome) throws {
        report.isComplete = outcome.isComplete
        try metrics.sync()
        try write(isFinished: true)
    }

    /// Writes the report of a run that an error ended. Throws `FileError`.
    public func fail(_ reason: String) throws {
        report.failure = reason
        try metrics.sync()
        try write(isFinished: true)
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
        for (name, value) in (record.reports ?? [:]).sorted(by: { $0.key < $1.key }) {
            values.append(("report/\(name)", .scalar(value)))
        }
        if record.seconds > 0 {
            values.append(("speed/rows_per_second", .scalar(Double(record.rows) / record.seconds)))
            values.append(("speed/data_share", .scalar(record.dataSeconds / record.seconds)))
        }
        return values
    }

    private func draw(_ pictures: [Picture], step: Int) throws {
        let encoder = PNGEncoder(settings: PNGSettings(level: 9))
        var values: [(tag: String, value: EventMessage.Value)] = []
        for (index, picture) in pictures.enumerated() {
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
