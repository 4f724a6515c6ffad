import ReferenceKernels

@testable import Tensors

/// A workspace in double precision.
func reference() throws -> Workspace { try Workspace(kernels: ReferenceKernels(), precision: .fp64) }

extension Workspace {
    /// A parameter of given numbers.
    func parameter(_ path: String, _ shape: [Int], _ values: [Double], isTrainable: Bool = true) throws -> Parameter {
        let parameter = try Parameter(path: path, shape: shape, workspace: self, isTrainable: isTrainable)
        try parameter.set(values)
        return parameter
    }

    /// A parameter of 0.1, 0.2, ...
    func ramp(_ path: String, _ shape: [Int], isTrainable: Bool = true) throws -> Parameter {
        let count = shape.reduce(1, *)
        return try parameter(path, shape, (0..<count).map { 0.1 * Double($0 + 1) }, isTrainable: isTrainable)
    }

    /// The numbers of a gradient.
    func gradient(_ parameter: Parameter) throws -> [Double]? { try parameter.gradient.map { try values($0) } }

    /// Walks back from `tensor` with `gradient`, row-major.
    func walkBack(_ tape: Tape, _ tensor: Tensor, _ gradient: [Double]) throws {
        try tape.backward(from: [(tensor: tensor, gradient: numbers(gradient, tensor.shape))])
    }
}

/// Operators for tests of the tape: as simple as they can be, and independent of the product's.
extension Tape {
    /// factor * x. `note` runs on the way back.
    func test(
        _ x: Tensor, times factor: Double, note: @escaping () -> Void = {}
    ) throws(TensorError) -> Tensor {
        let y = try result(x.shape, x.type, of: [x])
        kernels.copy(x.operand, to: y.operand, rows: x.rows, columns: x.columns, scale: factor, accumulate: false)
        let slot = x.slot
        record("test times", [y]) { pass throws(TensorError) in
            note()
            guard let (dx, accumulate) = try pass.accumulator(slot) else { return }
            let dy = pass.gradient
            pass.kernels.copy(
                dy.operand, to: dx, rows: dy.rows, columns: dy.columns, scale: factor, accumulate: accumulate)
        }
        return y
    }

    /// a * b, number by number. Saves each factor only for the other's gradient.
    func test(_ a: Tensor, times b: Tensor) throws(TensorError) -> Tensor {
        let y = try result(a.shape, a.type, of: [a, b])
        kernels.multiply(a.operand, b.operand, to: y.operand, rows: a.rows, columns: a.columns, accumulate: false)
        let (left, right) = (b.needsGradient ? a : nil, a.needsGradient ? b : nil)
        let (aSlot, bSlot) = (a.slot, b.slot)
        record("test product", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            for (slot, other) in [(aSlot, right), (bSlot, left)] {
                guard let other, let (target, accumulate) = try pass.accumulator(slot) else { continue }
                pass.kernels.multiply(
                    dy.operand, other.operand, to: target, rows: dy.rows, columns: dy.columns, accumulate: accumulate)
            }
        }
        return y
    }

    /// a + b, whose gradient is handed on to a and added to b's.
    func test(_ a: Tensor, plus b: Tensor) throws(TensorError) -> Tensor {
        let y = try result(a.shape, a.type, of: [a, b])
        kernels.copy(a.operand, to: y.operand, rows: a.rows, columns: a.columns, scale: 1, accumulate: false)
        kernels.copy(b.operand, to: y.operand, rows: a.rows, columns: a.columns, scale: 1, accumulate: true)
        let (aSlot, bSlot) = (a.slot, b.slot)
        record("test sum", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            if let (db, accumulate) = try pass.accumulator(bSlot) {
                pass.kernels.copy(
                    dy.operand, to: db, rows: dy.rows, columns: dy.columns, scale: 1, accumulate: accumulate)
            }
            try pass.give(dy, to: aSlot)
        }
        return y
    }

    /// Dropout whose mask is drawn again on the way back.
    func test(_ x: Tensor, droppedAt rate: Double, _ key: RandomKey) throws(TensorError) -> Tensor {
        let y = try result(x.shape, x.type, of: [x])
        kernels.dropout(
            x.operand, to: y.operand, rows: x.rows, columns: x.columns, rate: rate, key: key, firstRow: 0,
            accumulate: false)
        let slot = x.slot
        record("test dropout", [y]) { pass throws(TensorError) in
            guard let (dx, accumulate) = try pass.accumulator(slot) else { return }
            let dy = pass.gradient
            pass.kernels.dropout(
                dy.operand, to: dx, rows: dy.rows, columns: dy.columns, rate: rate, key: key, firstRow: 0,
                accumulate: accumulate)
        }
        return y
    }
}
