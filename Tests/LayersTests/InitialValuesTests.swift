import Layers
import Tensors
import Testing

@Suite struct InitialValuesTests {
    private func draw(
        _ path: String, _ shape: [Int], _ initial: Initial, seed: UInt64 = 1, drawsValues: Bool = true
    ) throws -> [Double] {
        let builder = ParameterBuilder(workspace: try reference(), seed: seed, drawsValues: drawsValues)
        return try builder.at("model").at("part").parameter(path, shape, initial).hostValues()
    }

    @Test func valuesAreAFunctionOfSeedAndPathAlone() throws {
        let workspace = try reference()
        let builder = ParameterBuilder(workspace: workspace, seed: 1)
        _ = try builder.parameter("something drawn before", [50], .normal(deviation: 1))
        let later = try builder.at("model.part").parameter("weight", [4, 5], .normal(deviation: 1))
        #expect(later.path == "model.part.weight")
        #expect(try later.hostValues() == draw("weight", [4, 5], .normal(deviation: 1)))
        #expect(try later.hostValues() != draw("weight2", [4, 5], .normal(deviation: 1)))
        #expect(try later.hostValues() != draw("weight", [4, 5], .normal(deviation: 1), seed: 2))
        // A matrix of more rows begins with the same numbers.
        #expect(try draw("weight", [6, 5], .normal(deviation: 1)).starts(with: later.hostValues()))
    }

    @Test func normalValuesHaveTheirDeviation() throws {
        let values = try draw("weight", [100, 200], .normal(deviation: 0.02))
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        let fourth = values.reduce(0) { $0 + ($1 * $1) * ($1 * $1) } / count
        // Five standard errors of 20,000 draws.
        #expect(abs(mean) < 0.02 * 5 / count.squareRoot())
        #expect(abs(deviation / 0.02 - 1) < 5 / (2 * count).squareRoot())
        #expect(abs(fourth / 1.6e-7 / 3 - 1) < 5 * (96 / 9 / count).squareRoot())
    }

    @Test func uniformValuesFillTheirBounds() throws {
        let values = try draw("weight", [100, 200], .uniform(bound: 0.25))
        let count = Double(values.count)
        #expect(values.allSatisfy { $0 >= -0.25 && $0 < 0.25 })
        #expect((values.min() ?? 0) < -0.249 && (values.max() ?? 0) > 0.249)
        #expect(abs(values.reduce(0, +) / count) < 5 * 0.25 / (3 * count).squareRoot())
        let square = values.reduce(0) { $0 + $1 * $1 } / count
        #expect(abs(square / (0.0625 / 3) - 1) < 5 * (0.8 / count).squareRoot())
    }

    @Test func constantsAndUndrawnValues() throws {
        #expect(try draw("weight", [3], .constant(1)) == [1, 1, 1])
        #expect(try draw("weight", [2, 2], .normal(deviation: 1), drawsValues: false) == [0, 0, 0, 0])
    }

    /// Section 3.5 of the specification: bounds of the patch projection, biases of 0, norms of 1 and 0, and who decays.
    @Test func partsBeginAsTheSpecificationSays() throws {
        let workspace = try reference()
        let builder = ParameterBuilder(workspace: workspace, seed: 3)
        let patches = try PatchEmbedding(builder.at("embed_patches"), width: 32, patchSize: 4, channels: 3)
        let (weights, bound) = (try patches.weight.hostValues(), (6 / Double(32 + 48)).squareRoot())
        #expect(weights.allSatisfy { abs($0) <= bound } && (weights.map { abs($0) }.max() ?? 0) > 0.98 * bound)
        let (biases, limit) = (try patches.bias.hostValues(), 1 / 48.0.squareRoot())
        #expect(biases.allSatisfy { abs($0) <= limit } && (biases.map { abs($0) }.max() ?? 0) > 0.8 * limit)
        #expect(try patches.norm.weight.hostValues() == [Double](repeating: 1, count: 32))
        #expect(try patches.norm.bias.hostValues() == [Double](repeating: 0, count: 32))
        #expect(patches.weight.decays)
        #expect([patches.bias, patches.norm.weight, patches.norm.bias].allSatisfy { !$0.decays })
        #expect(
            patches.parameters.map(\.path) == [
                "embed_patches.patch_embeddings.projection.weight", "embed_patches.patch_embeddings.projection.bias",
                "embed_patches.patch_embeddings.norm.weight", "embed_patches.patch_embeddings.norm.bias",
            ])
        let linear = try Linear(
            builder.at("linear"), inputs: 4, outputs: 3, initial: .normal(deviation: 1), hasBias: true)
        #expect(try linear.bias?.hostValues() == [0, 0, 0])
        #expect(linear.weight.decays && linear.bias?.decays == false)
        #expect(linear.inputs == 4 && linear.outputs == 3)
    }
}
