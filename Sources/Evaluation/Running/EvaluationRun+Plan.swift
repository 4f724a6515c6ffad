import Foundations
import Typesetting
import ZooKit

extension EvaluationRun {
    /// The source of a task's answers. Throws for a task that the model cannot do, unless such tasks are left out.
    func answerers(_ model: EvaluatedModel, _ task: TaskInput) throws -> [Answerer] {
        func unfit(_ reason: String) throws -> [Answerer] {
            if settings.skipUnfit { return [.none(reason)] }
            throw EvaluationError.request(
                "\(model.name) on \(task.name): \(reason); or pass --skip-unfit to leave such tasks out")
        }
        let definition = task.definition
        guard definition.kind.isFineTuned else {
            if let head = model.heads.first {
                return try unfit(
                    "the model was fine-tuned on \(head.record.task) and has lost what \(definition.kind) needs; name the "
                        + "pretrained model's folder")
            }
            if definition.kind.isOfVectors { return [.model] }
            let heads = try ModelFolder.open(model.folder, resources.catalogue).heads
            if definition.kind == .patchLoss ? heads.patch : heads.token { return [.model] }
            let lacks = definition.kind == .patchLoss ? "patches" : "tokens"
            return try unfit(
                "\(definition.kind) needs a head of \(lacks), which the model does not have; leave the task out")
        }
        for head in model.heads {
            if let reason = Self.misfit(head.record, definition) { return try unfit(reason) }
        }
        for head in model.heads
        where head.record.task != task.name && head.record.task != definition.trainAs
            || head.record.task == task.name && head.record.version != definition.version
        {
            try onEvent(
                .warning(
                    "\(model.name) was fine-tuned on \(head.record.task) \(head.record.version), and is evaluated on "
                        + "\(task.name) \(definition.version), which has the same classes"))
        }
        if !model.heads.isEmpty { return model.heads.map { .head($0) } }
        guard settings.finetune else {
            return try unfit(
                "the model has no head for it; fine-tune it with letterpress finetune --task \(task.name), or leave "
                    + "--no-finetune away")
        }
        guard definition.use.train != nil, definition.use.select != nil else {
            return try unfit("the task names no split to train a head on; name a fine-tuned model")
        }
        let donor = try TaskInput.trained(for: task, among: tasks, settings, resources)
        let seed = try FinetuneSettings(layers: [resources.sections["finetune"] ?? [:]]).seed
        return (settings.seeds.isEmpty ? [seed] : settings.seeds).map { .training(donor, seed: $0) }
    }

    /// Why a head does not fit a task; nil where it does.
    private static func misfit(_ record: ClassifierRecord, _ task: TaskDefinition) -> String? {
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

    /// The variant of a stack, by its name or the path of its manifest; its fonts are looked for and read. Throws what says what is
    /// missing.
    func fontVariant(_ word: String) throws -> TaskVariant {
        let stack = try resources.stack(word)
        let isPlain = stack.name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || "-._".utf8.contains(byte)
        }
        guard isPlain, !stack.name.isEmpty else {
            throw EvaluationError.contents(
                "\(word): its name '\(stack.name)' cannot name files; use letters, digits, points and hyphens")
        }
        let fonts = try resources.open(stack)
        let hashes = fonts.fonts.map { "\($0.sha256) \($0.faceIndex)" }.joined(separator: "\n")
        return .fonts(FontStackRecord(stack: stack.name, sha256: SHA256Digest.of(Array(hashes.utf8)).hex))
    }

    /// Tells of seeds that were named for a model of which no head is trained.
    func tellIdleSeeds(_ plan: [[(TaskInput, [Answerer])]]) throws {
        guard !settings.seeds.isEmpty else { return }
        for (model, cells) in zip(models, plan) {
            let trains = cells.flatMap { $0.1 }.contains { if case .training = $0 { true } else { false } }
            if trains { continue }
            let count = model.heads.count
            let reason =
                count == 0
                ? "none of the tasks needs a head of it"
                : "it was fine-tuned before, and its \(count == 1 ? "head answers" : "\(count) heads answer")"
                    + "; name the pretrained model's folder to fine-tune with other seeds"
            try onEvent(.idleSeeds(model: model.name, reason: reason))
        }
    }
}
