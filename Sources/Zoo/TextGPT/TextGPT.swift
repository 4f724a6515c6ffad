public import ZooKit

/// A decoder pretrained on tokens: next token, softmax over the vocabulary.
public enum TextGPT: ZooMethod {
    /// `textgpt`.
    public static let name = "textgpt"
    /// The summary in `letterpress zoo list`.
    public static let summary = "Llama-shaped decoder pretrained on tokens alone"
    /// The paper of the four regimes.
    public static let source = pixelRegimesSource
}
