import Layers
import Tensors
import ZooKit

/// One forward and backward pass over a fixture's batch in some precision: all its numbers, and how far they are from those of
/// another.
struct PrecisionRun {
    /// `layers.N`, `hidden`, `logits`, `patches`; rows of padding are 0.
    private(set) var outputs: [String: [Double]] = [:]
    /// Loss by the fixture's name.
    private(set) var losses: [String: Double] = [:]
    /// By the fixture's names.
    private(set) var gradients: [String: [Double]] = [:]

    init(_ fixture: ModelFixture, on kernels: KernelChoice, threads: Int = 2) throws {
        let workspace = try kernels.workspace(threads: threads)
        let oracle = try OracleModel(fixture, workspace: workspace)
        let model = oracle.model
        let input = try OracleModel.input(fixture, workspace: workspace)
        var context = ForwardContext(tape: Tape(workspace), isTraining: true)
        var streams: [String: Tensor] = [:]
        for layer in model.base.blocks.indices.dropFirst() {
            context.taps["model.layers.\(layer).input"] = { streams["layers.\(layer - 1)"] = $0 }
        }
        let hidden = try model.hidden(input, context)
        let free = ForwardContext(tape: Tape(workspace, mode: .inference))
        streams["hidden"] = hidden
        if fixture.outputs["logits"] != nil { streams["logits"] = try model.tokenLogits(hidden, free) }
        if let head = model.patchHead, input.patches != nil { streams["patches"] = try head(hidden, free) }
        let segments = try FixtureError.unwrap(fixture.inputs["segments"], "no segments").values
        for (name, tensor) in streams {
            let expected = try FixtureError.unwrap(fixture.outputs[name], "no \(name)")
            outputs[name] = Self.rows(
                try workspace.values(tensor), input.rows.length, expected.shape,
                offset: name == "logits" ? input.patches?.length ?? 0 : 0, segments)
        }
        let terms = try SmallRun.terms(model, hidden, input, context)
        for term in terms {
            losses[term.name == "next_token" ? "ntp" : "npp"] = try workspace.values(term.sum)[0] / term.weight
        }
        try context.tape.backward(terms.map { ($0.sum, 1 / $0.weight) })
        for (path, gradient) in try SmallRun.gradients(model, workspace) {
            gradients[OracleModel.name(path)] = gradient
        }
    }

    /// Rows offset ..< offset + shape[1] of each sequence of `length`; those of padding become 0.
    private static func rows(
        _ values: [Double], _ length: Int, _ shape: [Int], offset: Int, _ segments: [Double]
    ) -> [Double] {
        (0..<shape[0]).flatMap { b in
            (0..<shape[1]).flatMap { place -> [Double] in
                let row = b * length + offset + place
                if segments[row] < 0 { return [Double](repeating: 0, count: shape[2]) }
                return Array(values[row * shape[2]..<(row + 1) * shape[2]])
            }
        }
    }

    /// Distances from another run: outputs, gradients.
    func distances(
        of list: KeyPath<PrecisionRun, [String: [Double]]>, from other: [String: [Double]]
    ) -> [String: FixturePage.Distance] {
        self[keyPath: list].reduce(into: [:]) { distances, item in
            distances[item.key] = FixturePage.Distance(of: item.value, from: other[item.key] ?? [])
        }
    }
}
