import Foundation
import Foundations
import Tensors
import ZooKit

/// An evaluation in a folder: every model on every split of every task, under every variant, then the results.
///
/// The folder gets ``EvaluationResults/fileName`` with its page and tables, the answers in `predictions/`, heads that are trained
/// first in `finetuned/`, and ``EvaluationState/fileName``, by which it resumes.
public final class EvaluationRun {
    /// The source of a model's answers to a task.
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

    let settings: EvaluationSettings
    let resources: EvaluationResources
    let folder: String
    let shouldStop: () -> Bool
    let onEvent: (EvaluationEvent) throws -> Void
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
    /// Scores of answers that look at no text.
    private(set) var baselines: [BaselineScores] = []
    /// The results that the folder had before.
    private(set) var earlier: EvaluationResults?
    /// Folders of files for GLUE's server, from the folder of the results.
    var submissions: [String] = []

    /// An evaluation in a folder, which is created.
    ///
    /// - Parameters:
    ///   - settings: the models, the tasks, and how answers are computed.
    ///   - resources: the methods, and where tasks, data and fonts are.
    ///   - folder: where results are written.
    ///   - resumes: false refuses a folder in which an evaluation has begun.
    ///   - shouldStop: true once the user wants to stop.
    ///   - onEvent: hears what happens.
    public init(
        _ settings: EvaluationSettings, _ resources: EvaluationResources, in folder: String, resumes: Bool = false,
        shouldStop: @escaping () -> Bool = { false }, onEvent: @escaping (EvaluationEvent) throws -> Void = { _ in }
    ) {
        // As a continuation has them, in whatever folder it is started.
        self.settings = settings.absolute()
        (self.resources, self.folder, self.resumes) = (resources, folder, resumes)
        (self.shouldStop, self.onEvent) = (shouldStop, onEvent)
    }

    /// Answers and scores to the end; nil where `shouldStop` was true before, and what is answered stays.
    ///
    /// Throws ``EvaluationError``, ``TaskError``, ``ScorerError``, `PretrainingError` for a folder with other contents, and what models,
    /// fonts, data and disk throw.
    public func run() throws -> EvaluationResults? {
        try settings.validate()
        guard !settings.model.isEmpty else {
            throw EvaluationError.request("which models? pass --model with folders, and commas between them")
        }
        guard !settings.tasks.isEmpty else {
            throw EvaluationError.request("which tasks? pass --tasks; letterpress tasks list names them")
        }
        models = try EvaluatedModel.all(settings.model, resources.catalogue)
        tasks = try TaskInput.all(settings, resources) { try onEvent(.note($0)) }
        baselines = tasks.flatMap(\.baselines)
        variants = [.plain] + settings.noiseVariants
        for word in settings.fontTransfer {
            let variant = try fontVariant(word)
            if let other = stacks[variant.name] {
                throw EvaluationError.request(
                    "--font-transfer: \(other) and \(word) are the same stack, or have one name")
            }
            stacks[variant.name] = word
            variants.append(variant)
        }
        if case .string(let method)? = resources.sections["finetune"]?["method"] {
            _ = try resources.catalogue.adaptation(parsing: method)
        }
        let plan = try models.map { model in try tasks.map { ($0, try answerers(model, $0)) } }
        try tellIdleSeeds(plan)
        try open()
        earlier = resumes ? try readEarlier() : nil
        let isAnswered = try RunFolder(folder).withSettings(settingsToResume()) { try answer(plan) }
        return try isAnswered ? finish() : nil
    }

    /// Answers every task by every model; false where it was stopped.
    private func answer(_ plan: [[(TaskInput, [Answerer])]]) throws -> Bool {
        let count = plan.joined().reduce(0) { $0 + $1.1.count * $1.0.data.count * variants.count }
        try onEvent(.began(splits: count))
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

    /// Takes the folder; one with something else in it is left alone.
    private func open() throws {
        do { try Folder.create(folder) } catch { throw EvaluationError.cannotCreate("\(error)") }
        lock = try FolderLock(path: folder)
        guard lock?.isHeld == true else { throw PretrainingError.folderInUse(path: folder) }
        let contents = try Folder.contents(of: folder)
        // An evaluation that ended before its first answer has nothing to resume.
        let isOurs = contents.files.contains(EvaluationState.fileName)
        let isBegun = contents.files.contains { ![EvaluationState.fileName, RunFolder.settings].contains($0) }
        if isOurs, !resumes, isBegun {
            throw PretrainingError.otherRun(path: folder, reason: "it holds an evaluation; resume it with --resume")
        }
        guard isOurs || contents.files.isEmpty && contents.folders.isEmpty else {
            throw EvaluationError.cannotCreate(
                "\(folder) is not empty and holds no evaluation; name another folder with --out")
        }
        state = try EvaluationState.read(folder)
        try state.write(folder)
    }

    /// The sections that a continuation begins with.
    private func settingsToResume() throws -> JSONValue {
        var root = resources.sections.mapValues { JSONValue.object($0) }
        guard case .object(let own) = try StrictJSON.encodedValue(settings) else { return .null }
        root["evaluate"] = .object(own.filter { $0.value != .null })
        return .object(root)
    }

    /// The settings that results follow from.
    func settingsRecord() throws -> JSONValue {
        guard case .object(var fields) = try StrictJSON.encodedValue(settings) else { return .null }
        for key in ["model", "tasks", "data", "skip_unfit", "submission"] { fields[key] = nil }
        for section in ["finetune", "render", "layout", "fonts"] {
            fields[section] = resources.sections[section].map { .object($0) }
        }
        return .object(fields)
    }
}
