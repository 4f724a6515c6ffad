import Foundation
public import Tensors

/// Cosines and sines of rotary position angles: angle_j = position * theta^(-2j/d), half-split (Su et al. 2021, as in Llama).
/// Shared by all layers of a model; no parameter, never stored, computed as far as positions have come.
public final class RotaryTable {
    private let theta: Double
    private let scaling: RotaryScaling?
    private let workspace: Workspace
    private var table: (cosines: Parameter, sines: Parameter)?
    /// d, the width of a head.
    public let width: Int
    /// Positions 0 ..< limit have rows.
    public let limit: Int

    /// A table of `limit` positions for heads of `width` columns. Throws: `value` for an odd width or no positions.
    public init(
        width: Int, limit: Int, theta: Double, scaling: RotaryScaling? = nil, workspace: Workspace
    ) throws(TensorError) {
        guard width > 0, width % 2 == 0, limit > 0 else {
            throw .value(operation: "rotary table", what: "heads must be of even width and positions more than 0")
        }
        self.width = width
        self.limit = limit
        self.theta = theta
        self.scaling = scaling
        self.workspace = workspace
    }

    /// A table that holds `position`, computed in double precision: O(width) a row, twice the rows whenever they do not suffice.
    private func table(reaching position: Int) throws(TensorError) -> (cosines: Parameter, sines: Parameter) {
        if let table, position < table.cosines.shape[0] { return table }
        var rows = min(limit, 1024)
        while rows <= position { rows = min(limit, rows * 2) }
        let half = width / 2
        let frequencies = (0..<half).map { index in
            let plain = pow(theta, -2 * Double(index) / Double(width))
            return scaling.map { $0.frequency(plain) } ?? plain
        }
        func filled(_ name: String, _ wave: (Double) -> Double) throws(TensorError) -> Parameter {
            let parameter = try Parameter(
                path: "rotary.\(name)", shape: [rows, half], workspace: workspace, isTrainable: false)
            try parameter.set((0..<rows * half).map { wave(frequencies[$0 % half] * Double($0 / half)) })
            return parameter
        }
        let table = (cosines: try filled("cosines") { cos($0) }, sines: try filled("sines") { sin($0) })
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
        let table = try table(reaching: rows.lastPosition)
        return try tape.rotary(
            x, positions: rows.positions, cosines: tape.leaf(table.cosines, tape.precision.stream),
            sines: tape.leaf(table.sines, tape.precision.stream), heads: heads)
    }
}
