import Evaluation
import Foundations
import ZooKit

extension EvaluateJob {
    /// All settings of an evaluation, read and checked.
    struct Settings {
        /// Those of the section `evaluate`.
        var evaluate: EvaluateSettings
        /// Whence all settings come, the weakest first; a model's folder is weaker.
        let layers: [SettingLayer]
        let fonts: FontFlags
        let report: ReportFlags
        let threads: Int

        /// Decodes all sections. Throws `ConfigError` with the key and where its value comes from.
        init(_ layers: [SettingLayer], fonts: FontFlags, report: ReportFlags) throws {
            let merged = MergedSettings(layers)
            (self.layers, self.fonts, self.report) = (layers, fonts, report)
            evaluate = try EvaluateSettings.read(merged)
            threads = try RunSettings.read(merged).trainingThreads
            _ = try merged.decode("finetune", over: FinetuneSettings())
            _ = try PixelSettings(merged)
            _ = try merged.decode("fonts", over: FontSettings())
        }

        /// The settings over those that a folder of a model gives.
        func merged(over weak: [SettingLayer] = []) -> MergedSettings { MergedSettings(weak + layers) }

        /// Prints every setting with its origin.
        func show() throws {
            let merged = merged()
            let pixels = try PixelSettings(merged)
            try ConfigPrinter.show(
                merged,
                sections: [
                    ("evaluate", evaluate), ("finetune", try merged.decode("finetune", over: FinetuneSettings())),
                    ("render", pixels.render), ("layout", pixels.layout),
                ])
        }

        /// What was set, for a continuation; paths hold in every working folder.
        func save(in folder: String) throws {
            let merged = merged()
            var root: [String: JSONValue] = [:]
            guard case .object(let own) = try StrictJSON.encodedValue(evaluate.absolute()) else { return }
            root["evaluate"] = .object(own.filter { $0.value != .null })
            for name in ["finetune", "render", "layout", "fonts", "run"] {
                root[name] = merged.values[name].map { .object($0) }
            }
            try AtomicFile.write(
                JSONValue.object(root).encoded(pretty: true), to: "\(folder)/\(EvaluateJob.settingsName)")
        }
    }
}
