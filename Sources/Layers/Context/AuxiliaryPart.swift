/// A part that adds terms of scope `step` to the loss, such as a balance loss over all tokens of a step. It announces before the forward
/// pass how much each of them will count, for gradients are normalised over the whole step.
public protocol AuxiliaryPart: Part {
    /// Names of its terms, the same on every rank and in every step.
    var auxiliaryTerms: [String] { get }
    /// How much each term counts in a micro-batch of these rows.
    func auxiliaryWeights(_ rows: Rows) -> [String: Double]
}
