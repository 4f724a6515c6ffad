/// Records operators as they run and walks back over them.
///
/// What each operator saves for its way back is held by its record alone, and a record goes as soon as it was used: memory of
/// activations shrinks during the backward pass. Nothing is recorded, saved or computed for what needs no gradient: tensors
/// below which nothing is trainable, and frozen parameters.
public final class Tape {
    /// What a tape is for.
    public enum Mode: Sendable {
        /// Records for a backward pass.
        case recording
        /// The first run of a part that will be run again on the way back: knows what needs a gradient, saves nothing.
        case rehearsal
        /// Records the second run of such a part: random draws and routing repeat, taps, losses and updates do not.
        case replay
        /// No gradient is wanted of anything.
        case inference
    }

    /// The way back over one operator: reads the outputs' gradients, writes the inputs'.
    public typealias Backward = (Pass) throws(TensorError) -> Void

    private struct Record {
        let name: String
        let outputs: [GradientSlot]
        let backward: Backward
    }

    /// Where tensors live.
    public let workspace: Workspace
    /// What this tape is for.
    public let mode: Mode
    private var records: [Record] = []

    /// An empty tape.
    public init(_ workspace: Workspace, mode: Mode = .recording) {
        self.workspace = workspace
        self.mode = mode
    }

    /// What computes.
    public var kernels: any KernelSet { workspace.kernels }
    /// The run's precision.
    public var precision: Precision { workspace.precision }
    /// How many operators stand recorded.
    public var recordCount: Int { records.count }
    /// Names of the recorded operators, in order.
    public var recordNames: [String] { records.map(\.name) }

    /// An empty tensor for an operator's result; it wants a gradient if one of `inputs` does.
    public func result(_ shape: [Int], _ type: ElementType, of inputs: [Tensor?]) throws(TensorError) -> Tensor {
        let needed = mode != .inference && inputs.contains { $0?.needsGradient ?? false }
        let bare = try workspace.empty(shape, type)
        guard needed else { return bare }
        let slot = GradientSlot(workspace, shape: shape, type: type)
        return Tensor(shape: shape, block: bare.block, operand: bare.operand, slot: slot)
    }

    /// Notes how to come back over an operator, unless none of `outputs` wants a gradient or nothing is being recorded.
    /// `backward` holds on to what it needs: what it does not mention is free at once.
    public func record(_ name: String, _ outputs: [Tensor], _ backward: @escaping Backward) {
        guard mode == .recording || mode == .replay else { return }
        let slots = outputs.compactMap(\.slot)
        guard !slots.isEmpty else { return }
        records.append(Record(name: name, outputs: slots, backward: backward))
    }

    /// A parameter as a tensor, in the type of products or of the stream; its gradient gathers in the parameter.
    public func leaf(_ parameter: Parameter, _ type: ElementType? = nil) throws(TensorError) -> Tensor {
        let (block, operand) = try parameter.reading(as: type ?? precision.compute)
        let slot = mode != .inference && parameter.isTrainable ? GradientSlot(parameter) : nil
        return Tensor(shape: parameter.shape, block: block, operand: operand, slot: slot)
    }

    /// Walks back from `seeds`: scalars and the number each one's gradient is (a term's coefficient over its weight). The
    /// tape is empty afterwards. Throws: what operators throw.
    public func backward(_ seeds: [(scalar: Tensor, gradient: Double)]) throws(TensorError) {
        for (scalar, gradient) in seeds {
            guard let slot = scalar.slot else { continue }
            let (target, accumulate) = try slot.accumulator()
            if accumulate {
                let one = try workspace.full(scalar.shape, scalar.type, gradient)
                kernels.copy(
                    one.operand, to: target, rows: scalar.rows, columns: scalar.columns, scale: 1, accumulate: true)
            } else {
                kernels.fill(target, rows: scalar.rows, columns: scalar.columns, value: gradient)
            }
        }
        try walkBack()
    }

    /// Walks back from tensors whose gradients are given.
    public func backward(from outputs: [(tensor: Tensor, gradient: Tensor)]) throws(TensorError) {
        for (tensor, gradient) in outputs {
            guard let slot = tensor.slot else { continue }
            let (target, accumulate) = try slot.accumulator()
            kernels.copy(
                gradient.operand, to: target, rows: tensor.rows, columns: tensor.columns, scale: 1,
                accumulate: accumulate)
        }
        try walkBack()
    }

    private func walkBack() throws(TensorError) {
        while let record = records.popLast() {
            let gradients = record.outputs.map { $0.take() }
            if gradients.allSatisfy({ $0 == nil }) { continue }
            try record.backward(Pass(tape: self, gradients: gradients))
        }
    }

    /// The way back over one operator: the gradients of its outputs and the places for those of its inputs.
    public struct Pass {
        let tape: Tape
        /// For each output that wanted a gradient, in order, what gathered; nil if nothing did.
        public let gradients: [Tensor?]

        /// What computes.
        public var kernels: any KernelSet { tape.kernels }
        /// Where scratch tensors come from.
        public var workspace: Workspace { tape.workspace }
        /// The gradient of the first output; only for operators of one output, for which it is never nil.
        public var gradient: Tensor {
            guard let first = gradients[0] else { preconditionFailure("an operator of one output has its gradient") }
            return first
        }

        /// Where to write the gradient of `input`; nil where none is wanted.
        public func accumulator(
            _ input: GradientSlot?
        ) throws(TensorError) -> (operand: Operand, accumulate: Bool)? {
            guard let input else { return nil }
            return try input.accumulator()
        }

        /// Hands `gradient` on as the gradient of `input`; nobody may write to it afterwards.
        public func give(_ gradient: Tensor, to input: GradientSlot?) throws(TensorError) {
            try input?.give(gradient, kernels: kernels)
        }
    }
}
