import Foundations
import Layers
import Tensors
import ZooKit

extension ClassificationProgram {
    /// Throws `badSetting` unless task, examples and model fit.
    static func check(_ parts: Parts, _ settings: FinetuneSettings) throws(PretrainingError) {
        let task = parts.task
        guard task.kind.isFineTuned else {
            throw .badSetting(
                key: "task", reason: "\(task.name) is of the kind \(task.kind), for which no head is trained")
        }
        guard !parts.train.isEmpty, !parts.select.isEmpty else {
            throw .noExamples(what: "the splits of \(task.name)")
        }
        if let example = (parts.train + parts.select).first(where: { $0.label == nil }) {
            throw .badSetting(
                key: "task",
                reason: "\(task.name): example \(example.id) has no label; take splits whose labels are known")
        }
        let classes = task.kind.needs.contains(.number) ? 1 : task.labels.count
        guard parts.model.heads.labels == classes else {
            throw .badSetting(
                key: "model",
                reason:
                    "\(task.name) has \(counted(classes, "class")) and the model's head \(parts.model.heads.labels ?? 0)"
            )
        }
        if let name = settings.metric, !task.kind.metrics.contains(name) {
            throw .badSetting(
                key: "metric",
                reason: "'\(name)' is not one of \(task.kind): \(task.kind.metrics.joined(separator: ", "))")
        }
        guard settings.channelAdapt == nil || parts.model.base.config.channels == 1 else {
            throw .badSetting(key: "channel_adapt", reason: "the model was not loaded with a single channel")
        }
    }

    static func pooling(_ settings: FinetuneSettings, _ config: DecoderConfig) -> Pooling {
        // Where no padding is named the reference pads with the token that ends texts.
        let pad = config.pad ?? config.end ?? 2
        // No token has an id that Int32 does not hold, and none has -1.
        let isOwn = config.patchInput != .unit && settings.modality != .text && !settings.compatPooling
        return Pooling(
            image: settings.pool ?? (isOwn ? .mean : .end),
            compatiblePad: settings.compatPooling ? Int32(exactly: pad) ?? -1 : nil)
    }

    /// Which parameters a modality reaches; the others keep their values, and cost no moments.
    static func reach(of modality: ExampleKind, in model: LanguageModel) -> (Parameter) -> Bool {
        var idle: Set<String> = []
        if modality == .image { idle.insert(model.base.tokens.weight.path) }
        if modality == .text { idle.formUnion(model.base.patches?.parameters.map(\.path) ?? []) }
        return { [idle] in !idle.contains($0.path) }
    }
}
