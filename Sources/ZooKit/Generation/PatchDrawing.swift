import Foundation
import Layers
public import Tensors

/// How the numbers that a patch head predicts become the pixels of a patch.
public struct PatchDrawing: Sendable {
    /// The kind of head.
    public let head: DecoderConfig.PatchHead
    /// Channels of a pixel, 1 or 3.
    public let channels: Int
    /// The way of drawing.
    public let options: PixelOptions

    /// A drawing by `options`.
    public init(head: DecoderConfig.PatchHead, channels: Int, options: PixelOptions) {
        (self.head, self.channels, self.options) = (head, channels, options)
    }

    /// Pixels, [P · P · C] bytes, of one patch's predictions; `key` names the random numbers of `sample`. O(pixels).
    public func pixels(of prediction: [Double], key: RandomKey) -> [UInt8] {
        switch options.drawing {
        case .threshold:
            let middle = head == .regressionRaw ? 0.5 : 0
            return together(prediction).map { $0 > middle ? 255 : 0 }
        case .gray: return brightness(together(prediction)).map { UInt8((min(1, max(0, $0)) * 255).rounded()) }
        case .colour: return brightness(prediction).map { UInt8((min(1, max(0, $0)) * 255).rounded()) }
        case .sample:
            return brightness(together(prediction)).enumerated().map { place, share in
                key.uniform(at: place / channels) < share ? 255 : 0
            }
        }
    }

    /// The mean of each pixel's channels, in all of them.
    private func together(_ prediction: [Double]) -> [Double] {
        guard channels > 1 else { return prediction }
        var means: [Double] = []
        means.reserveCapacity(prediction.count)
        for pixel in stride(from: 0, to: prediction.count, by: channels) {
            let mean = prediction[pixel..<pixel + channels].reduce(0, +) / Double(channels)
            for _ in 0..<channels { means.append(mean) }
        }
        return means
    }

    /// Brightness of predictions, 0 to 1 where the model is sure.
    ///
    /// Normalised pixels y = (x - mean) / deviation have lost their brightness. A patch of black and white whose white share is
    /// q has white at w = √((1 - q)/q) and black at -1/w, so x = 1 - (w - y) / (w + 1/w) with w the greatest y (ours). An even
    /// patch, y near 0 all over, becomes white.
    private func brightness(_ prediction: [Double]) -> [Double] {
        switch head {
        case .regressionRaw: return prediction
        case .bernoulli: return prediction.map { 1 / (1 + exp(-$0 / options.temperature)) }
        case .regressionNorm:
            let white = prediction.max() ?? 0
            guard white > 0 else { return prediction.map { _ in 1 } }
            return prediction.map { 1 - (white - $0) / (white + 1 / white) }
        }
    }
}
