public import Foundations
import Layers
public import Tensors

/// How a model is adapted in a run of whatever kind: what is trained, in which groups, and what takes part in each step. Methods bring
/// their own; name and settings are compared when a run resumes.
public struct Adaptation {
    /// The name on the command line and in records.
    public let name: String
    /// Its settings.
    public let config: JSONValue
    /// Prepares the model and gives the groups. Groups hold all parameters that may ever be trained: those that are frozen now and
    /// thaw later among them.
    public let prepare: (AdaptationTarget) throws -> [ParameterGroup]
    /// The hooks of each step, in this order.
    public let hooks: [any TrainingHook]
    /// Files that every checkpoint's folder gets beside the model, by name.
    public let files: () throws -> [String: [UInt8]]

    /// An adaptation from its parts.
    public init(
        _ name: String, config: JSONValue = .object([:]), hooks: [any TrainingHook] = [],
        files: @escaping () throws -> [String: [UInt8]] = { [:] },
        prepare: @escaping (AdaptationTarget) throws -> [ParameterGroup]
    ) {
        (self.name, self.config, self.hooks, self.files, self.prepare) = (name, config, hooks, files, prepare)
    }

    /// The same, whose checkpoints also hold those of the files `names` that the model's source folder has, unless it writes them itself.
    func carrying(_ names: [String]) -> Adaptation {
        if names.isEmpty { return self }
        let carried = CarriedFiles()
        return Adaptation(name, config: config, hooks: hooks, files: { try carried.files.merging(files()) { $1 } }) {
            target in
            if let source = target.source { try carried.read(names, from: source) }
            return try prepare(target)
        }
    }

    /// Files of a source folder by name.
    private final class CarriedFiles {
        var files: [String: [UInt8]] = [:]

        func read(_ names: [String], from folder: String) throws(CheckpointError) {
            for name in names where Folder.hasItem("\(folder)/\(name)") {
                files[name] = try CheckpointJSON.bytes(of: "\(folder)/\(name)")
            }
        }
    }

    /// Trains the parameters that `trains` picks, with one decay, and freezes the others.
    public static func training(_ name: String, where trains: @escaping (Parameter) -> Bool) -> Adaptation {
        Adaptation(name) { target in
            for parameter in target.model.parameters {
                parameter.isTrainable = trains(parameter) && target.reaches(parameter)
            }
            return [target.group]
        }
    }

    /// Trains everything.
    public static var all: Adaptation { training("all") { _ in true } }

    /// Trains the heads of classes and of numbers alone.
    public static var head: Adaptation {
        training("head") { parameter in ["score.", "value_head."].contains { parameter.path.hasPrefix($0) } }
    }

    /// Name and settings, as a checkpoint keeps them.
    var record: JSONValue { .object(["name": .string(name), "config": config]) }
}

/// The target that an adaptation prepares.
public struct AdaptationTarget {
    /// The model, with all its heads.
    public let model: LanguageModel
    /// Where its tensors are.
    public let workspace: Workspace
    /// True for parameters that the training's data and losses reach; others stay as they are and cost no moments.
    public let reaches: (Parameter) -> Bool
    /// Decoupled decay of matrices.
    public let decay: Double
    /// Steps of the run.
    public let steps: Int
    /// Steps of a pass over the training data; nil where that is not known.
    public let stepsPerEpoch: Int?
    /// The seed of the run.
    public let seed: Int
    /// The folder that the model was read from; nil where it begins with drawn values.
    public let source: String?

    /// A target; unless said otherwise all parameters are reached.
    public init(
        _ model: LanguageModel, workspace: Workspace, decay: Double = 0, steps: Int, stepsPerEpoch: Int? = nil,
        seed: Int = 0, source: String? = nil, reaches: @escaping (Parameter) -> Bool = { _ in true }
    ) {
        (self.model, self.workspace, self.decay, self.steps) = (model, workspace, decay, steps)
        (self.stepsPerEpoch, self.seed, self.source, self.reaches) = (stepsPerEpoch, seed, source, reaches)
    }

    /// One group of all parameters of the model, frozen ones among them.
    public var group: ParameterGroup { ParameterGroup("all", model.parameters, decay: decay) }
}
