import Evaluation
import Foundation
import Foundations
import Tensors
import ZooKit

/// An evaluation: every model on every split of every task, then the results.
final class EvaluateJob {
    /// The file in the folder with the settings.
    static let settingsName = RunFolder.settings

    /// What answers a task for a model.
    enum Answerer {
        /// The model itself.
        case model
        /// A head that is there.
        case head(EvaluatedModel.Head)
        /// A head that is trained first, on a task whose examples it is.
        case training(TaskInput, seed: Int)
        /// Nothing, and why.
        case none(String)
    }

    let settings: Settings
    let folder: String
    let printer: EvaluatePrinter
    let installation: Installation
    private(set) var models: [EvaluatedModel] = []
    private(set) var tasks: [TaskInput] = []
    /// Examples as they are, then under noise, then pictures drawn by other stacks.
    private(set) var variants = [TaskVariant.plain]
    /// Names or manifests of the stacks, by the names of their variants.
    private(set) var stacks: [String: String] = [:]
    var state = EvaluationState()
    private let resumes: Bool
    private var lock: FolderLock?
    private(set) var found: [SplitResult] = []
    private(set) var records: [EvaluationResults.ModelRecord] = []
    /// What the folder told before a continuation.
    private(set) var earlier: EvaluationResults?
    /// Folders of files for GLUE's server, from the folder of the results.
    var submissions: [String] = []

    init(_ settings: Settings, folder: String, resumes: Bool) {
        var absolute = settings
        // As a continuation has them, in whatever folder it is started.
        absolute.evaluate = settings.evaluate.absolute()
        (self.settings, self.folder, self.resumes) = (absolute, folder, resumes)
        printer = EvaluatePrinter(report: settings.report)
        installation = Installation(root: settings.fonts.root)
    }

    var evaluate: EvaluateSettings { settings.evaluate }

    /// To the end, or until a signal; whether it came to the end.
    func run() throws -> Bool {
        guard !evaluate.model.isEmpty else {
            throw CommandFailure(.usage, "which models? pass --model with folders, and commas between them")
        }
        guard !evaluate.tasks.isEmpty else {
            throw CommandFailure(.usage, "which tasks? pass --tasks; letterpress tasks list names them")
        }
        models = try EvaluatedModel.all(evaluate.model)
        tasks = try TaskInput.all(settings, installation)
        variants = [.plain] + evaluate.noiseVariants
        for word in evaluate.fontTransfer {
            let variant = try settings.fontVariant(word, installation)
            if let other = stacks[variant.name] {
                throw CommandFailure(
                    .usage, "--font-transfer: \(other) and \(word) are the same stack, or have one name")
            }
            stacks[variant.name] = word
            variants.append(variant)
        }
        let plan = try models.map { model in try tasks.map { ($0, try answerers(model, $0)) } }
        noteIdleSeeds(plan)
        try open()
        earlier = resumes ? readEarlier() : nil
        // A continuation that is refused leaves the settings of the folder as they were.
        let path = "\(folder)/\(Self.settingsName)"
        let before = resumes ? FileManager.default.contents(atPath: path) : nil
        try settings.save(in: folder)
        do {
            guard try answer(plan) else { return stop() }
        } catch let error as PretrainingError {
            if case .otherRun = error, let before { try AtomicFile.write([UInt8](before), to: path) }
            throw error
        }
        let results = try finish()
        try printer.finish(results, folder: folder)
        return true
    }

    /// Answers every task by every model; false where a signal stopped it.
    private func answer(_ plan: [[(TaskInput, [Answerer])]]) throws -> Bool {
        StopSignal.listen()
        defer { printer.clear() }
        let count = plan.joined().reduce(0) { $0 + $1.1.count * $1.0.data.count * variants.count }
        printer.begin(splits: count)
        for (model, cells) in zip(models, plan) {
            let runner = try ModelRunner(model, self)
            records.append(try runner.record())
            for (task, answerers) in cells {
                for answerer in answerers {
                    guard let results = try runner.results(task, answerer) else { return false }
                    found += results
                }
            }
        }
        return true
    }

