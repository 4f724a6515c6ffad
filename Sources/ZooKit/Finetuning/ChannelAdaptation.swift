import Foundations
import Tensors

/// How a model of three channels reads one: what becomes of the projection of patches (section 3.7 of the specification).
public enum ChannelAdaptation: String, Codable, Sendable, CaseIterable {
    /// The mean of its weights over the channels, as in the paper: a gray picture activates it a third as strongly as the three
    /// equal channels activated the model before, bias aside.
    case mean
    /// Their sum: a gray picture gives what its three equal channels gave.
    case sum

    /// Weights [D, 1, P, P] of weights [D, channels, P, P].
    func adapted(_ weights: [Double], channels: Int, size: Int) -> [Double] {
        let scale = self == .sum ? 1 : 1 / Double(channels)
        return (0..<weights.count / channels).map { place in
            let (output, pixel) = (place / size, place % size)
            let first = output * channels * size + pixel
            return scale * (0..<channels).reduce(0) { $0 + weights[first + $1 * size] }
        }
    }

    /// A place for a stored projection of `channels` in the parameter of one.
    func target(_ parameter: Parameter, channels: Int) -> TensorTarget {
        let shape = [parameter.shape[0], channels] + parameter.shape.dropFirst(2)
        let size = parameter.shape.dropFirst(2).reduce(1, *)
        let types: [SafetensorsType] = [.float32, .bfloat16, .float16, .float64]
        return TensorTarget(name: parameter.path, shape: shape, types: types) { tensor in
            try parameter.set(adapted(tensor.doubles(), channels: channels, size: size))
            return false
        }
    }
}
