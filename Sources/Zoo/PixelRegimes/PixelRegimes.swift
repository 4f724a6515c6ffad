public import ZooKit

/// Where the four regimes come from.
let pixelRegimesSource = MethodSource(
    title: "Autoregressive Pre-Training on Pixels and Texts",
    citation: "Chai, Liu, Xiao, Wang, Sun, Wu; EMNLP 2024", link: "https://arxiv.org/abs/2404.10710")

/// A decoder pretrained on tokens: next token, softmax over the vocabulary.
public enum TextGPT: ZooMethod {
    /// `textgpt`.
    public static let name = "textgpt"
    /// What it is.
    public static let summary = "Llama-shaped decoder pretrained on tokens alone"
    /// Section 3.6 of its specification.
    public static let source = pixelRegimesSource
    /// None beside pretraining, fine-tuning and evaluation, which every model has.
    public static let verbs: [any MethodVerb.Type] = []
}

/// The same decoder pretrained on rendered text: next patch, normalised squared error.
public enum PixelGPT: ZooMethod {
    /// `pixelgpt`.
    public static let name = "pixelgpt"
    /// What it is.
    public static let summary = "decoder pretrained on rendered text alone"
    /// Section 3.6 of its specification.
    public static let source = pixelRegimesSource
    /// None beside pretraining, fine-tuning and evaluation, which every model has.
    public static let verbs: [any MethodVerb.Type] = []
}

/// Both, on batches that are not paired.
public enum MonoGPT: ZooMethod {
    /// `monogpt`.
    public static let name = "monogpt"
    /// What it is.
    public static let summary = "decoder pretrained on tokens and on rendered text, unpaired"
    /// Section 3.6 of its specification.
    public static let source = pixelRegimesSource
    /// None beside pretraining, fine-tuning and evaluation, which every model has.
    public static let verbs: [any MethodVerb.Type] = []
}

/// Both, and pairs of a rendered text followed by its tokens.
public enum DualGPT: ZooMethod {
    /// `dualgpt`.
    public static let name = "dualgpt"
    /// What it is.
    public static let summary = "decoder pretrained on tokens, rendered text, and pairs of both"
    /// Section 3.6 of its specification.
    public static let source = pixelRegimesSource
    /// None beside pretraining, fine-tuning and evaluation, which every model has.
    public static let verbs: [any MethodVerb.Type] = []
}
