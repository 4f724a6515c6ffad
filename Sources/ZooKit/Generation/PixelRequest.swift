/// The beginning of a picture of text and how it is continued.
public struct PixelRequest: Sendable {
    /// Its name: random numbers depend on it and on the seed, never on the batch.
    public var id: Int
    /// Patches as shards hold them, [N, P, P, C], at least one, without the black patch that ends a text.
    public var pixels: [UInt8]
    /// How pixels come of predictions.
    public var options: PixelOptions

    /// A request.
    public init(id: Int, pixels: [UInt8], options: PixelOptions = PixelOptions()) {
        self.id = id
        self.pixels = pixels
        self.options = options
    }
}

/// How predictions become pixels, and when a picture ends.
public struct PixelOptions: Sendable, Equatable {
    /// What a prediction becomes.
    public enum Drawing: String, Sendable, Codable, CaseIterable {
        /// As bright as predicted, the channels of a pixel together: text is black on white.
        case gray
        /// As bright as predicted, each channel by itself. Not for normalised pixels, which have no brightness.
        case colour
        /// White where a pixel is above its middle (0.5 of brightness or of probability, 0 of normalised pixels), else black.
        case threshold
        /// White with the predicted probability; the channels of a pixel together. For `bernoulli` alone.
        case sample
    }

    /// What a prediction becomes.
    public var drawing = Drawing.gray
    /// What logits of `bernoulli` are divided by.
    public var temperature = 1.0
    /// Patches at most. Of normalised pixels as many come.
    public var maxPatches = 16
    /// Names the random numbers.
    public var seed: UInt64 = 0

    /// Gray, 16 patches.
    public init() {}

    /// The ways of drawing that a kind of head allows.
    public static func drawings(of head: DecoderConfig.PatchHead) -> [Drawing] {
        switch head {
        case .regressionNorm: [.gray, .threshold]
        case .regressionRaw: [.gray, .colour, .threshold]
        case .bernoulli: Drawing.allCases
        }
    }

    /// Throws `GenerationError.option` for what makes no sense, or not with this head.
    public func check(_ head: DecoderConfig.PatchHead) throws(GenerationError) {
        if !(temperature > 0 && temperature.isFinite) {
            throw .option(name: "temperature", got: "\(temperature)", wanted: "more than 0")
        }
        if maxPatches < 0 { throw .option(name: "patches", got: "\(maxPatches)", wanted: "0 or more") }
        let known = Self.drawings(of: head)
        if !known.contains(drawing) {
            throw .option(
                name: "drawing", got: drawing.rawValue,
                wanted: known.map(\.rawValue).joined(separator: " or ") + ": the model's head is \(head.rawValue)")
        }
    }
}

/// What came after the beginning of a picture.
public struct PixelGeneration: Sendable, Equatable {
    /// Why a picture ended.
    public enum Reason: String, Sendable, Codable {
        /// A black patch; it is the last one.
        case end
        /// As many patches as were wanted.
        case length
        /// The model has no further positions.
        case positions
    }

    /// The request's name.
    public let id: Int
    /// The new patches, [n, P, P, C], a black one that ends the text included.
    public var pixels: [UInt8] = []
    /// Why it ended.
    public var reason = Reason.length
}
