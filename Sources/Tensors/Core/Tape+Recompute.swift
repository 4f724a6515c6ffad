extension Tape {
    /// Runs `body` without keeping what it computes on the way, and runs it again on the way back. `body` must do the same both
    /// times: draws are keyed, and it reads `mode` of the tape it is given to leave out what may happen only once (it is
    /// `replay` the second time). Memory between the passes: inputs and outputs alone. Source: Chen et al. 2016.
    public func recomputing(
        _ inputs: [Tensor], _ body: @escaping (Tape, [Tensor]) throws(TensorError) -> [Tensor]
    ) throws(TensorError) -> [Tensor] {
        guard mode == .recording || mode == .replay else { return try body(self, inputs) }
        let rehearsal = Tape(workspace, mode: .rehearsal)
        let results = try body(rehearsal, inputs)
        let outputs = results.map { result in
            let slot = result.slot.map { _ in GradientSlot(workspace, shape: result.shape, type: result.type) }
            return Tensor(shape: result.shape, block: result.block, operand: result.operand, slot: slot)
        }
        record("recompute", outputs) { pass throws(TensorError) in
            let again = Tape(pass.workspace, mode: .replay)
            let results = try body(again, inputs)
            var seeds: [(tensor: Tensor, gradient: Tensor)] = []
            var place = 0
            for result in results where result.needsGradient {
                if let gradient = pass.gradients[place] { seeds.append((result, gradient)) }
                place += 1
            }
            try again.backward(from: seeds)
        }
        return outputs
    }
}
