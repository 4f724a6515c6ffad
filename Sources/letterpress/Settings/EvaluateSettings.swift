import Foundation
import Foundations
import ZooKit

/// The settings of the section `evaluate`: which models on which tasks, and how.
struct EvaluateSettings: Codable, Equatable {
    /// Folders of models, each with a name before it or not: "tiny=runs/tiny/checkpoints/step-00000300".
    var model: [String] = []
    /// Tasks, suites and task files.
    var tasks: [String] = []
    /// Splits, where they are not those that the task reports.
    var splits: [String] = []
    var data: String?
    var tokenizer: String?
    /// Seeds of fine-tunings that are made first.
    var seeds: [Int] = []
    /// Examples of each split and language.
    var limit: Int?
    /// Examples that are computed at once.
    var batch = 16
    var window: Int?
    var stride: Int?
    var precision = "fp32"
    /// Samples of the bootstrap.
    var bootstrap = 1000
    /// Whether heads are trained for tasks that need one.
    var finetune = true
    var finetunePreset: String?
    var submission = false
    var skipUnfit = false
    var allowScripts = false
    /// Kinds of noise, or "all".
    var noise: [String] = []
    /// Shares of characters that change.
    var noiseRates = [0.05, 0.1, 0.2, 0.4]
    var noiseSeed = 1
    /// Font stacks that draw as well.
    var fontTransfer: [String] = []

    enum CodingKeys: String, CodingKey {
        case model, tasks, splits, data, tokenizer, seeds, limit, batch, window, stride, precision, bootstrap, finetune
        case submission, noise
        case finetunePreset = "finetune_preset"
        case skipUnfit = "skip_unfit"
        case allowScripts = "allow_scripts"
        case noiseRates = "noise_rates"
        case noiseSeed = "noise_seed"
        case fontTransfer = "font_transfer"
    }

    /// Decodes the section and checks ranges. Throws `ConfigError` naming where a wrong value comes from.
    static func read(_ merged: MergedSettings) throws -> EvaluateSettings {
        let found = try merged.decode("evaluate", over: EvaluateSettings())
        func flaw(_ key: String, _ reason: String) -> ConfigError {
            .invalidValue(
                source: merged.origins["evaluate.\(key)"] ?? "settings", keyPath: "evaluate.\(key)", reason: reason)
        }
        for (key, value, range) in [
            ("limit", found.limit, 1...1 << 40), ("batch", found.batch, 1...1 << 20),
            ("bootstrap", found.bootstrap, 2...1 << 20), ("window", found.window, 2...1 << 20),
            ("stride", found.stride, 1...1 << 20),
        ] {
            guard let value, !range.contains(value) else { continue }
            throw flaw(key, "\(value) is not in \(range.lowerBound) to \(range.upperBound)")
        }
        guard ["fp32", "bf16"].contains(found.precision) else {
            throw flaw("precision", "'\(found.precision)' is not one of fp32, bf16")
        }
        guard Set(found.seeds).count == found.seeds.count, found.seeds.allSatisfy({ $0 >= 0 }) else {
            throw flaw("seeds", "seeds are numbers of 0 or more, each once")
        }
        guard !found.submission || found.limit == nil else {
            throw flaw("limit", "files to be handed in need all examples; leave it out, or --submission")
        }
        if let (key, reason) = found.noiseFlaw { throw flaw(key, reason) }
        return found
    }

    /// The same with paths that hold in every working folder.
    func absolute() -> EvaluateSettings {
        func absolute(_ path: String) -> String {
            path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        }
        var settings = self
        settings.data = data.map(absolute)
        if let tokenizer, tokenizer != "bytes" { settings.tokenizer = absolute(tokenizer) }
        settings.fontTransfer = fontTransfer.map { $0.hasSuffix(".json") ? absolute($0) : $0 }
        settings.tasks = tasks.map { $0.hasSuffix(".json") ? absolute($0) : $0 }
        settings.model = EvaluatedModel.words(model).map { word in
            let (name, path) = EvaluatedModel.parts(of: word)
            return (name.map { "\($0)=" } ?? "") + absolute(path)
        }
        return settings
    }
}
