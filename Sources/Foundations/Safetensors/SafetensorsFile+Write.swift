import Glibc

/// A tensor to write: what the header says of it, and who gives its bytes.
public struct SafetensorsItem {
    /// The name; control characters and `__metadata__` are refused.
    public var name: String
    /// How the numbers are stored.
    public var type: SafetensorsType
    /// Sizes, outermost first; empty for one number.
    public var shape: [Int]
    /// Appends the bytes, row-major and little-endian, in pieces of any size.
    public var write: (SafetensorsSink) throws -> Void

    /// A tensor whose bytes `write` appends when their turn comes.
    public init(
        name: String, type: SafetensorsType, shape: [Int], write: @escaping (SafetensorsSink) throws -> Void
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.write = write
    }
}

extension SafetensorsFile {
    /// Writes a file that appears complete or not at all.
    ///
    /// Tensors stand by type, then by the UTF-8 bytes of their names; the header has no white space but what fills it up to
    /// a multiple of 8 bytes. So equal tensors give equal bytes, those of the format's own library (with at most
    /// one key of metadata: its order of several keys is random, here they are sorted). Bytes are taken one tensor after another
    /// and not kept.
    ///
    /// Throws ``SafetensorsError`` and whatever a source throws; nothing stands at `path` then that did not before.
    public static func write(
        _ items: [SafetensorsItem], metadata: [String: String] = [:], to path: String
    ) throws {
        let items = items.sorted { left, right in
            if left.type != right.type { return left.type.rank < right.type.rank }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
        let header = try headerBytes(items, metadata: metadata, path: path)
        let partial = path + ".partial"
        do {
            let sink = try SafetensorsSink(partial: partial, path: path)
            unsafe try sink.append(header.span.bytes)
            for item in items {
                let size = SafetensorsType.byteCount(item.type, item.shape) ?? 0
                sink.begin(item.name, byteCount: size)
                try item.write(sink)
                try sink.endTensor()
            }
            try sink.flush()
        } catch {
            _ = unsafe unlink(partial)
            throw error
        }
        do { try AtomicFile.commit(partial: partial, to: path) } catch { throw SafetensorsError.file(error) }
    }

    private static func headerBytes(
        _ items: [SafetensorsItem], metadata: [String: String], path: String
    ) throws(SafetensorsError) -> [UInt8] {
        var text = Array("{".utf8)
        if !metadata.isEmpty {
            text += "\"__metadata__\":".utf8
            text += JSONValue.object(metadata.mapValues { .string($0) }).encoded()
        }
        var offset = 0
        var names: Set<SafetensorsEntry.Key> = []
        for item in items {
            let size = try checkedSize(item, path: path)
            guard names.insert(SafetensorsEntry.Key(item.name)).inserted else {
                throw refused(item, path, "each name once", "the name a second time")
            }
            let (end, overflow) = offset.addingReportingOverflow(size)
            if overflow { throw refused(item, path, "less than 2^63 bytes in all", "more") }
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            text += JSONValue.string(item.name).encoded()
            let shape = item.shape.map(String.init).joined(separator: ",")
            text +=
                ":{\"dtype\":\"\(item.type.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}".utf8
            offset = end
        }
        text.append(UInt8(ascii: "}"))
        text += repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        guard text.count <= SafetensorsHeader.byteLimit else {
            throw .header(
                path: path, byteOffset: 0, expected: "a header of at most \(SafetensorsHeader.byteLimit) bytes",
                got: "\(items.count) tensors that need \(text.count)")
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) } + text
    }

    /// Bytes of a tensor that may be written.
    private static func checkedSize(_ item: SafetensorsItem, path: String) throws(SafetensorsError) -> Int {
        guard item.name != "__metadata__" else {
            throw refused(item, path, "another name", "the one that the format keeps for metadata")
        }
        guard !SafetensorsEntry.hasControl(Array(item.name.utf8)) else {
            throw refused(item, path, "a name without control characters", "one")
        }
        let shape = "shape [\(item.shape.map(String.init).joined(separator: ", "))]"
        guard item.shape.count <= SafetensorsHeaderParser.rankLimit else {
            throw refused(item, path, "at most \(SafetensorsHeaderParser.rankLimit) dimensions", shape)
        }
        guard let size = SafetensorsType.byteCount(item.type, item.shape) else {
            throw refused(item, path, "a shape of less than 2^63 bytes", shape)
        }
        return size
    }

    private static func refused(
        _ item: SafetensorsItem, _ path: String, _ expected: String, _ got: String
    ) -> SafetensorsError { .source(path: path, name: item.name, expected: expected, got: got) }
}
