import Foundation
public import Tensors

// Distributions.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func softmax(_ x: Operand, to y: Operand, rows: Int, columns: Int, scale: Double) {
        apart([y.area(rows, columns)], [x.area(rows, columns)])
        let scores = x.grid(rows, columns).map { scale * $0 }
        let sums = (0..<rows).map { logSum(scores.row($0)) }
        y.store(Grid(rows, columns) { sums[$0] == -.infinity ? 0 : exp(scores[$0, $1] - sums[$0]) })
    }

    /// See `KernelSet`.
    public func softmaxBackward(
        _ y: Operand, gradient dy: Operand, to dx: Operand, rows: Int, columns: Int, scale: Double, accumulate: Bool
    ) {
        apart([dx.area(rows, columns)], [y.area(rows, columns), dy.area(rows, columns)])
        let dots = (0..<rows).map { row in (0..<columns).reduce(0) { $0 + y[row, $1] * dy[row, $1] } }
        dx.store(Grid(rows, columns) { scale * y[$0, $1] * (dy[$0, $1] - dots[$0]) }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func logProbabilities(
        _ logits: Operand, targets: Operand, temperature: Double, rows: Int, vocabulary: Int, to logp: Operand,
        logSums: Operand
    ) {
        apart([logp.area(rows), logSums.area(rows)], [logits.area(rows, vocabulary), targets.area(rows)])
        let z = logits.grid(rows, vocabulary).map { $0 / temperature }
        let sums = (0..<rows).map { logSum(z.row($0)) }
        let places = targets.indices(rows)
        logSums.store(sums)
        logp.store((0..<rows).map { places[$0] < 0 ? 0 : z[$0, places[$0]] - sums[$0] })
    }

    /// See `KernelSet`.
    public func logProbabilitiesBackward(
        _ logits: Operand, targets: Operand, logSums: Operand, gradient: Operand, temperature: Double, rows: Int,
        vocabulary: Int, to d: Operand
    ) {
        let z = logits.grid(rows, vocabulary).map { $0 / temperature }
        let places = targets.indices(rows)
        let result = Grid(rows, vocabulary) { row, word in
            guard places[row] >= 0 else { return 0 }
            let hit = places[row] == word ? 1.0 : 0
            return gradient[row] * (hit - exp(z[row, word] - logSums[row])) / temperature
        }
        d.store(result)
    }

    /// See `KernelSet`.
    public func distributionStatistics(
        _ logits: Operand, targets: Operand, logSums: Operand, temperature: Double, rows: Int, vocabulary: Int,
        entropy: Operand, ranks: Operand
    ) {
        apart(
            [entropy.area(rows), ranks.area(rows)],
            [logits.area(rows, vocabulary), targets.area(rows), logSums.area(rows)])
        let z = logits.grid(rows, vocabulary).map { $0 / temperature }
        let places = targets.indices(rows)
        for row in 0..<rows {
            // -sum p log p; a probability of 0 adds nothing.
            entropy[row] = z.row(row).reduce(0) { sum, z in
                let logp = z - logSums[row]
                return logp == -.infinity ? sum : sum - exp(logp) * logp
            }
            ranks[row] = places[row] < 0 ? 0 : Double(z.row(row).count { $0 > z[row, places[row]] })
        }
    }

    /// log sum exp; -infinity where there is nothing to sum.
    func logSum(_ scores: ArraySlice<Double>) -> Double {
        guard let largest = scores.max(), largest > -.infinity else { return -.infinity }
        return largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
    }
}
