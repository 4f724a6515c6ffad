internal import CKernels

extension CPUKernels {
    /// dq, dk, dv of `attention`. A task is a cluster of heads that share keys or values, of one sequence, with every n-th
    /// block of keys. It alone writes the rows of dk and dv of its keys: sums over heads, then queries, ascending. dq is summed
    /// over ascending keys within a task, then over tasks in their order.
    public func attentionBackward(
        _ shape: AttentionShape, q: Operand, k: Operand, v: Operand, mask: AttentionMask, o: Operand, logSums: Operand,
        gradient: Operand, results: AttentionGradients
    ) {
        let blocks = unsafe AttentionBlocks(shape, q: q, k: k, mask: mask, keysBeside: 128, evenly: true)
        let clusters = AttentionCluster.all(shape)
        let tasks = shape.sequences * clusters.count
        let parts = unsafe AttentionBackward.parts(tasks, keyBlocks: blocks.keyBlocks)
        let back = unsafe AttentionBackward(
            blocks, v: v, o: o, logSums: logSums, gradient: gradient, results: results, parts: parts,
            largest: clusters.map(\.heads.count).max() ?? 0)
        let shared = unsafe parts > 1 ? parts * back.queryBytes : 0
        let memory = unsafe scratch(shared + threads * back.byteCount)
        run(tasks * parts) { index, worker in
            let (part, task) = (index / tasks, index % tasks)
            unsafe back.run(
                clusters[task % clusters.count], sequence: task / clusters.count, part: part, products[worker],
                memory + shared + worker * back.byteCount, shared: memory + part * back.queryBytes)
        }
        if parts > 1 {
            pool.run(shape.sequences * shape.heads) { index, _ in
                unsafe back.joinQueries(sequence: index / shape.heads, head: index % shape.heads, memory)
            }
        }
        for (head, used) in shape.isKeyHeadUsed.enumerated() where !used {
            clear(results.k, shape.sequences * shape.keys, head, shape.width, unless: results.accumulate.k)
        }
        for (head, used) in shape.isValueHeadUsed.enumerated() where !used {
            clear(results.v, shape.sequences * shape.keys, head, shape.valueWidth, unless: results.accumulate.v)
        }
    }

    private func clear(_ result: Operand?, _ rows: Int, _ head: Int, _ width: Int, unless accumulates: Bool) {
        guard let result, !accumulates else { return }
        fill(result.advanced(by: head * width), rows: rows, columns: width, value: 0)
    }
}
