public import ZooKit

/// One decoder pretrained on tokens, on rendered text, and on pairs of a rendered text followed by its tokens.
public enum DualGPT: ZooMethod {
    /// `dualgpt`.
    public static let name = "dualgpt"
    /// The summary in `letterpress zoo list`.
    public static let summary = "decoder pretrained on tokens, rendered text, and pairs of both"
    /// The paper of the four regimes.
    public static let source = pixelRegimesSource
}
