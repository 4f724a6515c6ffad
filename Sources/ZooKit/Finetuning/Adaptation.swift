import Layers
public import Tensors

/// How a pretrained model is adapted: what is trained, in which groups, and what takes part in each step. Methods bring their own.
public struct Adaptation {
    /// The name in records.
    public let name: String
    /// Readies the model, which has its new heads, and gives the groups of what is trained. May freeze, thaw and replace parts.
    public let prepare: (LanguageModel, Workspace) throws -> [ParameterGroup]
    /// What takes part in each step.
    public var hooks: [any TrainingHook]

    /// An adaptation from its parts.
    public init(
        _ name: String, hooks: [any TrainingHook] = [],
        prepare: @escaping (LanguageModel, Workspace) throws -> [ParameterGroup]
    ) {
        self.name = name
        self.hooks = hooks
        self.prepare = prepare
    }

    /// Trains the parameters that `trains` picks, with one decay, and freezes the others.
    public static func training(
        _ name: String, decay: Double, where trains: @escaping (Parameter) -> Bool
    ) -> Adaptation {
        Adaptation(name) { model, _ in
            for parameter in model.parameters { parameter.isTrainable = trains(parameter) }
            return [ParameterGroup("all", model.parameters.filter(\.isTrainable), decay: decay)]
        }
    }

    /// Trains everything.
    public static func all(decay: Double) -> Adaptation { training("all", decay: decay) { _ in true } }

    /// Trains the head of classes alone.
    public static func head(decay: Double) -> Adaptation {
        training("head", decay: decay) { $0.path.hasPrefix("score.") }
    }
}
