// What operators ask of their operands; each check names the operator, what it wants and what it got.

/// Throws `shape` unless `tensor` has `shape`.
func check(_ operation: String, _ name: String, _ tensor: Tensor, is shape: [Int]) throws(TensorError) {
    try check(tensor.shape == shape, operation, "\(name) \(shape)", "\(tensor.shape)")
}

/// Throws `shape` unless `tensor` has `rows` x `columns` numbers, in whatever dimensions its rows are counted.
func check(_ operation: String, _ name: String, _ tensor: Tensor, rows: Int, columns: Int) throws(TensorError) {
    try check(
        tensor.rows == rows && tensor.columns == columns, operation, "\(name) of \(rows) x \(columns)",
        "\(tensor.shape)")
}

/// Throws unless `tensor` is of `type`.
func check(_ operation: String, _ name: String, _ tensor: Tensor, of type: ElementType) throws(TensorError) {
    if tensor.type != type {
        throw .type(operation: operation, expected: "\(name) of \(type.rawValue)", got: tensor.type)
    }
}

/// Throws unless `tensor` is [`count`] of `type`: one number a column.
func check(
    _ operation: String, _ name: String, _ tensor: Tensor, columns count: Int, of type: ElementType
) throws(TensorError) {
    try check(operation, name, tensor, is: [count])
    try check(operation, name, tensor, of: type)
}

/// Throws unless `tensor` is `count` numbers of `type` that lie close together, in whatever dimensions: one number a row.
func check(
    _ operation: String, _ name: String, _ tensor: Tensor, vector count: Int, of type: ElementType
) throws(TensorError) {
    try check(
        tensor.count == count && tensor.isContiguous, operation, "\(name) of \(count) numbers close together",
        "\(tensor.shape)")
    try check(operation, name, tensor, of: type)
}

/// Throws unless `indices` are `count` numbers of int32.
func check(_ operation: String, indices: Tensor, _ count: Int, _ name: String = "indices") throws(TensorError) {
    try check(operation, name, indices, vector: count, of: .int32)
}

/// Throws `value` unless `condition` holds.
func check(_ operation: String, _ condition: Bool, _ what: @autoclosure () -> String) throws(TensorError) {
    if !condition { throw .value(operation: operation, what: what()) }
}

extension Tape {
    /// Throws unless `tensor` holds numbers the run computes with: of its stream or compute type.
    func checkNumbers(_ operation: String, _ name: String, _ tensor: Tensor) throws(TensorError) {
        if tensor.type != precision.stream && tensor.type != precision.compute {
            throw .type(operation: operation, expected: "\(name) of numbers of \(precision.name)", got: tensor.type)
        }
    }

    /// Throws unless `a` and `b` have the same rows, columns and type of numbers.
    func checkAlike(_ operation: String, _ a: Tensor, _ name: String, _ b: Tensor) throws(TensorError) {
        try checkNumbers(operation, "the first operand", a)
        try check(operation, name, b, rows: a.rows, columns: a.columns)
        try check(operation, name, b, of: a.type)
    }
}
