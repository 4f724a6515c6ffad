import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// Parameters that a run steps but that are no part of its model: checkpoints keep them and their moments.
@Suite struct OutsideParameterTests {
    /// An adaptation that scales what a sublayer adds by a parameter of its own.
    private final class Outside {
        private(set) var gain: Parameter?

        func adaptation() -> Adaptation {
            Adaptation("outside") { target in
                let gain = try ParameterBuilder(workspace: target.workspace, seed: 1).parameter(
                    "outside.gain", [target.model.base.config.width], .constant(0.1), decays: false)
                self.gain = gain
                try target.model.replace(at: "model.layers.0.feed_forward") { old in
                    guard let inner = old as? any Sublayer else {
                        throw PartError.unfit(path: "outside", got: "\(old)")
                    }
                    return ScaledSublayer(inner, gain)
                }
                return [target.group, ParameterGroup("outside", [gain], rateFactor: 2)]
            }
        }
    }

    /// y = inner(h); y + g * (y - h), with a g [D] that it does not own.
    private final class ScaledSublayer: Sublayer {
        private let inner: any Sublayer
        private let gain: Parameter

        init(_ inner: any Sublayer, _ gain: Parameter) { (self.inner, self.gain) = (inner, gain) }

        var children: [Child] { inner.children }

        func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
            let tape = context.tape
            let y = try inner(h, rows: rows, context)
            let added = try tape.add(y, tape.scale(h, by: -1))
            return try tape.add(y, tape.scaleColumns(added, by: tape.leaf(gain, tape.precision.stream)))
        }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(
        _ name: String, resumes: Bool = false, stopAfter: Int? = nil
    ) throws -> (run: HalfRun, gain: [Double]) {
        let outside = Outside()
        let run = try HalfRun(
            folder.file(name), outside.adaptation(), steps: 8, resumes: resumes, stopAfter: stopAfter,
            workspace: Workspace(kernels: CPUKernels(threads: 1), precision: .fp32))
        return (run, try #require(outside.gain).hostValues())
    }

    @Test func aParameterOutsideTheModelResumesWithItsMoments() throws {
        let whole = try run("whole")
        let first = try run("pieces", stopAfter: 5)
        let rest = try run("pieces", resumes: true)
        let start = [Double](repeating: Double(Float(0.1)), count: 16)
        #expect(first.gain != start && whole.gain != first.gain && whole.gain == rest.gain)
        #expect(first.run.losses + rest.run.losses == whole.run.losses && whole.run.losses.count == 8)
        #expect(rest.run.end == whole.run.end && whole.run.end.keys.allSatisfy { !$0.contains("outside") })
        let checkpoint = "checkpoints/step-00000008"
        for file in ["model.safetensors", "optimizer.safetensors", "state/parameters.safetensors"] {
            #expect(try folder.read("pieces/\(checkpoint)/\(file)") == folder.read("whole/\(checkpoint)/\(file)"))
        }
        let kept = try SafetensorsFile(path: folder.file("whole/\(checkpoint)/state/parameters.safetensors"))
        #expect(kept.tensors.map(\.name) == ["outside.gain"])
        #expect(try kept.tensors[0].doubles() == whole.gain)
    }
}
