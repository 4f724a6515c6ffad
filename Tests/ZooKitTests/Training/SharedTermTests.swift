import Layers
import Tensors
import Testing
import TrainingSupport
import ZooKit

/// Terms of one name that several parts add, and the random draws of several ranks.
@Suite struct SharedTermTests {
    /// A sublayer that adds a term of the name that its fellows use, and keeps the stream's first draw.
    private final class Balanced: Sublayer, AuxiliaryPart {
        let inner: any Sublayer
        let counted: Double
        var draws: [UInt64] = []
        init(_ inner: any Sublayer, counts counted: Double) { (self.inner, self.counted) = (inner, counted) }
        var children: [Child] { inner.children }
        var auxiliaryTerms: [String] { ["balance"] }
        func auxiliaryWeights(_ rows: Rows) -> [String: Double] { ["balance": Double(rows.count)] }

        func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
            let y = try inner(h, rows: rows, context)
            draws.append(context.key.bits(at: 0))
            context.add(
                LossTerm(
                    "balance", sum: try context.tape.sumOfSquares(y), weight: counted * Double(rows.count),
                    coefficient: 0.5))
            return y
        }
    }

    private func balanced(
        _ workspace: Workspace, counts: Double = 1
    ) throws -> (model: LanguageModel, parts: [Balanced]) {
        var config = Small.config(.llama)
        config.layerCount = 4
        let model = try LanguageModel(config, seed: 4, workspace: workspace)
        var parts: [Balanced] = []
        for layer in 0..<4 {
            try model.replace(at: "model.layers.\(layer).feed_forward") { old in
                guard let sublayer = old as? any Sublayer else {
                    throw PartError.unfit(path: "balanced", got: "\(old)")
                }
                parts.append(Balanced(sublayer, counts: counts))
                return parts[layer]
            }
        }
        return (model, parts)
    }

    private func loss(
        _ micro: Int, counts: Double = 1, _ communicator: any Communicator = SoleProcess()
    ) throws -> (loss: StepLoss, draws: [UInt64]) {
        let workspace = try reference()
        let (model, parts) = try balanced(workspace, counts: counts)
        let batches = try stride(from: 0, to: 6, by: micro).map { first in
            try Small.texts((first..<first + micro).map { Small.text(7, UInt64($0)) }, workspace)
        }
        let accumulation = GradientAccumulation(Pretraining(model), communicator: communicator, workspace: workspace)
        return (try accumulation(batches, key: RandomKey(seed: 1)), parts[0].draws)
    }

    @Test func everyLayerMayAddATermOfOneName() throws {
        let whole = try loss(6).loss
        #expect(whole.terms["balance"]?.weight == 168.0)
        let cut = try loss(2).loss
        #expect(cut.terms["balance"]?.weight == 168.0 && abs(cut.value - whole.value) < 1e-12)
        let mean = try #require(whole.terms["balance"]?.mean)
        let tokens = try #require(whole.terms["next_token"]?.mean)
        #expect(abs(whole.value - tokens - 0.5 * mean) < 1e-12)
    }

    @Test func anotherSumThanAnnouncedIsNamedOnce() throws {
        #expect(throws: TrainingError.weight(term: "balance", announced: 4 * 42, got: 8 * 42)) {
            try loss(6, counts: 2)
        }
    }

    @Test func everyRankDrawsNumbersOfItsOwn() throws {
        let sole = try loss(3).draws
        #expect(sole.count == 2 && sole[0] != sole[1])
        #expect(try loss(3, LoneRank(0)).draws == sole)
        #expect(Set(try loss(3, LoneRank(1)).draws).isDisjoint(with: sole))
    }
}
