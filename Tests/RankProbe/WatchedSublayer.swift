import Layers
import Tensors

/// A sublayer that adds a small term over all rows of a step and reports a number a row, both of its output's size.
final class WatchedSublayer: Sublayer, AuxiliaryPart {
    private let inner: any Sublayer

    init(_ old: any Part) throws(PartError) {
        guard let inner = old as? any Sublayer else { throw PartError.unfit(path: "watched", got: "\(old)") }
        self.inner = inner
    }

    var children: [Child] { inner.children }
    var auxiliaryTerms: [String] { ["size"] }
    func auxiliaryWeights(_ rows: Rows) -> [String: Double] { ["size": Double(rows.count)] }

    func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let y = try inner(h, rows: rows, context)
        context.report("watched/size", try context.tape.rowDots(y.detached, y.detached))
        context.add(
            LossTerm("size", sum: try context.tape.sumOfSquares(y), weight: Double(rows.count), coefficient: 0.01))
        return y
    }
}
