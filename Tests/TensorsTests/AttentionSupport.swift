import Foundation

@testable import Tensors

/// One attention of random numbers, with what double loops make of it.
struct AttentionCase {
    var shape: AttentionShape
    let bench: CPUBench
    let type: ElementType
    let q, k, v, o, logSums, gradient: Operand
    var mask: AttentionMask

    init(
        _ bench: CPUBench, _ shape: AttentionShape, _ type: ElementType, seed: Int, gap: Int = 0,
        mask: (CPUBench, inout Dice) throws -> AttentionMask = { _, _ in AttentionMask() }
    ) throws {
        var dice = Dice(seed)
        let (height, length) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        func numbers(_ rows: Int, _ columns: Int, _ dice: inout Dice) throws -> Operand {
            try bench.matrix(rows, columns, type, gap: gap, offset: gap) { _, _ in dice.number() }
        }
        self.shape = shape
        self.bench = bench
        self.type = type
        q = try numbers(height, shape.heads * shape.width, &dice)
        k = try numbers(length, shape.keyHeads * shape.width, &dice)
        v = try numbers(length, shape.valueHeads * shape.valueWidth, &dice)
        gradient = try numbers(height, shape.heads * shape.valueWidth, &dice)
        o = try bench.matrix(height, shape.heads * shape.valueWidth, type, gap: gap) { _, _ in .nan }
        logSums = try bench.matrix(1, shape.sequences * shape.heads * shape.queries, .float32) { _, _ in .nan }
        self.mask = try mask(bench, &dice)
    }

    func forward() {
        bench.kernels.attention(shape, q: q, k: k, v: v, mask: mask, to: o, logSums: logSums)
    }

    var output: [Double] { o.numbers(shape.sequences * shape.queries, shape.heads * shape.valueWidth) }
    var sums: [Double] { logSums.numbers(1, shape.sequences * shape.heads * shape.queries) }

    /// Results for dq, dk, dv full of `value`, of the case's type.
    func results(
        value: Double = .nan, accumulate: Bool = false, wanted: (Bool, Bool, Bool) = (true, true, true),
        type: ElementType? = nil
    ) throws -> AttentionGradients {
        func result(_ isWanted: Bool, _ rows: Int, _ columns: Int) throws -> Operand? {
            isWanted ? try bench.matrix(rows, columns, type ?? self.type, gap: 1) { _, _ in value } : nil
        }
        let (height, length) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        return AttentionGradients(
            q: try result(wanted.0, height, shape.heads * shape.width),
            k: try result(wanted.1, length, shape.keyHeads * shape.width),
            v: try result(wanted.2, length, shape.valueHeads * shape.valueWidth),
            accumulate: (accumulate, accumulate, accumulate))
    }

    func backward(_ results: AttentionGradients) {
        bench.kernels.attentionBackward(
            shape, q: q, k: k, v: v, mask: mask, o: o, logSums: logSums, gradient: gradient, results: results)
    }

    func numbers(_ results: AttentionGradients) -> [[Double]] {
        let (height, length) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        return [
            results.q?.numbers(height, shape.heads * shape.width) ?? [],
            results.k?.numbers(length, shape.keyHeads * shape.width) ?? [],
            results.v?.numbers(length, shape.valueHeads * shape.valueWidth) ?? [],
        ]
    }
}

/// Attention by double loops.
struct NaiveAttention {
    private let one: AttentionCase
    private(set) var output: [Double]
    private(set) var logSums: [Double] = []
    private(set) var dq: [Double]
    private(set) var dk: [Double]
    private(set) var dv: [Double]
    /// [B,H,Tq] rows of weights.
    private(set) var weights: [[Double]] = []

    init(_ one: AttentionCase) {
        self.one = one
        let shape = one.shape
        let (height, length) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        output = [Double](repeating: 0, count: height * shape.heads * shape.valueWidth)
        dq = [Double](repeating: 0, count: height * shape.heads * shape.width)
        dk = [Double](repeating: 0, count: length * shape.keyHeads * shape.width)
        dv = [Double](repeating: 0, count: length * shape.valueHeads * shape.valueWidth)
        for sequence in 0..<shape.sequences {
            for head in 0..<shape.heads { for query in 0..<shape.queries { visit(sequence, head, query) } }
        }
    }

    static func sees(_ one: AttentionCase, _ sequence: Int, _ query: Int, _ key: Int) -> Bool {
        let (row, column) = (sequence * one.shape.queries + query, sequence * one.shape.keys + key)
        if let limits = one.mask.limits {
            if Double(key) >= limits.get(row) { return false }
        } else if let offset = one.mask.causalOffset, key > query + offset {
            return false
        }
        guard let own = one.mask.querySegments, let theirs = one.mask.keySegments else { return true }
        return theirs.get(column) >= 0 && theirs.get(column) == own.get(row)
    }

    private mutating func visit(_ sequence: Int, _ head: Int, _ query: Int) {
        let shape = one.shape
        let row = sequence * shape.queries + query
        let (keyHead, valueHead) = (shape.keyHead[head], shape.valueHead[head])
        let (width, valueWidth) = (shape.width, shape.valueWidth)
        func q(_ j: Int) -> Double { one.q.get(row * one.q.stride + head * width + j) }
        func k(_ key: Int, _ j: Int) -> Double {
            one.k.get((sequence * shape.keys + key) * one.k.stride + keyHead * width + j)
        }
        func v(_ key: Int, _ j: Int) -> Double {
            one.v.get((sequence * shape.keys + key) * one.v.stride + valueHead * valueWidth + j)
        }
        func up(_ j: Int) -> Double { one.gradient.get(row * one.gradient.stride + head * valueWidth + j) }
        let seen = (0..<shape.keys).filter { Self.sees(one, sequence, query, $0) }
        let scores = seen.map { key in shape.scale * (0..<width).reduce(0) { $0 + q($1) * k(key, $1) } }
        let most = scores.max() ?? 0
        let sum = scores.reduce(0) { $0 + exp($1 - most) }
        logSums.append(seen.isEmpty ? -.infinity : most + log(sum))
        let weights = scores.map { exp($0 - most) / sum }
        var all = [Double](repeating: 0, count: shape.keys)
        for (key, weight) in zip(seen, weights) { all[key] = weight }
        self.weights.append(all)
        let out = (row * shape.heads + head) * valueWidth
        for (key, weight) in zip(seen, weights) { for j in 0..<valueWidth { output[out + j] += weight * v(key, j) } }
        let mean = (0..<valueWidth).reduce(0) { $0 + up($1) * output[out + $1] }
        for (key, weight) in zip(seen, weights) {
            let slope = (0..<valueWidth).reduce(-mean) { $0 + up($1) * v(key, $1) } * weight * shape.scale
            let keyRow = sequence * shape.keys + key
            for j in 0..<valueWidth {
                dv[(keyRow * shape.valueHeads + valueHead) * valueWidth + j] += weight * up(j)
            }
            for j in 0..<width {
                dq[(row * shape.heads + head) * width + j] += slope * k(key, j)
                dk[(keyRow * shape.keyHeads + keyHead) * width + j] += slope * q(j)
            }
        }
    }
}

/// The largest distance of two lists, over 1 + the size of the second's numbers; infinite where one is no number.
func distance(_ found: [Double], _ wanted: [Double]) -> Double {
    guard found.count == wanted.count else { return .infinity }
    return zip(found, wanted).reduce(0) { most, pair in
        if pair.0 == pair.1 { return most }
        let apart = abs(pair.0 - pair.1) / (1 + abs(pair.1))
        return apart.isNaN ? .infinity : max(most, apart)
    }
}
