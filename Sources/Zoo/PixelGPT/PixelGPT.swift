public import ZooKit

/// A decoder of TextGPT's shape pretrained on rendered text: next patch, normalised squared error.
public enum PixelGPT: ZooMethod {
    /// `pixelgpt`.
    public static let name = "pixelgpt"
    /// The summary in `letterpress zoo list`.
    public static let summary = "decoder pretrained on rendered text alone"
    /// The paper of the four regimes.
    public static let source = pixelRegimesSource
}
