import Foundations
import Layers
import Tensors
import ZooKit

/// One forward and backward pass over a fixture's batch, and how far it is from the fixture.
struct OracleRun {
    /// Largest difference over largest value, by name.
    struct Distance {
        let name: String
        let value: Double
    }

    let fixture: ModelFixture
    private(set) var outputs: [Distance] = []
    private(set) var losses: [Distance] = []
    private(set) var gradients: [Distance] = []
    /// All gradients, by path.
    private(set) var values: [String: [Double]] = [:]

    init(_ fixture: ModelFixture, workspace: Workspace, recomputes: Bool = false) throws {
        self.fixture = fixture
        let oracle = try OracleModel(fixture, workspace: workspace)
        let model = oracle.model
        let input = try OracleModel.input(fixture, workspace: workspace)
        let tape = Tape(workspace)
        var context = ForwardContext(tape: tape)
        context.recomputesBlocks = recomputes
        let hidden = try model.hidden(input, context)
        try compare("hidden", hidden, input.rows.length, offset: 0, workspace)
        var terms: [LossTerm] = []
        if input.patches != nil {
            let head = try FixtureError.unwrap(model.patchHead, "no patch head")
            let free = ForwardContext(tape: Tape(workspace, mode: .inference))
            try compare("patches", head(hidden, free), input.rows.length, offset: 0, workspace)
            terms.append(try model.nextPatchLoss(hidden, input, context))
        }
        if input.tokens != nil {
            let free = ForwardContext(tape: Tape(workspace, mode: .inference))
            try compare(
                "logits", model.tokenLogits(hidden, free), input.rows.length, offset: input.patches?.length ?? 0,
                workspace)
            terms.append(try model.nextTokenLoss(hidden, input, context))
        }
        for term in terms {
            let facts = fixture.facts.losses
            let name = term.name
            let expected = try FixtureError.unwrap(name == "next_token" ? facts.ntp : facts.npp, "no loss \(name)")
            let got = try workspace.values(term.sum)[0]
            losses.append(Distance(name: name, value: abs(got / expected.sum - 1)))
            if term.weight != expected.weight { throw FixtureError("\(name) counts \(term.weight)") }
        }
        try tape.backward(terms.map { ($0.sum, 1 / $0.weight) })
        for parameter in model.parameters {
            guard let gradient = parameter.gradient else { continue }
            let got = try workspace.values(gradient)
            values[parameter.path] = got
            let name = OracleModel.name(parameter.path)
            let expected = try FixtureError.unwrap(fixture.gradients[name], "no gradient of \(name)")
            // The two largest are kept in single precision, to which ours are rounded before they are compared.
            let rounded = expected.type == "F32" ? got.map { Double(Float($0)) } : got
            gradients.append(Distance(name: name, value: Self.distance(rounded, expected.values)))
        }
    }

    func worst(in list: KeyPath<OracleRun, [Distance]>) -> Double {
        self[keyPath: list].map(\.value).max() ?? .infinity
    }

    /// Compares the rows that the fixture keeps; padding is left out.
    private mutating func compare(
        _ name: String, _ tensor: Tensor, _ length: Int, offset: Int, _ workspace: Workspace
    ) throws {
        let expected = try FixtureError.unwrap(fixture.outputs[name], "no output \(name)")
        let segments = try FixtureError.unwrap(fixture.inputs["segments"], "no segments").values
        let all = try workspace.values(tensor)
        let (places, columns) = (expected.shape[1], expected.shape[2])
        var got: [Double] = []
        var wanted: [Double] = []
        for b in 0..<expected.shape[0] {
            for i in 0..<places where segments[b * length + offset + i] >= 0 {
                let row = (b * length + offset + i) * columns
                got += all[row..<row + columns]
                wanted += expected.values[(b * places + i) * columns..<(b * places + i + 1) * columns]
            }
        }
        outputs.append(Distance(name: name, value: Self.distance(got, wanted)))
    }

    static func distance(_ a: [Double], _ b: [Double]) -> Double {
        guard a.count == b.count else { return .infinity }
        let scale = b.reduce(0) { max($0, abs($1)) }
        var worst = 0.0
        for (x, y) in zip(a, b) { worst = abs(x - y) <= worst ? worst : (x - y).isFinite ? abs(x - y) : .infinity }
        return scale > 0 ? worst / scale : worst
    }
}
