import Foundation
import Tensors
import TestSupport

/// `Fixtures/torch-operators.json`: operators as PyTorch computes them in double. Written by `Tests/Peers/torch_operators.py`.
struct TorchFixture: Decodable, Sendable {
    struct Numbers: Decodable, Sendable {
        let shape: [Int]
        let values: [Double]
    }

    struct Case: Decodable, Sendable {
        let inputs: [String: Numbers]
        let constants: [String: Numbers]
        let integers: [String: [Int]]
        let settings: [String: Double]
        let output: Numbers
        let upstream: Numbers
        let gradients: [String: Numbers]
    }

    struct Optimiser: Decodable, Sendable {
        struct Step: Decodable, Sendable {
            let gradient, weights, first, second: Numbers
        }

        let settings: [String: Double]
        let weights: Numbers
        let steps: [Step]
    }

    let versions: [String: String]
    let cases: [String: Case]
    let adamW: Optimiser

    static func load() throws -> TorchFixture {
        let path = "\(Repository.root)/Tests/TensorsTests/Fixtures/torch-operators.json"
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

/// One case in a workspace: its inputs as parameters.
struct TorchInputs {
    let values: TorchFixture.Case
    let tape: Tape
    let parameters: [String: Parameter]

    init(_ values: TorchFixture.Case, _ tape: Tape) throws {
        self.values = values
        self.tape = tape
        parameters = try Dictionary(
            uniqueKeysWithValues: values.inputs.map { name, numbers in
                let parameter = try Parameter(path: name, shape: numbers.shape, workspace: tape.workspace)
                try parameter.set(numbers.values)
                return (name, parameter)
            })
    }

    /// An input in the products' type.
    func factor(_ name: String) throws -> Tensor {
        guard let parameter = parameters[name] else { throw Missing(name: name) }
        return try tape.leaf(parameter)
    }

    /// An input in the stream type.
    func stream(_ name: String) throws -> Tensor {
        guard let parameter = parameters[name] else { throw Missing(name: name) }
        return try tape.leaf(parameter, tape.precision.stream)
    }

    func constant(_ name: String) throws -> Tensor {
        guard let numbers = values.constants[name] else { throw Missing(name: name) }
        return try tape.workspace.numbers(numbers.values, numbers.shape)
    }

    func indices(_ name: String) throws -> Tensor {
        guard let numbers = values.integers[name] else { throw Missing(name: name) }
        return try tape.workspace.indices(numbers.map { Int32($0) })
    }

    func setting(_ name: String) throws -> Double {
        guard let value = values.settings[name] else { throw Missing(name: name) }
        return value
    }

    struct Missing: Error {
        let name: String
    }
}
