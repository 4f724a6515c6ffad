public import Layers
public import Tensors

/// The order in which the residual stream visits the blocks. A method may revisit blocks, or pick rows for them. It is a part of
/// the model, at "model.schedule", and may have parameters.
public protocol DepthSchedule: Part {
    /// Takes h [B*T, D] through `blocks`.
    func callAsFunction(
        _ h: Tensor, blocks: [DecoderBlock], rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor
}

/// Every block once, in order; each is recomputed on the way back where the context asks for it.
public final class SequentialSchedule: DepthSchedule {
    /// The schedule of an ordinary decoder.
    public init() {}

    /// Takes h through every block.
    public func callAsFunction(
        _ h: Tensor, blocks: [DecoderBlock], rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        var h = h
        for block in blocks {
            context.tap("\(block.path).input", h)
            if context.recomputesBlocks {
                h = try context.recomputing([h]) { context, inputs throws(TensorError) in
                    [try block(inputs[0], rows: rows, context)]
                }[0]
            } else {
                h = try block(h, rows: rows, context)
            }
        }
        return h
    }
}
