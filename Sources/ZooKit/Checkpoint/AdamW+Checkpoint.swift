public import Foundations
public import Layers
public import Tensors

extension AdamW {
    /// The states for `optimizer.safetensors`: for each path `PATH.first`, `PATH.second` and the count `PATH.step`.
    public func items(in workspace: Workspace) -> [SafetensorsItem] {
        states.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.flatMap { path, state in
            [
                SafetensorsItem(state.first, name: "\(path).first", in: workspace),
                SafetensorsItem(state.second, name: "\(path).second", in: workspace),
                SafetensorsItem(name: "\(path).step", shape: [], integers: [Int64(state.step)]),
            ]
        }
    }

    /// Takes the states of a file instead of all that it has. `parameters` are all that are stepped, those outside a model among them;
    /// those without a state in the file begin at step one.
    ///
    /// Throws ``CheckpointError/tensors(path:problems:)`` with everything that does not fit `parameters`, moments of others among
    /// it, `badValue` for counts that are none, and `TensorError`; the optimiser is as before then, but for the last.
    public func load(_ file: SafetensorsFile, for parameters: [Parameter], in workspace: Workspace) throws {
        let moments: [SafetensorsType] = [.float32, .float64]
        var found: [String: Found] = [:]
        var targets: [TensorTarget] = []
        for parameter in parameters {
            let path = parameter.path
            let names = ["\(path).first", "\(path).second", "\(path).step"]
            guard names.contains(where: { file[$0] != nil }) else { continue }
            func target(
                _ name: String, _ shape: [Int], _ types: [SafetensorsType],
                _ take: @escaping (inout Found, SafetensorsTensor) -> Void
            ) {
                targets.append(
                    TensorTarget(name: name, shape: shape, types: types) { tensor in
                        take(&found[path, default: Found()], tensor)
                        return false
                    })
            }
            target(names[0], parameter.shape, moments) { $0.first = $1 }
            target(names[1], parameter.shape, moments) { $0.second = $1 }
            target(names[2], [], [.int64]) { $0.step = $1 }
        }
        do { try TensorLoader().load(file.tensors, of: file.path, into: targets) } catch CheckpointError.tensors(
            let path, let problems)
        {
            throw CheckpointError.tensors(path: path, problems: Self.withoutParameters(problems))
        }
        var steps: [String: Int] = [:]
        for (path, state) in found {
            let step = try state.step?.integers().first ?? 0
            // Corrections of moments are computed from the count in double precision.
            guard (0...1 << 53).contains(step) else {
                throw CheckpointError.badValue(
                    file: file.path, keyPath: "\(path).step", reason: "\(step) is no count from 0 to 2^53")
            }
            steps[path] = step
        }
        keep(only: [])
        for (path, state) in found {
            guard let first = state.first, let second = state.second, let step = steps[path] else { continue }
            try set(
                path, first: try Self.numbers(first, in: workspace), second: try Self.numbers(second, in: workspace),
                step: step)
        }
    }

    /// The problems with tensors that are moments of unknown parameters told by parameter, at the end.
    private static func withoutParameters(_ problems: [TensorProblem]) -> [TensorProblem] {
        var rest: [TensorProblem] = []
        var moments: [String: [String]] = [:]
        for problem in problems {
            if case .unexpected(let name, _, _) = problem, let dot = name.lastIndex(of: "."),
                case let moment = String(name[name.index(after: dot)...]), ["first", "second", "step"].contains(moment)
            {
                moments[String(name[..<dot]), default: []].append(moment)
            } else {
                rest.append(problem)
            }
        }
        return rest + moments.sorted { $0.key < $1.key }.map { .noParameter(path: $0.key, moments: $0.value.sorted()) }
    }

    /// The three tensors of a state.
    private struct Found {
        var first: SafetensorsTensor?
        var second: SafetensorsTensor?
        var step: SafetensorsTensor?
    }

    /// Numbers of a file as a tensor, read in the file where that is possible.
    private static func numbers(_ tensor: SafetensorsTensor, in workspace: Workspace) throws -> Tensor {
        let parameter = try Parameter(
            path: tensor.name, shape: tensor.shape, workspace: workspace, isTrainable: false, decays: false)
        try parameter.load(tensor)
        return parameter.tensor
    }
}