    /// What answers a task. Throws for what a model cannot do, unless such tasks are left out.
    private func answerers(_ model: EvaluatedModel, _ task: TaskInput) throws -> [Answerer] {
        func unfit(_ reason: String) throws -> [Answerer] {
            if evaluate.skipUnfit { return [.none(reason)] }
            throw CommandFailure(
                .usage, "\(model.name) on \(task.name): \(reason); or pass --skip-unfit to leave such tasks out")
        }
        let definition = task.definition
        guard definition.kind.isFineTuned else {
            if let head = model.heads.first {
                return try unfit(
                    "the model was fine-tuned on \(head.record.task) and has lost what \(definition.kind) needs; name the "
                        + "pretrained model's folder")
            }
            let heads = try ModelFolder.named(model.folder).heads
            if definition.kind == .patchLoss ? heads.patch : heads.token { return [.model] }
            let lacks = definition.kind == .patchLoss ? "patches" : "tokens"
            return try unfit(
                "\(definition.kind) needs a head of \(lacks), which the model does not have; leave the task out")
        }
        for head in model.heads {
            if let reason = Self.flaw(head.record, definition) { return try unfit(reason) }
        }
        for head in model.heads
        where head.record.task != task.name && head.record.task != definition.trainAs
            || head.record.task == task.name && head.record.version != definition.version
        {
            settings.report.warn(
                "\(model.name) was fine-tuned on \(head.record.task) \(head.record.version), and is evaluated on "
                    + "\(task.name) \(definition.version), which has the same classes")
        }
        if !model.heads.isEmpty { return model.heads.map { .head($0) } }
        guard evaluate.finetune else {
            return try unfit(
                "the model has no head for it; fine-tune it with letterpress finetune --task \(task.name), or leave "
                    + "--no-finetune away")
        }
        guard definition.use.train != nil, definition.use.select != nil else {
            return try unfit("the task names no split to train a head on; name a fine-tuned model")
        }
        let donor = try TaskInput.trained(for: task, among: tasks, settings, installation)
        let seed = try settings.merged().decode("finetune", over: FinetuneSettings()).seed
        return (evaluate.seeds.isEmpty ? [seed] : evaluate.seeds).map { .training(donor, seed: $0) }
    }

    /// Why a head does not fit a task; nil where it does.
    private static func flaw(_ record: ClassifierRecord, _ task: TaskDefinition) -> String? {
        let remedy = "fine-tune the pretrained model on \(task.name), or leave the task out"
        if record.kind != task.kind.name || task.labels.isEmpty && record.task != task.name {
            return "its head is for \(record.kind) on \(record.task), the task is a \(task.kind); \(remedy)"
        }
        if record.labels != task.labels {
            return "its head, of \(record.task), has the classes \(record.labels.joined(separator: ", ")), the task "
                + "\(task.labels.joined(separator: ", ")); \(remedy)"
        }
        return nil
    }

    /// Takes the folder; one with something else in it is left alone.
    private func open() throws {
        do { try Folder.create(folder) } catch { throw CommandFailure(.cannotCreate, "\(error)") }
        lock = try FolderLock(path: folder)
        guard lock?.isHeld == true else { throw PretrainingError.folderInUse(path: folder) }
        let contents = try Folder.contents(of: folder)
        // What ended before its first answer has nothing to go on with.
        let isOurs = contents.files.contains(EvaluationState.fileName)
        let isBegun = contents.files.contains { ![EvaluationState.fileName, Self.settingsName].contains($0) }
        if isOurs, !resumes, isBegun {
            throw PretrainingError.otherRun(path: folder, reason: "it has an evaluation; go on with --resume")
        }
        guard isOurs || contents.files.isEmpty && contents.folders.isEmpty else {
            throw CommandFailure(
                .cannotCreate, "\(folder) is not empty and holds no evaluation; name another folder with --out")
        }
        state = try EvaluationState.read(folder)
        try state.write(folder)
    }

    private func stop() -> Bool {
        printer.stopped(folder: folder)
        return false
    }

    /// The settings that results follow from.
    func settingsRecord() throws -> JSONValue {
        guard case .object(var fields) = try StrictJSON.encodedValue(evaluate) else { return .null }
        for key in ["model", "tasks", "data", "skip_unfit", "submission"] { fields[key] = nil }
        let merged = settings.merged()
        for section in ["finetune", "render", "layout", "fonts"] {
            fields[section] = merged.values[section].map { .object($0) }
        }
        return .object(fields)
    }
}
