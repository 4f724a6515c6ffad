import Foundation
import Tensors

/// The rate of the machine's matrix products, of which a training's share is shown: the highest that was seen so far, measured alone or
/// reached by a step. What else the machine does when the run begins lowers a single measurement, and no share is above one.
final class PeakRate {
    /// Operations a second.
    private(set) var value: Double
    private let workspace: Workspace

    /// Measures for a fifth of a second.
    init(_ workspace: Workspace) throws {
        self.workspace = workspace
        value = try Self.measured(workspace, .milliseconds(200))
    }

    /// Measures again, for a moment.
    func measureAgain() throws { value = max(value, try Self.measured(workspace, .milliseconds(20))) }

    /// Takes a rate that was reached in training.
    func saw(_ rate: Double) { if rate.isFinite { value = max(value, rate) } }

    /// Operations a second of a product of 1024 x 1024 x 1024 in the precision of `workspace`, the best within `time`.
    private static func measured(_ workspace: Workspace, _ time: Duration) throws -> Double {
        let (kernels, type, side) = (workspace.kernels, workspace.precision.compute, 1024)
        func operand(_ type: ElementType) throws -> Operand {
            let buffer = try kernels.allocate(byteCount: side * side * type.byteCount)
            let operand = Operand(buffer, type: type, stride: side)
            kernels.fill(operand, rows: side, columns: side, value: 0.5)
            return operand
        }
        let (a, b, c) = try (operand(type), operand(type), operand(workspace.precision.stream))
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: time)
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
        return 2 * Double(side * side * side) / max(best / .seconds(1), 1e-9)
    }
}
