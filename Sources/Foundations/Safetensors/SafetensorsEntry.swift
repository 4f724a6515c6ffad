/// What a safetensors header says about one tensor.
public struct SafetensorsEntry: Sendable, Equatable {
    /// The name. Names are told apart by their UTF-8 bytes.
    public let name: String
    /// How the numbers are stored.
    public let type: SafetensorsType
    /// Sizes, outermost first; empty for one number.
    public let shape: [Int]
    /// Which bytes of the file hold the numbers.
    public let bytes: Range<Int>

    /// How many numbers there are.
    public var count: Int { bytes.count / type.byteCount }
}
