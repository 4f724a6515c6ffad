import Layers
import Tensors
import Testing

/// A projection that multiplies what another gives.
private final class Scaled: Projection {
    let inner: any Projection
    let factor: Double

    init(_ inner: any Projection, by factor: Double) {
        self.inner = inner
        self.factor = factor
    }

    var inputs: Int { inner.inputs }
    var outputs: Int { inner.outputs }
    var children: [Child] { [Child("base", inner)] }

    func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        let y = try context.tape.scale(inner(x, context), by: factor)
        guard let residual else { return y }
        return try context.tape.add(residual, y)
    }
}

/// A sublayer that runs another twice.
private final class Twice: Sublayer {
    let inner: any Sublayer

    init(_ inner: any Sublayer) { self.inner = inner }

    var children: [Child] { [Child("inner", inner, isTransparent: true, replace: { _ in false })] }

    func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
        try inner(inner(h, rows: rows, context), rows: rows, context)
    }
}

/// A part below which another stays.
private final class Holder: Part {
    let block: DecoderBlock
    init(_ block: DecoderBlock) { self.block = block }
    var children: [Child] { [Child("block", block)] }
}

@Suite struct ReplacementTests {
    private static let width = 6

    private func block(_ workspace: Workspace) throws -> DecoderBlock {
        let builder = ParameterBuilder(workspace: workspace, seed: 2)
        let rotary = try RotaryTable(width: 4, limit: 8, theta: 100, workspace: workspace)
        let map = try HeadMap(width: 4, heads: 2, groups: 1)
        return DecoderBlock(
            index: 0, path: "",
            attention: ResidualSublayer(
                norm: try RMSNorm(builder.at("input_layernorm"), width: Self.width, epsilon: 1e-5),
                core: try Attention(
                    builder.at("self_attn"), width: Self.width, map: map, rotary: rotary, deviation: 0.5),
                names: ("input_layernorm", "self_attn")),
            feedForward: ResidualSublayer(
                norm: try RMSNorm(builder.at("post_attention_layernorm"), width: Self.width, epsilon: 1e-5),
                core: try FeedForward(builder.at("mlp"), width: Self.width, inner: 5, deviation: 0.5),
                names: ("post_attention_layernorm", "mlp")))
    }

    private func output(_ block: DecoderBlock, _ workspace: Workspace) throws -> [Double] {
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let rows = try Rows(sequences: 1, length: 3, workspace: workspace)
        let h = try workspace.numbers(numbers(3 * Self.width, 7), [3, Self.width])
        return try workspace.values(block(h, rows: rows, context))
    }

