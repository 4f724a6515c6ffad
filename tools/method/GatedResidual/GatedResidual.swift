public import ZooKit

/// Learned gates on feed-forward sublayers.
public enum GatedResidual: ZooMethod {
    /// `gatedresidual`.
    public static let name = "gatedresidual"
    /// The method in one sentence.
    public static let summary = "a learned gate on every feed-forward sublayer"
    /// The guide.
    public static let source = MethodSource(
        title: "Adding a method", citation: "docs/adding-a-method.md", link: "https://example.org")
    /// `gates`.
    public static let adaptations: [any MethodAdaptation.Type] = [Gates.self]
    /// `gates`.
    public static let structures: [any ModelStructure.Type] = [GateStructure.self]
}
