public import ZooKit

/// One decoder pretrained on tokens and on rendered text, in batches that are not paired.
public enum MonoGPT: ZooMethod {
    /// `monogpt`.
    public static let name = "monogpt"
    /// The summary in `letterpress zoo list`.
    public static let summary = "decoder pretrained on tokens and on rendered text, unpaired"
    /// The paper of the four regimes.
    public static let source = pixelRegimesSource
}
