import Foundation
public import Tensors

// Attention, one query and one head at a time.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func attention(
        _ shape: AttentionShape, q: Operand, k: Operand, v: Operand, mask: AttentionMask, to o: Operand,
        logSums: Operand
    ) {
        let places = (q: shape.sequences * shape.queries, k: shape.sequences * shape.keys)
        apart(
            [o.area(places.q, shape.heads * shape.valueWidth), logSums.area(shape.heads * places.q)],
            [
                q.area(places.q, shape.heads * shape.width), k.area(places.k, shape.keyHeads * shape.width),
                v.area(places.k, shape.valueHeads * shape.valueWidth),
            ])
        var result = Grid(places.q, shape.heads * shape.valueWidth)
        for place in Place.all(shape) {
            let scores = self.scores(place, shape, q, k, mask)
            let logSum = self.logSum(scores[...])
            logSums[place.statistic(shape)] = logSum
            for (key, score) in scores.enumerated() where score > -.infinity {
                for j in 0..<shape.valueWidth {
                    result[place.row(shape), place.head * shape.valueWidth + j] +=
                        exp(score - logSum) * kept(place, key, shape, mask)
                        * v[place.key(key, shape), place.value(j, shape)]
                }
            }
        }
        o.store(result)
    }

    /// See `KernelSet`.
    public func attentionBackward(
        _ shape: AttentionShape, q: Operand, k: Operand, v: Operand, mask: AttentionMask, o: Operand, logSums: Operand,
        gradient: Operand, results: AttentionGradients
    ) {
        var dq = Grid(shape.sequences * shape.queries, shape.heads * shape.width)
        var dk = Grid(shape.sequences * shape.keys, shape.keyHeads * shape.width)
        var dv = Grid(shape.sequences * shape.keys, shape.valueHeads * shape.valueWidth)
        apart(
            [
                results.q?.area(dq.rows, dq.columns), results.k?.area(dk.rows, dk.columns),
                results.v?.area(dv.rows, dv.columns),
            ],
            [
                q.area(dq.rows, dq.columns), k.area(dk.rows, dk.columns), v.area(dv.rows, dv.columns),
                o.area(dq.rows, shape.heads * shape.valueWidth), gradient.area(dq.rows, shape.heads * shape.valueWidth),
                logSums.area(shape.heads * dq.rows),
            ])
        for place in Place.all(shape) {
            let row = place.row(shape)
            let columns = (0..<shape.valueWidth).map { place.head * shape.valueWidth + $0 }
            let weighted = columns.reduce(0) { $0 + gradient[row, $1] * o[row, $1] }
            for (key, score) in scores(place, shape, q, k, mask).enumerated() where score > -.infinity {
                let weight = exp(score - logSums[place.statistic(shape)])
                let kept = kept(place, key, shape, mask)
                let keyRow = place.key(key, shape)
                var weightGradient = 0.0
                for j in 0..<shape.valueWidth {
                    weightGradient += gradient[row, columns[j]] * v[keyRow, place.value(j, shape)]
                    dv[keyRow, place.value(j, shape)] += weight * kept * gradient[row, columns[j]]
                }
                let scoreGradient = weight * (kept * weightGradient - weighted) * shape.scale
                for j in 0..<shape.width {
                    dq[row, place.query(j, shape)] += scoreGradient * k[keyRow, place.key(j, in: shape)]
                    dk[keyRow, place.key(j, in: shape)] += scoreGradient * q[row, place.query(j, shape)]
                }
            }
        }
        results.q?.store(dq, adding: results.accumulate.q)
        results.k?.store(dk, adding: results.accumulate.k)
        results.v?.store(dv, adding: results.accumulate.v)
    }

    /// See `KernelSet`.
    public func attentionColumnSums(
        _ shape: AttentionShape, q: Operand, k: Operand, mask: AttentionMask, logSums: Operand, queries: Range<Int>,
        to sums: Operand
    ) {
        var result = [Double](repeating: 0, count: shape.sequences * shape.heads * shape.keys)
        for place in Place.all(shape) where queries.contains(place.query) {
            for (key, score) in scores(place, shape, q, k, mask).enumerated() where score > -.infinity {
                result[(place.sequence * shape.heads + place.head) * shape.keys + key] +=
                    exp(score - logSums[place.statistic(shape)])
            }
        }
        sums.store(result)
    }

    /// One query's scaled products with all keys, -infinity for those it does not see.
    private func scores(
        _ place: Place, _ shape: AttentionShape, _ q: Operand, _ k: Operand, _ mask: AttentionMask
    ) -> [Double] {
        (0..<shape.keys).map { key in
            guard sees(place, key, shape, mask) else { return -.infinity }
            let keyRow = place.key(key, shape)
            let products = (0..<shape.width).map { j in
                q[place.row(shape), place.query(j, shape)] * k[keyRow, place.key(j, in: shape)]
            }
            return shape.scale * products.reduce(0, +)
        }
    }

    /// 0 for a weight that is dropped, 1 / (1 - rate) for others.
    private func kept(_ place: Place, _ key: Int, _ shape: AttentionShape, _ mask: AttentionMask) -> Double {
        guard let dropout = mask.dropout else { return 1 }
        let row = (dropout.firstRow + place.sequence * shape.heads + place.head) * shape.queries + place.query
        let drawn = dropout.key.bits(at: row * shape.keys + key) >> 40
        return Double(drawn) >= (dropout.rate * 0x1p24).rounded() ? 1 / (1 - dropout.rate) : 0
    }

    private func sees(_ place: Place, _ key: Int, _ shape: AttentionShape, _ mask: AttentionMask) -> Bool {
        if let limits = mask.limits {
            if Double(key) >= limits[place.row(shape)] { return false }
        } else if let offset = mask.causalOffset {
            if key >= place.query + 1 + offset { return false }
        }
        guard let querySegments = mask.querySegments, let keySegments = mask.keySegments else { return true }
        let segment = keySegments[place.key(key, shape)]
        return segment >= 0 && segment == querySegments[place.row(shape)]
    }

    /// A query of a head of a sequence.
    private struct Place {
        let sequence: Int
        let head: Int
        let query: Int

        static func all(_ shape: AttentionShape) -> [Place] {
            (0..<shape.sequences).flatMap { sequence in
                (0..<shape.heads).flatMap { head in
                    (0..<shape.queries).map { Place(sequence: sequence, head: head, query: $0) }
                }
            }
        }

        /// The row of q and o.
        func row(_ shape: AttentionShape) -> Int { sequence * shape.queries + query }
        /// The row of k and v.
        func key(_ key: Int, _ shape: AttentionShape) -> Int { sequence * shape.keys + key }
        /// The place in logSums.
        func statistic(_ shape: AttentionShape) -> Int { (sequence * shape.heads + head) * shape.queries + query }
        /// Column j of the head in q, k and v.
        func query(_ j: Int, _ shape: AttentionShape) -> Int { head * shape.width + j }
        func key(_ j: Int, in shape: AttentionShape) -> Int { shape.keyHead[head] * shape.width + j }
        func value(_ j: Int, _ shape: AttentionShape) -> Int { shape.valueHead[head] * shape.valueWidth + j }
    }
}
