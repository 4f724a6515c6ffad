import Tensors

// Attention. Weights are rounded to the products' type before they meet the values; the gradient of a single weight is the
// difference of two equal numbers.
extension ParityCase {
    private static let single = Tolerance(relative: 1e-5, scaled: 3e-6, absolute: 1e-6)
    private static let half = Tolerance(relative: 2e-2, scaled: 1e-2, absolute: 1e-2)

    static let attention = [
        ParityCase("attention", single: single, half: half, rounds: 30) { run in
            let shape = run.attentionShape()
            let (q, k, v) = run.attentionInputs(shape)
            let mask = run.attentionMask(shape)
            let o = run.result(shape.sequences * shape.queries, shape.heads * shape.valueWidth, run.type)
            let logSums = run.resultList(shape.sequences * shape.heads * shape.queries)
            run.call { set, at in
                set.attention(shape, q: at(q), k: at(k), v: at(v), mask: mask(at), to: at(o), logSums: at(logSums))
            }
        },
        ParityCase("attentionBackward", single: single, half: half, rounds: 30) { run in
            let shape = run.attentionShape()
            let (q, k, v) = run.attentionInputs(shape)
            let mask = run.attentionMask(shape)
            let (queries, keys) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
            let o = run.result(queries, shape.heads * shape.valueWidth, run.type)
            let logSums = run.resultList(shape.sequences * shape.heads * shape.queries)
            run.prepare([o, logSums]) { set, at in
                set.attention(shape, q: at(q), k: at(k), v: at(v), mask: mask(at), to: at(o), logSums: at(logSums))
            }
            let gradient = run.input(queries, shape.heads * shape.valueWidth, run.type)
            let (adding, wanted) = ((q: run.flag(), k: run.flag(), v: run.flag()), run.int(1...7))
            let dq = run.result(queries, shape.heads * shape.width, run.type, accumulate: adding.q)
            let dk = run.result(keys, shape.keyHeads * shape.width, run.type, accumulate: adding.k)
            let dv = run.result(keys, shape.valueHeads * shape.valueWidth, run.type, accumulate: adding.v)
            run.call { set, at in
                set.attentionBackward(
                    shape, q: at(q), k: at(k), v: at(v), mask: mask(at), o: at(o), logSums: at(logSums),
                    gradient: at(gradient),
                    results: AttentionGradients(
                        q: wanted & 1 == 0 ? nil : at(dq), k: wanted & 2 == 0 ? nil : at(dk),
                        v: wanted & 4 == 0 ? nil : at(dv), accumulate: adding))
            }
        },
        ParityCase("attentionColumnSums", rounds: 30) { run in
            let shape = run.attentionShape()
            let (q, k, v) = run.attentionInputs(shape)
            let mask = run.attentionMask(shape)
            let o = run.result(shape.sequences * shape.queries, shape.heads * shape.valueWidth, run.type)
            let logSums = run.resultList(shape.sequences * shape.heads * shape.queries)
            run.prepare([o, logSums]) { set, at in
                set.attention(shape, q: at(q), k: at(k), v: at(v), mask: mask(at), to: at(o), logSums: at(logSums))
            }
            let sums = run.resultList(shape.sequences * shape.heads * shape.keys)
            let first = run.int(0...shape.queries)
            let queries = first..<run.int(first...shape.queries)
            run.call { set, at in
                set.attentionColumnSums(
                    shape, q: at(q), k: at(k), mask: mask(at), logSums: at(logSums), queries: queries, to: at(sums))
            }
        },
    ]
}

extension ParityRun {
    fileprivate func attentionShape() -> AttentionShape {
        let large = round < 3
        let (queries, keys) =
            large ? (int(130...170), int(130...170)) : (pick([1, 2, 7, 17]), pick([0, 1, 5, 16, 33]))
        let (keyHeads, valueHeads) = (int(1...3), int(1...3))
        var shape = AttentionShape(
            sequences: int(1...(large ? 1 : 3)), queries: queries, keys: keys, heads: int(1...4), groups: 1,
            width: pick([4, 8, 20, 64]))
        shape.keyHead = (0..<shape.heads).map { _ in int(0...keyHeads - 1) }
        shape.valueHead = (0..<shape.heads).map { _ in int(0...valueHeads - 1) }
        (shape.keyHeads, shape.valueHeads, shape.valueWidth) = (keyHeads, valueHeads, pick([4, 8, 20, 64]))
        return shape
    }

    fileprivate func attentionInputs(_ shape: AttentionShape) -> (ParityArray, ParityArray, ParityArray) {
        let (queries, keys) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        let (qColumns, kColumns) = (shape.heads * shape.width, shape.keyHeads * shape.width)
        return (
            input(queries, qColumns, type, numbers(queries * qColumns, -2, 2)),
            input(keys, kColumns, type, numbers(keys * kColumns, -2, 2)),
            input(keys, shape.valueHeads * shape.valueWidth, type)
        )
    }

    /// Any of the masks, or several together.
    fileprivate func attentionMask(_ shape: AttentionShape) -> (At) -> AttentionMask {
        let (queries, keys) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        let offset = flag() ? (flag() ? shape.keys - shape.queries : int(-5...5)) : nil
        let limits = int(0...2) == 0 ? list((0..<queries).map { _ in Double(int(0...shape.keys + 2)) }, .int32) : nil
        let segmented = int(0...2) == 0
        // Segments lie in order, as packing makes them; some places are padding.
        func segments(_ length: Int) -> [Double] {
            (0..<shape.sequences).flatMap { _ in (0..<length).map { int(0...7) == 0 ? -1 : Double($0 * 3 / length) } }
        }
        let querySegments = segmented ? list(segments(shape.queries), .int32) : nil
        let keySegments = segmented ? list(segments(shape.keys), .int32) : nil
        precondition(keySegments.map { $0.columns == keys } ?? true)
        let dropout = int(0...2) == 0 ? Dropout(rate: 0.3, key: RandomKey(seed: 8), firstRow: int(0...5)) : nil
        return { at in
            AttentionMask(
                causalOffset: offset, limits: limits.map(at), querySegments: querySegments.map(at),
                keySegments: keySegments.map(at), dropout: dropout)
        }
    }
}
