public import Tensors

/// Makes a model's input of packed sequences.
public struct PackedInput {
    /// Ids are below it.
    public let vocabulary: Int
    /// Bytes of a patch.
    public let patchBytes: Int
    /// Where the text of a pair begins.
    public let textPosition: Int
    /// True if black end patches are seen (`eos_attended`).
    public let endsAreSeen: Bool
    private let workspace: Workspace

    /// For a model of this shape.
    public init(
        _ config: DecoderConfig, textPosition: Int, endsAreSeen: Bool = true, workspace: Workspace
    ) {
        vocabulary = config.vocabulary
        patchBytes = config.patchSize * config.patchSize * config.channels
        self.textPosition = textPosition
        self.endsAreSeen = endsAreSeen
        self.workspace = workspace
    }

    /// Micro-batches of at most `size` sequences of a kind; the longest stand together, so that little is padded.
    func microBatches(
        _ sequences: [PackedSequence], _ kind: ExampleKind, size: Int
    ) throws(TensorError) -> [ModelInput] {
        let sorted = sequences.enumerated().sorted {
            $0.element.rows == $1.element.rows ? $0.offset < $1.offset : $0.element.rows > $1.element.rows
        }.map(\.element)
        var batches: [ModelInput] = []
        for start in stride(from: 0, to: sorted.count, by: max(size, 1)) {
            batches.append(try batch(Array(sorted[start..<min(start + size, sorted.count)]), kind))
        }
        return batches
    }

    private func batch(_ sequences: [PackedSequence], _ kind: ExampleKind) throws(TensorError) -> ModelInput {
        func segments(_ sequence: PackedSequence) -> [Int32] {
            sequence.examples.enumerated().flatMap {
                [Int32](repeating: Int32($0.offset), count: $0.element.rows)
            }
        }
        func pixels(_ sequence: PackedSequence) -> [UInt8] {
            sequence.examples.count == 1 ? sequence.examples[0].pixels : sequence.examples.flatMap(\.pixels)
        }
        let isPacked = sequences.contains { $0.examples.count > 1 }
        switch kind {
        case .text:
            return try ModelInput.text(
                sequences.map { $0.examples.flatMap(\.tokens) }, vocabulary: vocabulary,
                segments: isPacked ? sequences.map(segments) : nil, workspace: workspace)
        case .image:
            return try ModelInput.images(
                sequences.map(pixels), seen: sequences.map(\.rows), patchBytes: patchBytes,
                segments: isPacked ? sequences.map(segments) : nil, endsAreSeen: endsAreSeen, workspace: workspace)
        case .pair:
            return try ModelInput.pairs(
                sequences.map(pixels), seen: sequences.map { $0.examples.reduce(0) { $0 + $1.patches } },
                patchBytes: patchBytes, sequences.map { $0.examples.flatMap(\.tokens) }, vocabulary: vocabulary,
                textPosition: textPosition, endsAreSeen: endsAreSeen, workspace: workspace)
        }
    }
}
