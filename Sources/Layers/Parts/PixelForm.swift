import Tensors

/// The form in which a patch embedding reads pixels p of 0 (black) to 1 (white). A page is mostly white, and what all patches share
/// says nothing of them. Source: `unit` PixelGPT, `signed` PIXAR, the others ours.
public enum PixelForm: String, Codable, Sendable, CaseIterable {
    /// p, as the published PixelGPT models.
    case unit
    /// 1 - p: white is 0.
    case ink
    /// p minus the mean image of the training's patches.
    case centred
    /// 2 p - 1.
    case signed

    /// s of x = s p - o.
    var scale: Double {
        switch self {
        case .unit, .centred: 1
        case .ink: -1
        case .signed: 2
        }
    }

    /// o of x = s p - o, channel by channel, `size` numbers each; empty for `unit`, and where a mean is not known.
    /// Throws `shape` for a mean of another size.
    func origin(mean: [Double]?, size: Int, channels: Int) throws(TensorError) -> [Double] {
        switch self {
        case .unit: return []
        case .ink: return [Double](repeating: -1, count: size * channels)
        case .signed: return [Double](repeating: 1, count: size * channels)
        case .centred:
            guard let mean else { return [] }
            if mean.count == size { return (0..<channels).flatMap { _ in mean } }
            guard mean.count == size * channels else {
                throw .shape(
                    operation: "patch embedding", expected: "a mean image of \(size) or \(size * channels) numbers",
                    got: "\(mean.count)")
            }
            return (0..<channels).flatMap { channel in (0..<size).map { mean[$0 * channels + channel] } }
        }
    }
}
