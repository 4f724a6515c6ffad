import Foundations
import Layers

extension DecoderConfig {
    /// Decodes with the defaults that each key's comment names. Throws: `DecodingError` with the key for values that make no
    /// sense.
    public init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func bad(_ key: CodingKeys, _ reason: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: values, debugDescription: reason)
        }
        self.init(
            modelType: try values.decode(ModelType.self, forKey: .modelType),
            width: try values.decode(Int.self, forKey: .width),
            layerCount: try values.decode(Int.self, forKey: .layerCount),
            innerWidth: try values.decode(Int.self, forKey: .innerWidth),
            heads: try values.decode(Int.self, forKey: .heads), groups: 0,
            vocabulary: try values.decode(Int.self, forKey: .vocabulary))
        groups = try values.decodeIfPresent(Int.self, forKey: .groups) ?? heads
        guard heads > 0 else { throw bad(.heads, "\(heads) is not positive") }
        if let given = try values.decodeIfPresent(Int.self, forKey: .headWidth) {
            headWidth = given
        } else if width % heads == 0 {
            headWidth = width / heads
        } else {
            throw bad(
                .heads, "\(counted(heads, "head")) cannot share \(counted(width, "column")) evenly; give head_dim")
        }
        epsilon = try values.decodeIfPresent(Double.self, forKey: .epsilon) ?? epsilon
        theta = try values.decodeIfPresent(Double.self, forKey: .theta) ?? theta
        scaling = try values.decodeIfPresent(ScalingConfig.self, forKey: .scaling)?.scaling
        positions = try values.decodeIfPresent(Int.self, forKey: .positions) ?? positions
        tiesEmbeddings = try values.decodeIfPresent(Bool.self, forKey: .tiesEmbeddings) ?? false
        hasAttentionBias = try values.decodeIfPresent(Bool.self, forKey: .hasAttentionBias) ?? false
        attentionDropout = try values.decodeIfPresent(Double.self, forKey: .attentionDropout) ?? 0
        deviation = try values.decodeIfPresent(Double.self, forKey: .deviation) ?? deviation
        architectures = try values.decodeIfPresent([String].self, forKey: .architectures)
        begin = try values.decodeIfPresent(Int.self, forKey: .begin)
        end = try values.decodeIfPresent(Int.self, forKey: .end)
        pad = try values.decodeIfPresent(Int.self, forKey: .pad)
        patchSize = try values.decodeIfPresent(Int.self, forKey: .patchSize) ?? patchSize
        channels = try values.decodeIfPresent(Int.self, forKey: .channels) ?? channels
        imageSize = try values.decodeIfPresent([Int].self, forKey: .imageSize)
        let normalises = try values.decodeIfPresent(Bool.self, forKey: .normalisesPatches)
        patchHead =
            try values.decodeIfPresent(PatchHead.self, forKey: .patchHead)
            ?? (normalises ?? true ? .regressionNorm : .regressionRaw)
        if let normalises, normalises != (patchHead == .regressionNorm) {
            throw bad(.normalisesPatches, "\(normalises) contradicts the patch_head \(patchHead.rawValue)")
        }
        patchInput = try values.decodeIfPresent(PixelForm.self, forKey: .patchInput) ?? .unit
        patchMean = try values.decodeIfPresent([Int].self, forKey: .patchMean)
        patchNorm = try values.decodeIfPresent(Double.self, forKey: .patchNorm) ?? 1
        layers = try values.decodeIfPresent([LayerConfig].self, forKey: .layers)
        _ = try values.decodeIfPresent(String.self, forKey: .type)
        _ = try values.decodeIfPresent(String.self, forKey: .version)
        if modelType == .llama {
            for key in CodingKeys.ofPatches where try values.contains(key) && !values.decodeNil(forKey: key) {
                throw bad(key, "a \(modelType.rawValue) reads no patches")
            }
        }
        if let activation = try values.decodeIfPresent(String.self, forKey: .activation), activation != "silu" {
            throw bad(.activation, "'\(activation)' is not built in; this decoder computes silu")
        }
        if let (key, reason) = flaw() { throw bad(key, reason) }
    }

    /// What makes no sense, by key; nil if all is well.
    func flaw() -> (CodingKeys, String)? {
        if let flaw = sizeFlaw() { return flaw }
        if heads % groups != 0 { return (.groups, "\(counted(heads, "head")) cannot share \(groups) groups evenly") }
        if headWidth % 2 != 0 { return (.headWidth, "\(headWidth) is odd; rotary positions turn pairs") }
        for (key, value) in [(CodingKeys.epsilon, epsilon), (.theta, theta)] where !(value > 0 && value.isFinite) {
            return (key, "\(value) is not above 0")
        }
        if !(deviation >= 0 && deviation.isFinite) { return (.deviation, "\(deviation) is below 0") }
        if !(0..<1 ~= attentionDropout) { return (.attentionDropout, "\(attentionDropout) is not in 0 ..< 1") }
        if channels != 1 && channels != 3 { return (.channels, "\(channels) is neither 1 nor 3") }
        if !(patchNorm > 0 && patchNorm.isFinite) { return (.patchNorm, "\(patchNorm) is not above 0") }
        if let patchMean {
            if patchInput != .centred {
                return (.patchMean, "patch_input is \(patchInput.rawValue), which has no mean image")
            }
            let size = patchSize * patchSize
            if patchMean.count != size && patchMean.count != size * channels {
                return (.patchMean, "it has \(counted(patchMean.count, "number")), not \(size * channels)")
            }
            if let other = patchMean.first(where: { !(0...Self.meanUnit ~= $0) }) {
                return (.patchMean, "\(other) is not in 0...\(Self.meanUnit)")
            }
        }
        if let layers {
            if layers.count != layerCount {
                return (.layers, "\(counted(layers.count, "entry")) for \(counted(layerCount, "layer"))")
            }
            for (index, layer) in layers.enumerated() {
                if let reason = layer.flaw(heads: heads, width: width) {
                    return (.layers, "entry \(index): \(reason)")
                }
            }
        }
        return nil
    }

    /// Encodes every key but those that are nil.
    public func encode(to encoder: any Swift.Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(modelType, forKey: .modelType)
        try values.encodeIfPresent(architectures, forKey: .architectures)
        try values.encode(width, forKey: .width)
        try values.encode(layerCount, forKey: .layerCount)
        try values.encode(innerWidth, forKey: .innerWidth)
        try values.encode("silu", forKey: .activation)
        try values.encode(heads, forKey: .heads)
        try values.encode(groups, forKey: .groups)
        try values.encode(headWidth, forKey: .headWidth)
        try values.encode(epsilon, forKey: .epsilon)
        try values.encode(theta, forKey: .theta)
        try values.encodeIfPresent(scaling.map { ScalingConfig($0) }, forKey: .scaling)
        try values.encode(positions, forKey: .positions)
        try values.encode(vocabulary, forKey: .vocabulary)
        try values.encode(tiesEmbeddings, forKey: .tiesEmbeddings)
        try values.encode(hasAttentionBias, forKey: .hasAttentionBias)
        try values.encodeIfPresent(attentionDropout == 0 ? nil : attentionDropout, forKey: .attentionDropout)
        try values.encode(deviation, forKey: .deviation)
        try values.encodeIfPresent(begin, forKey: .begin)
        try values.encodeIfPresent(end, forKey: .end)
        try values.encodeIfPresent(pad, forKey: .pad)
        try values.encodeIfPresent(layers, forKey: .layers)
        guard modelType == .erniePixel else { return }
        try values.encode(patchSize, forKey: .patchSize)
        try values.encode(channels, forKey: .channels)
        try values.encodeIfPresent(imageSize, forKey: .imageSize)
        try values.encode(patchHead == .regressionNorm, forKey: .normalisesPatches)
        try values.encode(patchHead, forKey: .patchHead)
        try values.encodeIfPresent(patchInput == .unit ? nil : patchInput, forKey: .patchInput)
        try values.encodeIfPresent(patchMean, forKey: .patchMean)
        try values.encodeIfPresent(patchNorm == 1 ? nil : patchNorm, forKey: .patchNorm)
    }

    /// The number that stands for white in ``patchMean``.
    public static let meanUnit = 65535
}
