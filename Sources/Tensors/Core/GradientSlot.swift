/// The place where the gradient of a tensor gathers during the backward pass.
///
/// A tensor of the tape keeps it in the arena, a leaf keeps it in its parameter, and a view writes into the slot of the tensor
/// it looks at.
public final class GradientSlot {
    private enum Home {
        case tape(Workspace)
        case parameter(Parameter)
        case view(of: GradientSlot, row: Int, column: Int)
        case reshape(of: GradientSlot)
    }

    private let home: Home
    private let shape: [Int]
    private let type: ElementType
    private let stride: Int
    private var gathered: Tensor?

    /// The slot of a tensor of the tape.
    init(_ workspace: Workspace, shape: [Int], type: ElementType) {
        home = .tape(workspace)
        self.shape = shape
        self.type = type
        stride = shape.last ?? 1
    }

    /// The slot of a leaf: the parameter's own gradient.
    init(_ parameter: Parameter) {
        home = .parameter(parameter)
        shape = parameter.shape
        type = parameter.gradientType
        stride = parameter.shape.last ?? 1
    }

    private init(of parent: GradientSlot, shape: [Int], row: Int, column: Int) {
        home = .view(of: parent, row: row, column: column)
        self.shape = shape
        type = parent.type
        stride = parent.stride
    }

    private init(reshaping parent: GradientSlot, to shape: [Int]) {
        home = .reshape(of: parent)
        self.shape = shape
        type = parent.type
        stride = shape.last == parent.shape.last ? parent.stride : shape.last ?? 1
    }

    func reshaped(_ shape: [Int]) -> GradientSlot { GradientSlot(reshaping: self, to: shape) }

    /// The slot of a view that begins at `row`, `column`: rows of gradients may be closer together than rows of values.
    func view(shape: [Int], row: Int, column: Int) -> GradientSlot {
        GradientSlot(of: self, shape: shape, row: row, column: column)
    }

    /// Where to write the gradient, and whether to add to what stands there.
    public func accumulator() throws(TensorError) -> (operand: Operand, accumulate: Bool) {
        switch home {
        case .tape(let workspace):
            if let gathered { return (gathered.operand, true) }
            let fresh = try workspace.empty(shape, type)
            gathered = fresh
            return (fresh.operand, false)
        case .parameter(let parameter): return try parameter.gradientAccumulator()
        case .view(let parent, let row, let column):
            try parent.clear()
            let (operand, _) = try parent.accumulator()
            return (operand.advanced(rows: row, columns: column), true)
        case .reshape(let parent):
            var (operand, accumulate) = try parent.accumulator()
            operand.stride = stride
            return (operand, accumulate)
        }
    }

    /// Gives the slot a gradient that nobody else will write to; it becomes the slot's own where that can be.
    public func give(_ gradient: Tensor, kernels: any KernelSet) throws(TensorError) {
        if case .tape = home, gathered == nil, gradient.type == type, gradient.isContiguous {
            gathered = gradient.shape == shape ? gradient : try gradient.reshaped(shape)
            return
        }
        if case .reshape(let parent) = home, gradient.isContiguous {
            return try parent.give(gradient.reshaped(parent.shape), kernels: kernels)
        }
        let (target, accumulate) = try accumulator()
        kernels.copy(
            gradient.operand, to: target, rows: gradient.rows, columns: gradient.columns, scale: 1,
            accumulate: accumulate)
    }

    /// Makes sure that there is a whole gradient: zero where nothing was written yet.
    private func clear() throws(TensorError) {
        switch home {
        case .tape(let workspace): if gathered == nil { gathered = try workspace.full(shape, type, 0) }
        case .parameter(let parameter): try parameter.fillUntouchedGradient()
        case .view(let parent, _, _), .reshape(let parent): try parent.clear()
        }
    }

    /// What has gathered, which the slot then forgets; nil if nothing did.
    func take() -> Tensor? {
        defer { gathered = nil }
        return gathered
    }
}
