public import Tensors

/// Parameters that are stepped alike.
public struct ParameterGroup {
    /// The name in logs.
    public let name: String
    /// The parameters; frozen ones among them are left alone.
    public var parameters: [Parameter]
    /// The factor of the step's learning rate; negative ascends.
    public var rateFactor: Double
    /// Decoupled decay of parameters that decay.
    public var decay: Double
    /// True if parameters that do not decay by themselves (norms, biases) decay all the same: for comparison with programs that
    /// know no difference.
    public var decaysAll: Bool
    /// Gradients are clipped together with those of other groups of the same clip group; nil: not clipped.
    public var clipGroup: String?

    /// A group; it is clipped with all others of the default clip group.
    public init(
        _ name: String, _ parameters: [Parameter], rateFactor: Double = 1, decay: Double = 0, decaysAll: Bool = false,
        clipGroup: String? = "default"
    ) {
        self.name = name
        self.parameters = parameters
        self.rateFactor = rateFactor
        self.decay = decay
        self.decaysAll = decaysAll
        self.clipGroup = clipGroup
    }
}
