import Foundations
import Layers
import Tensors
import ZooKit

/// A method with structures alone.
enum StructuredMethod: ZooMethod {
    static let name = "structured"
    static let summary = "Structures for tests."
    static let source = MethodSource(title: "none", citation: "none", link: "none")
    static let verbs: [any MethodVerb.Type] = []
    static let structures: [any ModelStructure.Type] = [SidePath.self, SharedHeads.self, SecondVisit.self]
    static let catalogue = MethodCatalogue([StructuredMethod.self])
}

/// A low-rank path beside a projection: y + (x A') B'.
enum SidePath: ModelStructure {
    struct Config: Codable, Sendable, Equatable {
        var path: String
        var rank: Int
    }
    static let name = "side-path"
    static let version = 2

    static func install(_ config: Config, into model: LanguageModel, builder: ParameterBuilder) throws {
        try model.replace(at: config.path) { old in
            guard let inner = old as? any Projection else { throw PartError.unfit(path: config.path, got: "\(old)") }
            return try SidePathProjection(builder.at(config.path), beside: inner, rank: config.rank)
        }
    }

    /// One rank more: A gets a row of its own, B a column of zeros.
    static func grow(_ model: LanguageModel, at path: String, workspace: Workspace) throws {
        guard let part = model.part(at: path) as? SidePathProjection else {
            throw PartError.noPart(path: path, near: [])
        }
        let (rank, inputs, outputs) = (part.a.shape[0], part.inputs, part.outputs)
        let (a, b) = (try part.a.hostValues(), try part.b.hostValues())
        let row = (0..<inputs).map { Double($0) / 64 }
        let columns = (0..<outputs).flatMap { Array(b[$0 * rank..<($0 + 1) * rank]) + [0.25] }
        try part.a.replace(with: workspace.numbers(a + row, [rank + 1, inputs]))
        try part.b.replace(with: workspace.numbers(columns, [outputs, rank + 1]))
        try model.update(Self.self, Config(path: path, rank: rank + 1))
    }
}

final class SidePathProjection: Projection {
    let inner: any Projection
    /// [r, inputs].
    let a: Parameter
    /// [outputs, r].
    let b: Parameter

    init(_ builder: ParameterBuilder, beside inner: any Projection, rank: Int) throws(TensorError) {
        self.inner = inner
        a = try builder.parameter("side_a", [rank, inner.inputs], .normal(deviation: 0.3))
        b = try builder.parameter("side_b", [inner.outputs, rank], .normal(deviation: 0.3))
    }

    var inputs: Int { inner.inputs }
    var outputs: Int { inner.outputs }
    var ownParameters: [Parameter] { [a, b] }
    var children: [Child] { [Child("inner", inner)] }

    func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        let tape = context.tape
        let side = try tape.linear(tape.linear(x, weight: tape.leaf(a)), weight: tape.leaf(b))
        let y = try inner(x, adding: residual, context)
        return try tape.add(y, tape.cast(side, to: y.type))
    }
}

/// Key and value heads of a layer that are shared otherwise, and a feed-forward part of another width.
enum SharedHeads: ModelStructure {
    struct Config: Codable, Sendable {
        var layer: Int
        var keyHead: [Int]
        var valueHead: [Int]
        var inner: Int
    }
    static let name = "shared-heads"
    static let version = 1

    static func install(_ config: Config, into model: LanguageModel, builder: ParameterBuilder) throws {
        let base = model.base.config
        let map = try HeadMap(width: base.headWidth, keyHead: config.keyHead, valueHead: config.valueHead)
        let path = "model.layers.\(config.layer)"
        guard let attention = model.part(at: "\(path).self_attn") as? Attention else {
            throw PartError.noPart(path: path, near: [])
        }
        attention.map = map
        for (name, inputs, outputs) in [
            ("self_attn.k_proj", base.width, map.keyHeads * map.width),
            ("self_attn.v_proj", base.width, map.valueHeads * map.width), ("mlp.gate_proj", base.width, config.inner),
            ("mlp.up_proj", base.width, config.inner), ("mlp.down_proj", config.inner, base.width),
        ] {
            try model.replace(at: "\(path).\(name)") { _ in
                try Linear(
                    builder.at("\(path).\(name)"), inputs: inputs, outputs: outputs, initial: .normal(deviation: 0.3))
            }
        }
    }
}

/// Every block once, one of them twice; the second result enters by a matrix of the schedule's own.
enum SecondVisit: ModelStructure {
    struct Config: Codable, Sendable { var block: Int }
    static let name = "second-visit"
    static let version = 1

    static func install(_ config: Config, into model: LanguageModel, builder: ParameterBuilder) throws {
        try model.replace(at: "model.schedule") { _ in
            try SecondVisitSchedule(builder.at("model.schedule"), block: config.block, width: model.base.config.width)
        }
    }
}

final class SecondVisitSchedule: DepthSchedule {
    let block: Int
    let gate: Linear

    init(_ builder: ParameterBuilder, block: Int, width: Int) throws(TensorError) {
        self.block = block
        gate = try Linear(builder.at("gate"), inputs: width, outputs: width, initial: .normal(deviation: 0.2))
    }

    var children: [Child] { [Child("gate", gate)] }

    func callAsFunction(
        _ h: Tensor, blocks: [DecoderBlock], rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        var h = h
        for block in blocks {
            h = try block(h, rows: rows, context)
            guard block.index == self.block else { continue }
            var again = context
            again.slot.step = 1
            let z = try block(h, rows: rows, again)
            h = try gate(context.tape.cast(z, to: context.tape.precision.compute), adding: h, context)
        }
        return h
    }
}
