import Foundations
public import Layers
public import Tensors

/// Sequences of tokens on their way into a model: ids padded to one length.
public struct TokenInput {
    /// B.
    public let sequences: Int
    /// S.
    public let length: Int
    /// [B*S] int32.
    public let ids: Tensor
    /// Which of the B*S are padding.
    public let isPadding: [Bool]
    let hostIDs: [Int32]
}

/// Sequences of patches on their way into a model: pixels padded to one length.
public struct PatchInput {
    /// B.
    public let sequences: Int
    /// L.
    public let length: Int
    /// [B*L, P*P*channels] uint8, as shards hold them.
    public let pixels: Tensor
    /// Which of the B*L nobody sees: padding, and black end patches where these are not seen.
    public let isPadding: [Bool]
    /// Which of the B*L are patches of a picture, its end patch among them.
    let isCounted: [Bool]
}

/// What a model reads in one pass: tokens, patches, or pairs of both (patches first), and where their rows stand.
public struct ModelInput {
    /// Tokens, if there are any.
    public let tokens: TokenInput?
    /// Patches, if there are any.
    public let patches: PatchInput?
    /// Positions and segments of all rows.
    public let rows: Rows
    /// Segment of each row, where a sequence holds several documents.
    public let segments: [Int32]?

    /// Tokens ids[b][i], rows of any lengths; shorter ones are padded with 0 on the right, or the left. `segments` and
    /// `positions` have an entry for each token. Throws: `index` for an id outside the vocabulary, `shape` where counts differ.
    public static func text(
        _ ids: [[Int32]], vocabulary: Int, padsLeft: Bool = false, segments: [[Int32]]? = nil,
        positions: [[Int32]]? = nil, workspace: Workspace
    ) throws(TensorError) -> ModelInput {
        let length = ids.map(\.count).max() ?? 0
        let tokens = try tokenInput(ids, length, vocabulary, padsLeft, workspace)
        for (name, lists) in [("segments", segments), ("positions", positions)] {
            guard let counts = lists?.map(\.count), counts != ids.map(\.count) else { continue }
            throw .shape(operation: "text", expected: "\(ids.map(\.count)) \(name)", got: "\(counts)")
        }
        func flat(_ lists: [[Int32]]) -> [Int32] { lists.flatMap { pad($0, to: length, padsLeft) } }
        let places =
            positions.map(flat)
            ?? segments.map { flat($0.map(restarting)) }
            ?? (padsLeft ? flat(ids.map { $0.indices.map { Int32($0) } }) : nil)
        let rows = try Rows(
            sequences: ids.count, length: length, positions: places, segments: segments.map(flat),
            isPadding: tokens.isPadding, workspace: workspace)
        return ModelInput(tokens: tokens, patches: nil, rows: rows, segments: segments.map(flat))
    }

    /// Pictures pixels[b]: [N, P*P*channels] bytes each, N any; shorter ones are padded with white. `seen[b]` of a picture's
    /// patches are seen (its own and, by the EOS rule, the black one after them); the others are padding. `segments[b]` tells
    /// several pictures of one sequence apart, up to the last seen patch at least; positions begin anew in each. `positions`
    /// has an entry for each seen patch. Without `endsAreSeen` the last of each picture's patches, the black one, is predicted
    /// and not seen. Throws: `shape` where counts differ or more is seen than there is.
    public static func images(
        _ pixels: [[UInt8]], seen: [Int], patchBytes: Int, segments: [[Int32]]? = nil, positions: [[Int32]]? = nil,
        endsAreSeen: Bool = true,
        workspace: Workspace
    ) throws(TensorError) -> ModelInput {
        if let counts = segments?.map(\.count), counts.count != seen.count || zip(counts, seen).contains(where: <) {
            throw .shape(operation: "images", expected: "\(seen) segments", got: "\(counts)")
        }
        if let counts = positions?.map(\.count), counts != seen {
            throw .shape(operation: "images", expected: "\(seen) positions", got: "\(counts)")
        }
        let patches = try patchInput(pixels, seen, patchBytes, segments, endsAreSeen, workspace)
        func flat(_ lists: [[Int32]]) -> [Int32] { lists.flatMap { pad($0, to: patches.length, false) } }
        let rows = try Rows(
            sequences: pixels.count, length: patches.length,
            positions: positions.map(flat) ?? segments.map { flat($0.map(restarting)) },
            segments: segments.map(flat), isPadding: patches.isPadding, workspace: workspace)
        return ModelInput(tokens: nil, patches: patches, rows: rows, segments: segments.map(flat))
    }

