/// A named array that models are made of: values, whether it is trained, its gradient, and copies in other types.
///
/// Values change through `write` (and optimisers through `update`) alone: both count the version, which the copies follow. Two
/// parameters may share values until one of them is written. Values may stand in a mapped file until then. A parameter that is
/// trained keeps values of the stream type; a frozen one may keep those of products only.
public final class Parameter {
    /// The dotted name, as Hugging Face writes it.
    public let path: String
    /// Sizes, outermost first.
    public private(set) var shape: [Int]
    /// Whether weight decay applies to it.
    public var decays: Bool
    /// Counts writes.
    public private(set) var version = 0
    /// Whether gradients are computed; freezing drops gradient and nothing else.
    public var isTrainable: Bool {
        didSet { if !isTrainable { dropGradient() } }
    }

    private let workspace: Workspace
    private var values: Block
    private var valueType: ElementType
    private var copies: [ElementType: (version: Int, block: Block)] = [:]
    private var gradientBlock: Block?
    private var gradientTouched = false

    /// A parameter of zeros.
    public init(
        path: String, shape: [Int], workspace: Workspace, isTrainable: Bool = true, decays: Bool = true
    ) throws(TensorError) {
        self.path = path
        self.shape = shape
        self.workspace = workspace
        self.isTrainable = isTrainable
        self.decays = decays
        valueType = workspace.precision.stream
        values = try Self.block(shape, valueType, workspace)
    }

    /// A parameter with the values of `other`, shared until one of the two is written.
    public init(path: String, sharing other: Parameter, isTrainable: Bool) {
        self.path = path
        shape = other.shape
        workspace = other.workspace
        self.isTrainable = isTrainable
        decays = other.decays
        valueType = other.valueType
        values = other.values
    }

    private static func block(
        _ shape: [Int], _ type: ElementType, _ workspace: Workspace
    ) throws(TensorError) -> Block {
        let bytes = max(1, shape.reduce(1, *)) * type.byteCount
        return Block(buffer: try workspace.kernels.allocate(byteCount: bytes))
    }

    /// How many numbers it holds.
    public var count: Int { shape.reduce(1, *) }
    /// The type of its values now.
    public var type: ElementType { valueType }
    /// Bytes of values, copies and gradient.
    public var byteCount: Int {
        values.byteCount + copies.values.reduce(0) { $0 + $1.block.byteCount } + (gradientBlock?.byteCount ?? 0)
    }
    var gradientType: ElementType { workspace.precision.stream }
    private var columns: Int { shape.last ?? 1 }
    private var rows: Int { shape.dropLast().reduce(1, *) }

    // MARK: Reading

    /// The values in `type`, from a copy that follows the version where they are kept in another.
    func reading(as type: ElementType) throws(TensorError) -> (Block, Operand) {
        if type == valueType { return (values, values.operand(type, stride: columns)) }
        if let copy = copies[type], copy.version == version {
            return (copy.block, copy.block.operand(type, stride: columns))
        }
        let block: Block
        if let stale = reusableCopy(type) { block = stale } else { block = try Self.block(shape, type, workspace) }
        workspace.kernels.copy(
            values.operand(valueType, stride: columns), to: block.operand(type, stride: columns), rows: rows,
            columns: columns, scale: 1, accumulate: false)
        copies[type] = (version, block)
        return (block, block.operand(type, stride: columns))
    }

    /// The memory of the copy in `type`, which `copies` then no longer holds; nil where there is none, or where a tape still
    /// reads it: what a tape saved stays as it was.
    private func reusableCopy(_ type: ElementType) -> Block? {
        var block = copies.removeValue(forKey: type)?.block
        return isKnownUniquelyReferenced(&block) ? block : nil
    }

    /// The values as a tensor without gradient. What is written later does not show in it.
    public var tensor: Tensor {
        Tensor(shape: shape, block: values, operand: values.operand(valueType, stride: columns), slot: nil)
    }

    /// The values on the host.
    public func hostValues() throws(TensorError) -> [Double] { try workspace.values(tensor) }

    // MARK: Writing

    /// The one door: gives `body` the values to write, after they were made the parameter's own.
    public func write(_ body: (Operand, any KernelSet) throws(TensorError) -> Void) throws(TensorError) {
        try own()
        version += 1
        try body(values.operand(valueType, stride: columns), workspace.kernels)
    }

