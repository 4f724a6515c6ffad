import Foundation
import Foundations
public import ZooKit

/// The settings of the section `evaluate`: which models on which tasks, and how.
public struct EvaluationSettings: Codable, Sendable, Equatable {
    /// Folders of models, each with a name before it or not: "tiny=runs/tiny/checkpoints/step-00000300".
    public var model: [String] = []
    /// Tasks, suites and task files.
    public var tasks: [String] = []
    /// Splits, where they are not those that the task reports.
    public var splits: [String] = []
    /// Folder of the tasks' files; nil for the tasks' own.
    public var data: String?
    /// Folder of a tokenizer, or "bytes"; nil for the model's own.
    public var tokenizer: String?
    /// Seeds of fine-tunings that are made first.
    public var seeds: [Int] = []
    /// Examples of each split and language; nil for all.
    public var limit: Int?
    /// Examples that are computed at once.
    public var batch = 16
    /// Places of whole texts and pictures that are read at once.
    public var window: Int?
    /// Places from one window to the next.
    public var stride: Int?
    /// Rows that become the vector of a text, of tasks that compare texts by vectors.
    public var embedPool = EmbeddingOptions.Pool.mean
    /// Blocks before the vector is taken; nil for all and the final norm.
    public var embedLayer: Int?
    /// "fp32" or "bf16".
    public var precision = "fp32"
    /// Samples of the bootstrap.
    public var bootstrap = 1000
    /// True if heads are trained for tasks that need one.
    public var finetune = true
    /// The task's preset for these fine-tunings.
    public var finetunePreset: String?
    /// True if files for GLUE's server are written.
    public var submission = false
    /// True if tasks that a model cannot do are left out.
    public var skipUnfit = false
    /// True if tasks may judge texts by their scripts.
    public var allowScripts = false
    /// Kinds of noise, or "all".
    public var noise: [String] = []
    /// Shares of characters that change.
    public var noiseRates = [0.05, 0.1, 0.2, 0.4]
    /// The seed of the noise.
    public var noiseSeed = 1
    /// Font stacks that draw as well.
    public var fontTransfer: [String] = []

    /// The defaults.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case model, tasks, splits, data, tokenizer, seeds, limit, batch, window, stride, precision, bootstrap, finetune
        case submission, noise
        case embedPool = "embed_pool"
        case embedLayer = "embed_layer"
        case finetunePreset = "finetune_preset"
        case skipUnfit = "skip_unfit"
        case allowScripts = "allow_scripts"
        case noiseRates = "noise_rates"
        case noiseSeed = "noise_seed"
        case fontTransfer = "font_transfer"
    }

    /// Words with commas taken apart, but where a comma belongs to a folder that is there.
    public static func models(_ words: [String]) -> [String] { EvaluatedModel.words(words) }

    /// The same with paths that hold in every working folder.
    public func absolute() -> EvaluationSettings {
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
