import Foundation
import Tensors

/// The measured rate of the machine's matrix products, against which a training's share is told.
enum PeakRate {
    /// Operations a second of a product of 1024 x 1024 x 1024 in the precision of `workspace`, the best of a fifth of a second.
    static func measured(_ workspace: Workspace) throws -> Double {
        let (kernels, type, side) = (workspace.kernels, workspace.precision.compute, 1024)
        func operand(_ type: ElementType) throws -> Operand {
            let buffer = try kernels.allocate(byteCount: side * side * type.byteCount)
            let operand = Operand(buffer, type: type, stride: side)
            kernels.fill(operand, rows: side, columns: side, value: 0.5)
            return operand
        }
        let (a, b, c) = try (operand(type), operand(type), operand(workspace.precision.stream))
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .milliseconds(200))
        var best = Duration.seconds(3600)
        repeat {
            best = min(
                best,
                clock.measure {
                    kernels.product(
                        Matrix(a, rows: side, columns: side), Matrix(b, rows: side, columns: side), bias: nil, into: c,
                        scale: 1, accumulate: false)
                })
        } while clock.now < end
        let seconds = Double(best.components.seconds) + Double(best.components.attoseconds) * 1e-18
        return 2 * Double(side * side * side) / max(seconds, 1e-9)
    }
}
