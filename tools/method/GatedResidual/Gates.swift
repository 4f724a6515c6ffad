public import Foundations
public import Layers
import Tensors
public import ZooKit

/// Installs gates and trains everything.
public enum Gates: MethodAdaptation {
    /// The settings.
    public struct Config: DefaultFilled, Sendable {
        /// The gates' first value; 0 is the base model.
        public var start = 0.0
        /// The base model.
        public init() {}
    }

    /// `gates`.
    public static let name = "gates"
    /// The adaptation in one sentence.
    public static let summary = "a learned gate on every feed-forward sublayer"

    /// The adaptation of a run.
    public static func make(_ config: Config) throws -> Adaptation {
        Adaptation(name, config: try StrictJSON.encodedValue(config)) { target in
            let builder = ParameterBuilder(workspace: target.workspace, seed: UInt64(target.seed))
            if !target.model.structures.contains(where: { $0.name == GateStructure.name }) {
                try target.model.install(GateStructure.self, .init(start: config.start), builder: builder)
            }
            return [target.group]
        }
    }
}

/// Gates as a folder names them.
public enum GateStructure: ModelStructure {
    /// The settings.
    public struct Config: Codable, Sendable {
        /// The gates' first value.
        public var start: Double
    }

    /// `gates`.
    public static let name = "gates"
    /// 1.
    public static let version = 1

    /// Puts a gate around every feed-forward sublayer.
    public static func install(_ config: Config, into model: LanguageModel, builder: ParameterBuilder) throws {
        for block in model.base.blocks {
            try model.replace(at: "\(block.path).feed_forward") { old in
                guard let inner = old as? any Sublayer else { throw PartError.unfit(path: block.path, got: "\(old)") }
                return try GatedSublayer(
                    builder.at(block.path), around: inner, width: model.base.config.width, start: config.start)
            }
        }
    }
}

/// y = inner(h); y + g * (y - h) with a learned g [D], which starts at one value: a gate on what the sublayer adds.
final class GatedSublayer: Sublayer {
    private let inner: any Sublayer
    private let gate: Parameter

    init(
        _ builder: ParameterBuilder, around inner: any Sublayer, width: Int, start: Double
    ) throws(TensorError) {
        self.inner = inner
        gate = try builder.parameter("gate.weight", [width], .constant(start), decays: false)
    }

    var ownParameters: [Parameter] { [gate] }
    var children: [Child] { inner.children }

    func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let tape = context.tape
        let y = try inner(h, rows: rows, context)
        let added = try tape.add(y, tape.scale(h, by: -1))
        let gated = try tape.scaleColumns(added, by: tape.leaf(gate, tape.precision.stream))
        context.report("gates/size", try tape.sumOfSquares(gate.tensor))
        return try tape.add(y, gated)
    }
}