    @Test func pathsAreThoseOfCheckpoints() throws {
        let block = try block(reference())
        #expect(
            block.parameters.map(\.path) == [
                "self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight",
                "self_attn.o_proj.weight", "input_layernorm.weight", "mlp.gate_proj.weight", "mlp.up_proj.weight",
                "mlp.down_proj.weight", "post_attention_layernorm.weight",
            ])
        let paths = block.descendants.map(\.path)
        #expect(paths.first == "" && Set(paths).count == paths.count)
        for path in ["attention", "feed_forward", "self_attn", "self_attn.q_proj", "mlp.down_proj", "input_layernorm"] {
            #expect(block.part(at: path) != nil && paths.contains(path), "\(path)")
        }
        #expect(block.part(at: "attention.self_attn") == nil && block.part(at: "q_proj") == nil)
    }

    /// The part in place is the new one, it computes, and the rest of the tree is as it was.
    @Test(arguments: [
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
        "mlp.down_proj",
    ]) func aProjectionIsReplacedByItsPath(_ path: String) throws {
        let workspace = try reference()
        let block = try block(workspace)
        let (before, parameters) = (try output(block, workspace), block.parameters.map(\.path))
        try block.replace(at: path) { old in Scaled(try #require(old as? any Projection), by: 1) }
        #expect(block.part(at: path) is Scaled && block.part(at: "\(path).base") is Linear)
        #expect(try output(block, workspace) == before && block.parameters.map(\.path) == parameters)
        try block.replace(at: path) { old in try #require(old as? Scaled).inner }
        #expect(block.part(at: path) is Linear)
        // Twice a projection is a projection of twice the weights.
        let linear = try #require(block.part(at: path) as? Linear)
        let weights = try linear.weight.hostValues()
        try linear.weight.set(weights.map { 2 * $0 })
        let doubled = try output(block, workspace)
        try linear.weight.set(weights)
        try block.replace(at: path) { old in Scaled(try #require(old as? any Projection), by: 2) }
        #expect(try output(block, workspace) == doubled && doubled != before)
    }

    @Test func aSublayerIsWrappedByItsPath() throws {
        let workspace = try reference()
        let block = try block(workspace)
        let (before, parameters) = (try output(block, workspace), block.parameters.map(\.path))
        for path in ["attention", "feed_forward"] {
            try block.replace(at: path) { old in Twice(try #require(old as? any Sublayer)) }
            #expect(block.part(at: path) is Twice)
        }
        #expect(try output(block, workspace) != before)
        // Neither names nor paths of what is inside have changed.
        #expect(block.parameters.map(\.path) == parameters)
        #expect(block.part(at: "self_attn.q_proj") is Linear && block.part(at: "mlp") is FeedForward)
    }

    @Test func whatIsNotThereIsNamedWithWhatIsNear() throws {
        let block = try block(reference())
        #expect {
            try block.replace(at: "self_attn.q_prj") { $0 }
        } throws: { error in
            guard case PartError.noPart("self_attn.q_prj", let near)? = error as? PartError else { return false }
            return near.contains("self_attn.q_proj") && "\(error)".contains("near: self_attn.q_proj")
        }
        #expect(throws: PartError.noPart(path: "nothing_like_it_at_all", near: [])) {
            try block.replace(at: "nothing_like_it_at_all") { $0 }
        }
    }

    @Test func normsAndCoresOfASublayerAreReplacedByTheirLike() throws {
        let workspace = try reference()
        let block = try block(workspace)
        let norm = try RMSNorm(
            ParameterBuilder(workspace: workspace, seed: 1).at("other"), width: Self.width, epsilon: 1e-3)
        try block.replace(at: "input_layernorm") { _ in norm }
        #expect(block.part(at: "input_layernorm") === norm)
        for path in ["self_attn", "mlp"] {
            try block.replace(at: path) { $0 }
            #expect(throws: PartError.unfit(path: path, got: "RMSNorm")) { try block.replace(at: path) { _ in norm } }
        }
    }

    @Test func whatStaysIsRefused() throws {
        let holder = Holder(try block(reference()))
        #expect(throws: PartError.fixed(path: "block")) { try holder.replace(at: "block") { $0 } }
        #expect("\(PartError.fixed(path: "mlp"))".contains("mlp"))
    }

    @Test func whatDoesNotFitIsRefusedAndChangesNothing() throws {
        let workspace = try reference()
        let block = try block(workspace)
        let before = try output(block, workspace)
        let norm = try RMSNorm(ParameterBuilder(workspace: workspace, seed: 1), width: Self.width, epsilon: 1e-5)
        for path in ["self_attn.q_proj", "attention"] {
            #expect(throws: PartError.unfit(path: path, got: "RMSNorm")) { try block.replace(at: path) { _ in norm } }
        }
        struct Refusal: Error {}
        #expect(throws: Refusal.self) { try block.replace(at: "mlp.up_proj") { _ in throw Refusal() } }
        #expect(try output(block, workspace) == before)
    }

    /// A parameter that stands in two places is listed, trained and counted once.
    @Test func aSharedParameterComesOnce() throws {
        let workspace = try reference()
        let block = try block(workspace)
        let count = block.cost(length: 8).parameters
        let gate = try #require(block.part(at: "mlp.gate_proj") as? Linear)
        try block.replace(at: "mlp.up_proj") { _ in Linear(weight: gate.weight) }
        #expect(block.parameters.count == 8 && block.parameters.filter { $0 === gate.weight }.count == 1)
        #expect(block.cost(length: 8).parameters == count - gate.weight.count)
        // Its operations are done twice all the same.
        #expect(block.cost(length: 8).operations == (try self.block(workspace)).cost(length: 8).operations)
    }
}
