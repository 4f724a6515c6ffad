public import Foundations
public import ZooKit

extension FinetuneSettings {
    /// Settings of JSON objects, each over the one before; steps and epochs exclude each other. Throws `ConfigError`.
    init(layers: [[String: JSONValue]]) throws(ConfigError) {
        var fields: [String: JSONValue] = [:]
        for layer in layers {
            if layer["steps"] != nil { fields["epochs"] = nil }
            if layer["epochs"] != nil { fields["steps"] = nil }
            fields.merge(layer) { $1 }
        }
        self = try StrictJSON.decode(
            FinetuneSettings.self, from: .object(fields), source: "settings, section finetune")
    }
}

extension TaskDefinition {
    /// The settings of one of the task's presets: "script", or "script/monogpt-text". Without a model's name that of the pixel, text or
    /// paired model by the modality. Gives fields of ``FinetuneSettings``, and the grid that the preset searches. Throws
    /// ``EvaluationError`` with the names that there are.
    public func finetuning(
        _ name: String, _ modality: ExampleKind
    ) throws -> (fields: [String: JSONValue], grid: [String]) {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard let models = presets[parts.first ?? ""] else {
            let known = presets.keys.sorted().joined(separator: ", ")
            throw EvaluationError.request(
                "\(self.name) has no preset '\(parts.first ?? "")'"
                    + (known.isEmpty ? "; it has none" : "; there are: \(known)"))
        }
        let usual =
            switch modality {
            case .image: ["pixelgpt"]
            case .text: ["textgpt"]
            case .pair: ["dualgpt-pair", "monogpt-pair"]
            }
        let wanted = parts.count == 2 ? [parts[1]] : usual
        guard let preset = wanted.lazy.compactMap({ models[$0] }).first else {
            throw EvaluationError.request(
                "\(self.name): preset \(parts[0]) has no \(wanted[0]); name one of its models: "
                    + models.keys.sorted().map { "\(parts[0])/\($0)" }.joined(separator: ", "))
        }
        var settings = FinetuneSettings()
        settings.apply(preset)
        guard case .object(let all) = try StrictJSON.encodedValue(settings) else { return ([:], []) }
        var keys = ["steps", "length", "warm_up", "schedule", "dropout", "eval_every", "patience"]
        if preset.batch != nil { keys.append("batch") }
        if preset.learningRate != nil { keys.append("learning_rate") }
        let grid = (preset.grid ?? [:]).sorted { $0.key < $1.key }.map { key, values in
            let words = values.map { key == "batch" ? "\(Int(saturating: $0))" : "\($0)" }
            return "\(key)=\(words.joined(separator: ","))"
        }
        return (all.filter { keys.contains($0.key) }, grid)
    }
}
