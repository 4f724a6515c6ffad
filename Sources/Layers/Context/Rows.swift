public import Tensors

/// Where the rows of a batch stand: B sequences of T rows each, the rotary position of each row, and which rows see which.
public struct Rows {
    /// B.
    public let sequences: Int
    /// T, with padding.
    public let length: Int
    /// [B*T] int32: rotary positions.
    public let positions: Tensor
    /// [B*T] int32: segment of each row as a query; nil where each sequence is one.
    public let querySegments: Tensor?
    /// [B*T] int32: segment of each row as a key, negative for padding; nil where nothing is hidden.
    public let keySegments: Tensor?

    /// The largest position: tables of rotations must reach it.
    public let lastPosition: Int
    /// What the host knows of the rows; nil where they were picked on the device. Passes with a cache need it.
    public let host: Host?

    /// Rows as the host knows them.
    public struct Host: Sendable {
        /// [B*T]: rotary positions.
        public let positions: [Int32]
        /// [B*T]: rows that nobody sees; nil where there are none.
        public let isPadding: [Bool]?
        /// Whether sequences hold several segments.
        public let hasSegments: Bool
    }

    /// B * T.
    public var count: Int { sequences * length }

    /// Rows on the host: `positions` and `segments` are [B*T], `isPadding` marks rows that nobody sees.
    /// Without positions each sequence counts from 0. Throws: `shape` where counts differ, `index` for a negative position.
    public init(
        sequences: Int, length: Int, positions: [Int32]? = nil, segments: [Int32]? = nil, isPadding: [Bool]? = nil,
        workspace: Workspace
    ) throws(TensorError) {
        let count = sequences * length
        for given in [positions?.count, segments?.count, isPadding?.count] {
            if let given, given != count {
                throw .shape(operation: "rows", expected: "\(count) entries", got: "\(given)")
            }
        }
        if let low = positions?.min(), low < 0 { throw .index(operation: "rows", index: Int(low), limit: .max) }
        self.sequences = sequences
        self.length = length
        lastPosition = positions.map { Int($0.max() ?? 0) } ?? max(length - 1, 0)
        let positions = positions ?? (0..<count).map { Int32($0 % max(length, 1)) }
        self.positions = try workspace.indices(positions, [count])
        let isHidden = isPadding?.contains(true) ?? false
        host = Host(positions: positions, isPadding: isHidden ? isPadding : nil, hasSegments: segments != nil)
        guard segments != nil || isHidden else {
            querySegments = nil
            keySegments = nil
            return
        }
        let segments = segments ?? [Int32](repeating: 0, count: count)
        querySegments = try workspace.indices(segments, [count])
        let padding = isPadding ?? [Bool](repeating: false, count: count)
        keySegments = try workspace.indices(zip(segments, padding).map { $1 ? -1 : $0 }, [count])
    }

    /// Rows picked out of `rows`: `length` of each sequence, in their order, with the positions and segments that stand in
    /// the tensors given.
    public init(
        pickedFrom rows: Rows, length: Int, positions: Tensor, querySegments: Tensor?, keySegments: Tensor?
    ) {
        sequences = rows.sequences
        self.length = length
        lastPosition = rows.lastPosition
        self.positions = positions
        self.querySegments = querySegments
        self.keySegments = keySegments
        host = nil
    }

    /// Rows picked out of `rows` by the host: `places[b]` of sequence b, ascending, padded on the right to one length. `indices`
    /// [B*length] names them among the rows, -1 for padding, as `Tape.gatherRows` takes it. Throws: `value` where the host does
    /// not know `rows`, or they hold segments.
    public static func picking(
        _ places: [[Int]], of rows: Rows, workspace: Workspace
    ) throws(TensorError) -> (rows: Rows, indices: Tensor) {
        guard let host = rows.host, !host.hasSegments, places.count == rows.sequences else {
            throw .value(
                operation: "picking rows",
                what: "wants places of each sequence and rows that the host made, unsegmented")
        }
        let length = places.map(\.count).max() ?? 0
        var indices: [Int32] = []
        for (b, list) in places.enumerated() {
            for place in list where !(0..<rows.length ~= place) {
                throw .index(operation: "picking rows", index: place, limit: rows.length)
            }
            indices += list.map { Int32(b * rows.length + $0) }
            indices += [Int32](repeating: -1, count: length - list.count)
        }
        let picked = try Rows(
            sequences: rows.sequences, length: length,
            positions: indices.map { $0 < 0 ? 0 : host.positions[Int($0)] },
            isPadding: indices.map { $0 < 0 || host.isPadding?[Int($0)] ?? false }, workspace: workspace)
        return (picked, try workspace.indices(indices))
    }

    /// Causal attention within segments.
    public var visibility: Visibility {
        Visibility(causalOffset: 0, querySegments: querySegments, keySegments: keySegments)
    }
}
