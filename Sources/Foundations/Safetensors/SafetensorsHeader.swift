/// The header of a safetensors file, checked: every tensor lies inside the file, each byte belongs to exactly one.
struct SafetensorsHeader: Sendable {
    /// The limit of the format's own library.
    static let byteLimit = 100_000_000

    /// Free text by key.
    let metadata: [String: String]
    /// In the order of their bytes.
    let entries: [SafetensorsEntry]
    private let names: [SafetensorsEntry.Key: Int]
    /// Where in `entries` the tensors of `names` stand.
    private let places: [Int]

    /// Reads the header of the file whose bytes are given. O(n log n) in the number of tensors; takes memory of the order of the
    /// header's own length, which is checked against that of the file first.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
        guard bytes.count >= 8 else {
            throw .header(
                path: path, byteOffset: 0, expected: "a header length of 8 bytes",
                got: "a file of \(bytes.count) bytes")
        }
        let stated = UInt64(littleEndian: unsafe bytes.loadUnaligned(as: UInt64.self))
        let room = bytes.count - 8
        guard stated <= UInt64(min(room, Self.byteLimit)) else {
            throw .header(
                path: path, byteOffset: 0, expected: "a header of at most \(min(room, Self.byteLimit)) bytes",
                got: "the length \(stated)")
        }
        let length = Int(stated)
        let text = unsafe [UInt8](bytes[8..<8 + length])
        var parser = SafetensorsHeaderParser(path: path)
        try parser.read(text.span)
        metadata = parser.metadata ?? [:]
        let drafts = parser.drafts
        let order = drafts.indices.sorted {
            (drafts[$0].begin, drafts[$0].end, $0) < (drafts[$1].begin, drafts[$1].end, $1)
        }
        entries = try Self.placed(drafts, order, dataOffset: 8 + length, fileSize: bytes.count, path: path)
        names = parser.names
        var places = [Int](repeating: 0, count: order.count)
        for (place, index) in order.enumerated() { places[index] = place }
        self.places = places
    }

    /// The tensor of this name.
    subscript(name: String) -> SafetensorsEntry? { names[SafetensorsEntry.Key(name)].map { entries[places[$0]] } }

    /// The tensors in the `order` of their bytes, which must follow each other without overlap and hole from `dataOffset` to
    /// the end of the file.
    private static func placed(
        _ drafts: [SafetensorsDraft], _ order: [Int], dataOffset: Int, fileSize: Int, path: String
    ) throws(SafetensorsError) -> [SafetensorsEntry] {
        var entries: [SafetensorsEntry] = []
        entries.reserveCapacity(drafts.count)
        var end = 0
        for index in order {
            let draft = drafts[index]
            func wrong(_ expected: String, _ got: String) -> SafetensorsError {
                .tensor(path: path, name: draft.name, byteOffset: draft.byteOffset, expected: expected, got: got)
            }
            let range = "data_offsets [\(draft.begin), \(draft.end)]"
            guard let size = SafetensorsType.byteCount(draft.type, draft.shape) else {
                throw wrong("a shape of less than 2^63 bytes", draft.shapeText)
            }
            guard draft.begin <= draft.end else { throw wrong("a begin before the end", range) }
            guard draft.end - draft.begin == size else {
                throw wrong("\(size) bytes for \(draft.type.rawValue) \(draft.shapeText)", range)
            }
            guard draft.end <= fileSize - dataOffset else {
                throw wrong("bytes within the \(fileSize - dataOffset) behind the header", range)
            }
            guard draft.begin == end else {
                let before = entries.last.map { "tensor \(SafetensorsError.shown($0.name))" } ?? "the header"
                let relation = draft.begin < end ? "an overlap with" : "a hole behind"
                throw wrong("a begin at \(end), where \(before) ends", "\(range), \(relation) it")
            }
            end = draft.end
            entries.append(
                SafetensorsEntry(
                    name: draft.name, type: draft.type, shape: draft.shape,
                    bytes: dataOffset + draft.begin..<dataOffset + draft.end))
        }
        guard end == fileSize - dataOffset else {
            throw .header(
                path: path, byteOffset: dataOffset + end, expected: "the end of the file behind the last tensor",
                got: "\(fileSize - dataOffset - end) more bytes")
        }
        return entries
    }
}

/// A tensor as the header spells it, before its bytes are placed.
struct SafetensorsDraft {
    let name: String
    /// Where the name stands in the file.
    let byteOffset: Int
    let type: SafetensorsType
    let shape: [Int]
    let begin: Int
    let end: Int

    var shapeText: String { "shape [\(shape.map(String.init).joined(separator: ", "))]" }
}