    /// Pictures each followed by its text. Padded patches keep their positions: text begins at `textPosition`, which is the
    /// canvas length L where the pictures stand padded to it, also when the batch is trimmed. `endsAreSeen` is as in `images`.
    public static func pairs(
        _ pixels: [[UInt8]], seen: [Int], patchBytes: Int, _ ids: [[Int32]], vocabulary: Int, textPosition: Int,
        endsAreSeen: Bool = true, workspace: Workspace
    ) throws(TensorError) -> ModelInput {
        let patches = try patchInput(pixels, seen, patchBytes, nil, endsAreSeen, workspace)
        let textLength = ids.map(\.count).max() ?? 0
        let tokens = try tokenInput(ids, textLength, vocabulary, false, workspace)
        guard pixels.count == ids.count else {
            throw .shape(operation: "pairs", expected: "\(counted(pixels.count, "text"))", got: "\(ids.count)")
        }
        guard textPosition >= patches.length else {
            throw .value(
                operation: "pairs", what: "text begins at \(textPosition), inside \(counted(patches.length, "patch"))")
        }
        var positions: [Int32] = []
        var isPadding: [Bool] = []
        for b in pixels.indices {
            positions += (0..<patches.length).map { Int32($0) }
            positions += (0..<textLength).map { Int32(textPosition + $0) }
            isPadding += patches.isPadding[b * patches.length..<(b + 1) * patches.length]
            isPadding += tokens.isPadding[b * textLength..<(b + 1) * textLength]
        }
        let rows = try Rows(
            sequences: pixels.count, length: patches.length + textLength, positions: positions,
            isPadding: isPadding, workspace: workspace)
        return ModelInput(tokens: tokens, patches: patches, rows: rows, segments: nil)
    }

    /// The row of the stream where patch `index` of sequence `b` stands.
    func row(ofPatch index: Int, _ b: Int) -> Int32 { Int32(b * rows.length + index) }
    /// The row of the stream where token `index` of sequence `b` stands.
    func row(ofToken index: Int, _ b: Int) -> Int32 { Int32(b * rows.length + (patches?.length ?? 0) + index) }

    private static func tokenInput(
        _ ids: [[Int32]], _ length: Int, _ vocabulary: Int, _ padsLeft: Bool, _ workspace: Workspace
    ) throws(TensorError) -> TokenInput {
        for id in ids.joined() where id < 0 || id >= vocabulary {
            throw .index(operation: "tokens", index: Int(id), limit: vocabulary)
        }
        let flat = ids.flatMap { pad($0, to: length, padsLeft) }
        let isPadding = ids.flatMap { list in
            (0..<length).map { padsLeft ? $0 < length - list.count : $0 >= list.count }
        }
        return TokenInput(
            sequences: ids.count, length: length, ids: try workspace.indices(flat, [flat.count]),
            isPadding: isPadding, hostIDs: flat)
    }

    private static func patchInput(
        _ pixels: [[UInt8]], _ seen: [Int], _ patchBytes: Int, _ segments: [[Int32]]?, _ endsAreSeen: Bool,
        _ workspace: Workspace
    ) throws(TensorError) -> PatchInput {
        guard patchBytes > 0, pixels.count == seen.count, pixels.allSatisfy({ $0.count % patchBytes == 0 }) else {
            throw .shape(
                operation: "patches", expected: "pictures of whole patches of \(patchBytes) bytes, one count each",
                got: "\(pixels.map(\.count)) bytes, \(seen.count) counts")
        }
        let counts = pixels.map { $0.count / patchBytes }
        guard zip(seen, counts).allSatisfy({ 0...$1 ~= $0 }) else {
            throw .shape(operation: "patches", expected: "at most \(counts) seen", got: "\(seen)")
        }
        let length = counts.max() ?? 0
        let flat = pixels.flatMap { $0 + [UInt8](repeating: 255, count: length * patchBytes - $0.count) }
        let isCounted = seen.flatMap { count in (0..<length).map { $0 < count } }
        var isPadding = isCounted.map { !$0 }
        if !endsAreSeen {
            for (b, count) in seen.enumerated() {
                for i in 0..<count where i + 1 == count || segments.map({ $0[b][i] != $0[b][i + 1] }) ?? false {
                    isPadding[b * length + i] = true
                }
            }
        }
        return PatchInput(
            sequences: pixels.count, length: length,
            pixels: try workspace.bytes(flat, [pixels.count * length, patchBytes]), isPadding: isPadding,
            isCounted: isCounted)
    }

    private static func pad(_ list: [Int32], to length: Int, _ left: Bool) -> [Int32] {
        let fill = [Int32](repeating: 0, count: max(0, length - list.count))
        return left ? fill + list : list + fill
    }

    /// Positions that begin at 0 where a new segment does.
    private static func restarting(_ segments: [Int32]) -> [Int32] {
        var position: Int32 = -1
        return segments.indices.map { index in
            position = index > 0 && segments[index] == segments[index - 1] ? position + 1 : 0
            return position
        }
    }
}