    /// Sets all values from the host, row-major. Throws: `shape` if the count differs.
    public func set(_ numbers: [Double]) throws(TensorError) {
        try check(numbers.count == count, "set \(path)", "\(count) values", "\(numbers.count)")
        try write { operand, kernels throws(TensorError) in HostNumbers.write(numbers, to: operand, kernels) }
    }

    /// Takes the numbers of `tensor`, whose shape may differ from the present one; gradient and copies are dropped then.
    public func replace(with tensor: Tensor) throws(TensorError) {
        if tensor.shape != shape {
            shape = tensor.shape
            values = try Self.block(shape, valueType, workspace)
            copies = [:]
            dropGradient()
        }
        try write { operand, kernels throws(TensorError) in
            kernels.copy(
                tensor.operand, to: operand, rows: rows, columns: columns, scale: 1, accumulate: false)
        }
    }

    /// Lets the values stand in memory that belongs to someone else and is only read: `owner` keeps it alive. Numbers must be
    /// of `type` and lie close together. Returns whether the kernel set can read them there; false changes nothing.
    public func map(
        _ bytes: UnsafeRawBufferPointer, as type: ElementType, owner: AnyObject
    ) throws(TensorError) -> Bool {
        try check(
            bytes.count == count * type.byteCount, "map \(path)", "\(count * type.byteCount) bytes",
            "\(bytes.count)")
        guard !isTrainable || type == workspace.precision.stream,
            let buffer = unsafe workspace.kernels.wrap(bytes, type: type, owner: owner)
        else { return false }
        values = Block(buffer: buffer, isWritable: false)
        valueType = type
        copies = [:]
        version += 1
        return true
    }

    /// Keeps the values of a frozen parameter in `type` alone. What rounding loses is gone. Throws: `value` if it is trained.
    public func keep(only type: ElementType) throws(TensorError) {
        if isTrainable && type != workspace.precision.stream {
            throw .value(operation: "keep \(path)", what: "it is trained; freeze it first")
        }
        guard type != valueType else {
            copies = [:]
            return
        }
        let (block, _) = try reading(as: type)
        values = block
        valueType = type
        copies = [:]
    }

    private func own() throws(TensorError) {
        let wanted = isTrainable ? workspace.precision.stream : valueType
        guard !values.isWritable || wanted != valueType || !isKnownUniquelyReferenced(&values) else { return }
        let fresh = try Self.block(shape, wanted, workspace)
        workspace.kernels.copy(
            values.operand(valueType, stride: columns), to: fresh.operand(wanted, stride: columns), rows: rows,
            columns: columns, scale: 1, accumulate: false)
        values = fresh
        valueType = wanted
    }

    // MARK: Gradient

    /// The gradient, after a backward pass; nil while there is none (frozen, or nothing reached it).
    public var gradient: Tensor? {
        guard let gradientBlock, gradientTouched else { return nil }
        let operand = gradientBlock.operand(gradientType, stride: columns)
        return Tensor(shape: shape, block: gradientBlock, operand: operand, slot: nil)
    }

    func gradientAccumulator() throws(TensorError) -> (operand: Operand, accumulate: Bool) {
        let block: Block
        if let gradientBlock { block = gradientBlock } else { block = try Self.block(shape, gradientType, workspace) }
        gradientBlock = block
        defer { gradientTouched = true }
        return (block.operand(gradientType, stride: columns), gradientTouched)
    }

    /// Gives a trained parameter that nothing reached a gradient of zero.
    public func fillUntouchedGradient() throws(TensorError) {
        guard isTrainable, !gradientTouched else { return }
        let (operand, _) = try gradientAccumulator()
        workspace.kernels.fill(operand, rows: rows, columns: columns, value: 0)
    }

    private func dropGradient() {
        gradientBlock = nil
        gradientTouched = false
    }

    /// Forgets the gradient's values; its memory stays for the next step.
    public func clearGradient() { gradientTouched = false }

    /// Where an optimiser writes: values, the gradient, and the copy in products' type if there is one, which it brings up to
    /// date itself. Counts the version.
    public func update(
        _ body: (_ values: Operand, _ gradient: Operand, _ copy: Operand?, _ kernels: any KernelSet) -> Void
    ) throws(TensorError) {
        guard let gradient else { return }
        try own()
        version += 1
        let type = workspace.precision.compute
        let copy = type == valueType ? nil : reusableCopy(type)
        body(
            values.operand(valueType, stride: columns), gradient.operand, copy?.operand(type, stride: columns),
            workspace.kernels)
        copies = [:]
        if let copy { copies[type] = (version, copy) }
    }
}
