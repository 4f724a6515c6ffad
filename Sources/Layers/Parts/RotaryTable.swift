import Foundation
public import Tensors

/// Cosines and sines of rotary position angles: angle_j = position * theta^(-2j/d), half-split (Su et al. 2021, as in Llama).
/// Shared by all layers of a model; no parameter, never stored.
public final class RotaryTable {
    private let cosines: Parameter
    private let sines: Parameter
    /// d, the width of a head.
    public let width: Int
    /// Positions 0 ..< limit have rows.
    public let limit: Int

    /// Angles computed in double precision.
    public init(width: Int, limit: Int, theta: Double, workspace: Workspace) throws(TensorError) {
        guard width > 0, width % 2 == 0, limit > 0 else {
            throw .value(operation: "rotary table", what: "heads must be of even width and positions more than 0")
        }
        self.width = width
        self.limit = limit
        let half = width / 2
        cosines = try Parameter(
            path: "rotary.cosines", shape: [limit, half], workspace: workspace, isTrainable: false)
        sines = try Parameter(path: "rotary.sines", shape: [limit, half], workspace: workspace, isTrainable: false)
        let frequencies = (0..<half).map { pow(theta, -2 * Double($0) / Double(width)) }
        let angles = (0..<limit).flatMap { position in frequencies.map { $0 * Double(position) } }
        try cosines.set(angles.map { cos($0) })
        try sines.set(angles.map { sin($0) })
    }

    /// Rotates each of `heads` heads of x [R, heads*d] by its row's position. Throws: `index` if a position has no row.
    public func rotate(
        _ x: Tensor, heads: Int, rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        guard rows.lastPosition < limit else {
            throw .index(operation: "rotary", index: rows.lastPosition, limit: limit)
        }
        let tape = context.tape
        return try tape.rotary(
            x, positions: rows.positions, cosines: tape.leaf(cosines, tape.precision.stream),
            sines: tape.leaf(sines, tape.precision.stream), heads: heads)
    }
}
