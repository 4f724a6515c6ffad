public import Tensors

/// Patches of pixels as vectors: a convolution whose kernel and stride are the patch, then a LayerNorm (the specification's
/// section 3.3).
///
/// The convolution reads pixels in one of four forms, see ``PixelForm``; all are affine, so that each can be written in the
/// form of the published models, see ``published()``.
public final class PatchEmbedding: Part {
    /// [D, channels, P, P].
    public let weight: Parameter
    /// [D].
    public let bias: Parameter
    /// Over D.
    public let norm: LayerNorm
    /// 3 for RGB.
    public let channels: Int
    /// P.
    public let patchSize: Int
    /// The form in which pixels are read.
    public let form: PixelForm
    /// The origin of the pixels, channel by channel: [channels P P] of the stream type; nil for the published form.
    private let origin: Tensor?
    private let originValues: [Double]
    /// The bias that ``takeOwnForm()`` was given, and the versions of weight and bias after it.
    private var given: (bias: [Double], versions: [Int])?

    /// Xavier-uniform weights on the [D, channels P P] view, bias U(+-1/sqrt(channels P P)) (section 3.5); the norm's weights begin
    /// at `normWeight`. Of the input ``PixelForm/centred`` `mean` is the mean image, row-major with channels together, 0 ... 1:
    /// [P P channels], or [P P] where channels are alike; nil where it is not known yet, as in a model that is only described.
    public init(
        _ builder: ParameterBuilder, width: Int, patchSize: Int, channels: Int, form: PixelForm = .unit,
        mean: [Double]? = nil, normWeight: Double = 1, epsilon: Double = 1e-5
    ) throws(TensorError) {
        let inside = builder.at("patch_embeddings")
        let fan = channels * patchSize * patchSize
        weight = try inside.at("projection").parameter(
            "weight", [width, channels, patchSize, patchSize],
            .uniform(bound: (6 / Double(width + fan)).squareRoot()))
        bias = try inside.at("projection").parameter(
            "bias", [width], .uniform(bound: 1 / Double(fan).squareRoot()), decays: false)
        norm = try LayerNorm(inside.at("norm"), width: width, epsilon: epsilon, weight: normWeight)
        self.channels = channels
        self.patchSize = patchSize
        self.form = form
        originValues = try form.origin(mean: mean, size: patchSize * patchSize, channels: channels)
        origin =
            originValues.isEmpty
            ? nil : try builder.workspace.numbers(originValues, [fan], builder.workspace.precision.stream)
    }

    /// Projection and bias.
    public var ownParameters: [Parameter] { [weight, bias] }
    /// The norm.
    public var children: [Child] { [Child("patch_embeddings.norm", norm)] }

    /// Pixels uint8 [R, P*P*channels], each patch row-major with channels together, as shards hold them; gives [R, D] of the
    /// stream type. Throws `value` where the mean image of centred input is missing.
    public func callAsFunction(_ pixels: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let tape = context.tape
        if form != .unit, origin == nil {
            throw .value(operation: "patch embedding", what: "input is centred, and there is no mean image")
        }
        let projected = try tape.patches(
            pixels, weight: tape.leaf(weight).reshaped([weight.shape[0], pixels.columns]),
            bias: tape.leaf(bias, tape.precision.stream), channels: channels, scale: form.scale, origin: origin)
        return try norm(projected, to: tape.precision.stream, context)
    }

    /// Weights and bias of the same function in the form of the published models, which read pixels as 0 ... 1: with x = s p - o,
    /// W x + b = (s W) p + (b - W o). Source: ours. O(D P^2 channels).
    public func published() throws(TensorError) -> (weight: [Double], bias: [Double]) {
        let own = try weight.hostValues()
        let scaled = own.map { $0 * form.scale }
        // What nothing has changed goes out as it came in.
        if let given, given.versions == [weight.version, bias.version] { return (scaled, given.bias) }
        return (scaled, zip(try bias.hostValues(), Self.dots(own, originValues)).map { $0 - $1 })
    }

    /// Takes weights and bias in the form of the published models, which parameters hold by now, back into the own form; undoes
    /// ``published()`` up to the rounding of the bias. O(D P^2 channels).
    public func takeOwnForm() throws(TensorError) {
        guard !originValues.isEmpty else { return }
        let own = try weight.hostValues().map { $0 / form.scale }
        let offset = try bias.hostValues()
        if form.scale != 1 { try weight.set(own) }
        try bias.set(zip(offset, Self.dots(own, originValues)).map { $0 + $1 })
        given = (offset, [weight.version, bias.version])
    }

    /// W o for each row of W.
    private static func dots(_ weights: [Double], _ origin: [Double]) -> [Double] {
        guard !origin.isEmpty else { return [] }
        return stride(from: 0, to: weights.count, by: origin.count).map { first in
            var sum = 0.0
            for (k, value) in origin.enumerated() { sum += weights[first + k] * value }
            return sum
        }
    }
}
