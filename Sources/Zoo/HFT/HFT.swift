public import ZooKit

/// Half fine-tuning: in each round of training a random half of a model's matrices is frozen.
public enum HFT: ZooMethod {
    /// `hft`.
    public static let name = "hft"
    /// The method in one sentence.
    public static let summary = "fine-tuning of a random half of the matrices, drawn anew for each round"
    /// The paper.
    public static let source = MethodSource(
        title: "HFT: Half Fine-Tuning for Large Language Models", citation: "Hui, Zhang, Wang, Xu, Sun, Wu; ACL 2025",
        link: "https://arxiv.org/abs/2404.18466")
    /// `half-reset`, `delta`, `apply`.
    public static let verbs: [any MethodVerb.Type] = [HalfReset.self, HalfDelta.self, HalfApply.self]
    /// `half`.
    public static let adaptations: [any MethodAdaptation.Type] = [Half.self]
    /// `hft_rounds.json`.
    public static let files = [HalfRounds.fileName]
}
