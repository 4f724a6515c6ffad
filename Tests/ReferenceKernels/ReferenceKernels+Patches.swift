import Foundation
public import Tensors

// Pixels and patch losses.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func unpackPixels(
        _ pixels: Operand, to x: Operand, scale: Double, origin: Operand?, rows: Int, columns: Int, channels: Int,
        planar: Bool
    ) {
        apart([x.area(rows, columns)], [pixels.area(rows, columns)])
        let places = columns / channels
        let unpacked = Grid(rows, columns) { row, column in
            // Column (channel, place) of the result is column (place, channel) of the pixels.
            let source = planar ? column % places * channels + column / places : column
            let value = pixels[row, source] / 255
            return origin.map { scale * value - $0[column] } ?? value
        }
        x.store(unpacked)
    }

    /// See `KernelSet`.
    public func patchErrors(
        _ kind: PatchLoss, _ prediction: Operand, targets: Operand, indices: Operand, to errors: Operand, rows: Int,
        columns: Int
    ) {
        apart([errors.area(rows)], [prediction.area(rows, columns), indices.area(rows)])
        for row in 0..<rows {
            guard let target = target(kind, targets, Int(indices[row]), columns) else {
                errors[row] = 0
                continue
            }
            let sum = (0..<columns).reduce(0.0) { sum, column in
                let (x, t) = (prediction[row, column], target[column])
                return sum + (kind == .bernoulli ? value(.softplus, x) - x * t : (x - t) * (x - t))
            }
            errors[row] = sum / Double(columns)
        }
    }

    /// See `KernelSet`.
    public func patchErrorsBackward(
        _ kind: PatchLoss, _ prediction: Operand, targets: Operand, indices: Operand, gradient: Operand,
        to dPrediction: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        apart(
            [dPrediction.area(rows, columns)],
            [prediction.area(rows, columns), indices.area(rows), gradient.area(rows)])
        var result = Grid(rows, columns)
        for row in 0..<rows {
            guard let target = target(kind, targets, Int(indices[row]), columns) else { continue }
            for column in 0..<columns {
                let (x, t) = (prediction[row, column], target[column])
                let slope = kind == .bernoulli ? sigmoid(x) - t : 2 * (x - t)
                result[row, column] = gradient[row] * slope / Double(columns)
            }
        }
        dPrediction.store(result, adding: accumulate)
    }

    /// What a prediction is compared with; nil for a negative index.
    private func target(_ kind: PatchLoss, _ targets: Operand, _ index: Int, _ columns: Int) -> [Double]? {
        guard index >= 0 else { return nil }
        let pixels = (0..<columns).map { targets[index, $0] / 255 }
        guard kind == .normalised else { return pixels }
        let mean = pixels.reduce(0, +) / Double(columns)
        let variance = pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns - 1)
        return pixels.map { ($0 - mean) / (variance + 1e-6).squareRoot() }
    }
}
