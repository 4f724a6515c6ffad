import Foundation
public import Tensors

/// Cosines and sines of rotary position angles: angle_j = position * theta^(-2j/d), half-split (Su et al. 2021, as in Llama).
/// Shared by all layers of a model; no parameter, never stored, computed at its first use.
public final class RotaryTable {
    private let theta: Double
    private let workspace: Workspace
    private var table: (cosines: Parameter, sines: Parameter)?
    /// d, the width of a head.
    public let width: Int
    /// Positions 0 ..< limit have rows.
    public let limit: Int

    /// A table of `limit` positions for heads of `width` columns. Throws: `value` for an odd width or no positions.
    public init(width: Int, limit: Int, theta: Double, workspace: Workspace) throws(TensorError) {
        guard width > 0, width % 2 == 0, limit > 0 else {
            throw .value(operation: "rotary table", what: "heads must be of even width and positions more than 0")
        }
        self.width = width
        self.limit = limit
        self.theta = theta
        self.workspace = workspace
    }

    /// The table: angles in double precision, O(limit width) the first time.
    private func filled() throws(TensorError) -> (cosines: Parameter, sines: Parameter) {
        if let table { return table }
        let half = width / 2
        func empty(_ name: String) throws(TensorError) -> Parameter {
            try Parameter(
                path: "rotary.\(name)", shape: [limit, half], workspace: workspace, isTrainable: false)
        }
        let table = (cosines: try empty("cosines"), sines: try empty("sines"))
        let frequencies = (0..<half).map { pow(theta, -2 * Double($0) / Double(width)) }
        let angles = (0..<limit).flatMap { position in frequencies.map { $0 * Double(position) } }
        try table.cosines.set(angles.map { cos($0) })
        try table.sines.set(angles.map { sin($0) })
        self.table = table
        return table
    }

    /// Rotates each of `heads` heads of x [R, heads*d] by its row's position. Throws: `index` if a position has no row.
    public func rotate(
        _ x: Tensor, heads: Int, rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        guard rows.lastPosition < limit else {
            throw .index(operation: "rotary", index: rows.lastPosition, limit: limit)
        }
        let tape = context.tape
        let table = try filled()
        return try tape.rotary(
            x, positions: rows.positions, cosines: tape.leaf(table.cosines, tape.precision.stream),
            sines: tape.leaf(table.sines, tape.precision.stream), heads: heads)
    }
}
