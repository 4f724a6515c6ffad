import Layers
import Tensors

/// Finds the first tensor of a step that is not finite: a parameter, a place of the forward pass, a term of the loss.
struct NonFiniteSearch {
    let unit: OptimisationUnit
    let workspace: Workspace

    /// The first non-finite tensor on this rank; nil where only gradients, or other ranks, have one. Runs the forward passes once more.
    func first<Goal>(
        _ accumulation: GradientAccumulation<Goal>, _ batches: [Goal.MicroBatch], key: RandomKey, _ loss: StepLoss
    ) throws -> (tensor: String, count: Int)? {
        for parameter in unit.groups.flatMap(\.parameters) {
            let count = try nonFinite(parameter.tensor)
            if count > 0 { return ("the parameter \(parameter.path)", count) }
        }
        guard !loss.value.isFinite else { return nil }
        for (index, batch) in batches.enumerated() {
            var found: (tensor: String, count: Int)?
            var failure: (any Error)?
            var context = ForwardContext(
                tape: Tape(workspace, mode: .inference), isTraining: true, key: key.with(index))
            context.observer = { path, tensor in
                guard found == nil, failure == nil, tensor.type.isNumber else { return }
                do {
                    let count = try nonFinite(tensor)
                    if count > 0 { found = (path, count) }
                } catch { failure = error }
            }
            let terms = try accumulation.objective.terms(of: batch, context) + context.losses
            if let failure { throw failure }
            if let found { return found }
            for term in terms where try nonFinite(term.sum) > 0 { return ("the loss term '\(term.name)'", 1) }
        }
        return nil
    }

    /// The first non-finite tensor of the lowest rank that has one, on every rank, with the rank's number where there are several.
    static func ofLowestRank(
        _ own: (tensor: String, count: Int)?, _ communicator: any Communicator
    ) throws -> (tensor: String, count: Int)? {
        guard communicator.size > 1 else { return own }
        let all = try communicator.gather(own.map { Array("\($0.count) \($0.tensor)".utf8) } ?? [])
        var chosen: [UInt8] = []
        if let rank = all.firstIndex(where: { !$0.isEmpty }) { chosen = all[rank] + Array(" on rank \(rank)".utf8) }
        try communicator.broadcast(&chosen)
        let parts = String(decoding: chosen, as: UTF8.self).split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let count = Int(parts[0]) else { return nil }
        return (String(parts[1]), count)
    }

    private func nonFinite(_ tensor: Tensor) throws(TensorError) -> Int {
        let count = try workspace.indices([0])
        workspace.kernels.countNonFinite(
            tensor.operand, rows: tensor.rows, columns: tensor.columns, to: count.operand, accumulate: false)
        return Int(try workspace.values(count)[0])
    }
}
