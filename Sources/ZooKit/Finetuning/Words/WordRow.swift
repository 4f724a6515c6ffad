/// The row of the last layer by which a word is labelled (section 3.7 of the specification).
public enum WordRow: String, Codable, Sendable, CaseIterable {
    /// The word's last patch or token, where a causal model has seen all of the word (default).
    case last
    /// Its first patch or token, as PIXEL, which reads in both directions; a causal model has seen nothing or little of the word there.
    case first
}
