import Foundations
public import Layers

/// The shape of a decoder, with Hugging Face's key names. Decoding is strict: an unknown key is an error.
public struct DecoderConfig: Codable, Sendable, Equatable {
    /// What a model reads and writes.
    public enum ModelType: String, Codable, Sendable, CaseIterable {
        /// Tokens only.
        case llama
        /// Tokens and patches of pixels.
        case erniePixel = "ernie-pixel"
    }

    /// How the next patch is predicted.
    public enum PatchHead: String, Codable, Sendable, CaseIterable {
        /// Normalised pixels, squared error.
        case regressionNorm = "regression_norm"
        /// Pixels, squared error.
        case regressionRaw = "regression_raw"
        /// A logit of brightness for each pixel, binary cross-entropy.
        case bernoulli
    }

    /// `model_type`.
    public var modelType: ModelType
    /// `architectures`, kept for those who read the file.
    public var architectures: [String]?
    /// `hidden_size`, D.
    public var width: Int
    /// `num_hidden_layers`.
    public var layerCount: Int
    /// `intermediate_size`, F.
    public var innerWidth: Int
    /// `num_attention_heads`, H.
    public var heads: Int
    /// `num_key_value_heads`; H if left out.
    public var groups: Int
    /// `head_dim`; D / H if left out.
    public var headWidth: Int
    /// `rms_norm_eps`; 1e-5 if left out.
    public var epsilon: Double
    /// `rope_theta`; 10000 if left out.
    public var theta: Double
    /// `rope_scaling`: how rotary frequencies are changed; null, the default, leaves them.
    public var scaling: RotaryScaling?
    /// `max_position_embeddings`: how many rows a sequence may have; 1024 if left out.
    public var positions: Int
    /// `vocab_size`, V.
    public var vocabulary: Int
    /// `tie_word_embeddings`: the token head is the table of embeddings; false if left out.
    public var tiesEmbeddings: Bool
    /// `attention_bias`: q, k, v and o have biases; false if left out.
    public var hasAttentionBias: Bool
    /// `attention_dropout`: the share of attention weights that are dropped in training; 0 if left out.
    public var attentionDropout = 0.0
    /// `initializer_range`; 0.02 if left out.
    public var deviation: Double
    /// `bos_token_id`.
    public var begin: Int?
    /// `eos_token_id`.
    public var end: Int?
    /// `pad_token_id`.
    public var pad: Int?
    /// `patch_size`, P; 16 if left out.
    public var patchSize: Int
    /// `num_channels`; 3 if left out.
    public var channels: Int
    /// `image_size`: height and width of the canvas in pixels; kept for those who read the file.
    public var imageSize: [Int]?
    /// `patch_head`; if left out `regression_norm`, or `regression_raw` where `norm_pix_loss` is false.
    public var patchHead: PatchHead
    /// `patch_input`: the form in which pixels are read; `unit` if left out. Folders hold the projection in the form of `unit`
    /// whatever this is, so that other programs read them; it is taken back where a model is loaded.
    public var patchInput = PixelForm.unit
    /// `patch_mean`: the mean image that centred pixels are told from, in units of 1/65535, row-major with channels
    /// together, or of one channel where all are alike. A pretraining that begins without one computes it from its data.
    public var patchMean: [Int]?
    /// `patch_norm_init`: what the weights of the norm behind the projection begin at; 1 if left out.
    public var patchNorm = 1.0
    /// `layers`: what differs from the above, by layer.
    public var layers: [LayerConfig]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case modelType = "model_type"
        case architectures
        case width = "hidden_size"
        case layerCount = "num_hidden_layers"
        case innerWidth = "intermediate_size"
        case activation = "hidden_act"
        case heads = "num_attention_heads"
        case groups = "num_key_value_heads"
        case headWidth = "head_dim"
        case epsilon = "rms_norm_eps"
        case theta = "rope_theta"
        case scaling = "rope_scaling"
        case positions = "max_position_embeddings"
        case vocabulary = "vocab_size"
        case tiesEmbeddings = "tie_word_embeddings"
        case hasAttentionBias = "attention_bias"
        case attentionDropout = "attention_dropout"
        case deviation = "initializer_range"
        case begin = "bos_token_id"
        case end = "eos_token_id"
        case pad = "pad_token_id"
        case patchSize = "patch_size"
        case channels = "num_channels"
        case imageSize = "image_size"
        case normalisesPatches = "norm_pix_loss"
        case patchHead = "patch_head"
        case patchInput = "patch_input"
        case patchMean = "patch_mean"
        case patchNorm = "patch_norm_init"
        case layers
        case type = "torch_dtype"
        case version = "transformers_version"

        /// Keys of models that read patches.
        static let ofPatches: [CodingKeys] = [
            .patchSize, .channels, .imageSize, .normalisesPatches, .patchHead, .patchInput, .patchMean, .patchNorm,
        ]
    }

    /// ``patchMean`` of one channel: the mean over the channels where they have means of their own.
    var meanOfOneChannel: [Int]? {
        guard let patchMean, patchMean.count > patchSize * patchSize else { return patchMean }
        return (0..<patchSize * patchSize).map { place in
            (patchMean[place * channels..<(place + 1) * channels].reduce(0, +) + channels / 2) / channels
        }
    }

    /// The id that rows are filled up with: `pad_token_id`, or else the token that ends texts, or begins them.
    public var padding: Int? { pad ?? end ?? begin }

    /// Whether a key of `config.json` is one of ours.
    static func isKey(_ name: String) -> Bool { CodingKeys(stringValue: name) != nil }

    /// A shape; what is not given has the value that an absent key has.
    public init(
        modelType: ModelType, width: Int, layerCount: Int, innerWidth: Int, heads: Int, groups: Int, vocabulary: Int,
        positions: Int = 1024
    ) {
        self.modelType = modelType
        self.width = width
        self.layerCount = layerCount
        self.innerWidth = innerWidth
        self.heads = heads
        self.groups = groups
        headWidth = heads > 0 ? width / heads : 0
        epsilon = 1e-5
        theta = 10000
        self.positions = positions
        self.vocabulary = vocabulary
        tiesEmbeddings = false
        hasAttentionBias = false
        deviation = 0.02
        patchSize = 16
        channels = 3
        patchHead = .regressionNorm
    }
}
