/// Reads the outline of a GGUF file: counts, where values of the metadata stand, and the tensors.
struct GGUFParser {
    /// ggml's.
    static let rankLimit = 4
    /// Arrays within arrays.
    static let depthLimit = 4
    /// Fewer bytes no key with its value has, and no tensor's description.
    private static let leastEntry = 8 + 1 + 4 + 1
    private static let leastTensor = 8 + 4 + 4 + 8

    private let path: String
    private(set) var version = 0
    private(set) var keys: [String] = []
    private(set) var entries: [SafetensorsEntry.Key: GGUFEntry] = [:]
    private(set) var tensors: [GGUFTensorEntry] = []
    private(set) var names: [SafetensorsEntry.Key: Int] = [:]
    private var position = 0

    init(path: String) { self.path = path }

    mutating func read(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
        guard unsafe try integer(UInt32.self, bytes, "the magic") == 0x4655_4747 else {
            throw .structure(path: path, byteOffset: 0, expected: "GGUF, as such files begin", got: "other bytes")
        }
        let stated = unsafe try integer(UInt32.self, bytes, "a version")
        guard stated == 2 || stated == 3 else {
            let isSwapped = stated.byteSwapped == 2 || stated.byteSwapped == 3
            throw wrong(4, "version 2 or 3", isSwapped ? "a big-endian file" : "\(stated)")
        }
        version = Int(stated)
        let tensorCount = unsafe try count(bytes, "tensors", least: Self.leastTensor)
        let keyCount = unsafe try count(bytes, "keys", least: Self.leastEntry)
        for _ in 0..<keyCount { unsafe try readEntry(bytes) }
        var drafts: [Draft] = []
        for _ in 0..<tensorCount { unsafe drafts.append(try readTensor(bytes)) }
        unsafe try place(drafts, bytes)
    }

    // MARK: Metadata

    private mutating func readEntry(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
        let start = position
        let key = unsafe try name(bytes, "a key")
        let type = unsafe try valueType(bytes)
        var element: GGUFValueType?
        var count = 1
        if type == .array {
            element = unsafe try valueType(bytes)
            count = unsafe try self.count(bytes, "elements", least: element?.byteCount ?? 8)
        }
        let entry = GGUFEntry(type: type, element: element, count: count, offset: position)
        guard entries.updateValue(entry, forKey: SafetensorsEntry.Key(key)) == nil else {
            throw wrong(start, "each key once", "\(SafetensorsError.shown(key)) a second time")
        }
        keys.append(key)
        unsafe try skip(element ?? type, count: count, bytes, depth: 1)
    }

    /// Passes over `count` values.
    private mutating func skip(
        _ type: GGUFValueType, count: Int, _ bytes: UnsafeRawBufferPointer, depth: Int
    ) throws(GGUFError) {
        if let size = type.byteCount {
            let (all, overflow) = size.multipliedReportingOverflow(by: count)
            return _ = unsafe try take(overflow ? .max : all, bytes, "\(count) values")
        }
        for _ in 0..<count {
            if type == .string {
                _ = unsafe try string(bytes, "a string")
                continue
            }
            guard depth < Self.depthLimit else {
                throw wrong(position, "at most \(Self.depthLimit) arrays inside each other", "more")
            }
            let element = unsafe try valueType(bytes)
            let inner = unsafe try self.count(bytes, "elements", least: element.byteCount ?? 8)
            unsafe try skip(element, count: inner, bytes, depth: depth + 1)
        }
    }

    private mutating func valueType(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) -> GGUFValueType {
        let code = unsafe try integer(UInt32.self, bytes, "a type")
        guard let type = GGUFValueType(rawValue: code) else {
            throw wrong(position - 4, "a type from 0 to 12", "\(code)")
        }
        return type
    }

    // MARK: Tensors

    private struct Draft {
        let name: String
        let byteOffset: Int
        let type: GGUFType
        let shape: [Int]
        let begin: Int
        let size: Int
    }

    private mutating func readTensor(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) -> Draft {
        let start = position
        let name = unsafe try name(bytes, "a tensor's name")
        func wrong(_ expected: String, _ got: String) -> GGUFError {
            .tensor(path: path, name: name, byteOffset: start, expected: expected, got: got)
        }
        let rank = unsafe try integer(UInt32.self, bytes, "a count of dimensions")
        guard rank <= Self.rankLimit else { throw wrong("at most \(Self.rankLimit) dimensions", "\(rank)") }
        var shape: [Int] = []
        for _ in 0..<rank {
            let size = unsafe try integer(UInt64.self, bytes, "a size")
            guard let size = Int(exactly: size) else { throw wrong("sizes below 2^63", "\(size)") }
            shape.insert(size, at: 0)
        }
        let code = unsafe try integer(UInt32.self, bytes, "a type")
        guard let type = GGUFType(code: code) else { throw wrong("a type that is known", "type \(code)") }
        let begin = unsafe try integer(UInt64.self, bytes, "an offset")
        guard let size = type.byteCount(shape) else {
            throw wrong("rows of whole blocks of \(type.blockCount), less than 2^63 bytes", "\(type) \(shape)")
        }
        guard let begin = Int(exactly: begin) else { throw wrong("an offset below 2^63", "\(begin)") }
        return Draft(name: name, byteOffset: start, type: type, shape: shape, begin: begin, size: size)
    }

    /// Puts the tensors where they stand behind the outline.
    private mutating func place(_ drafts: [Draft], _ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
        let alignment = unsafe try alignment(bytes)
        let (padded, overflow) = position.addingReportingOverflow((alignment - position % alignment) % alignment)
        for draft in drafts {
            func wrong(_ expected: String, _ got: String) -> GGUFError {
                .tensor(path: path, name: draft.name, byteOffset: draft.byteOffset, expected: expected, got: got)
            }
            guard draft.begin % alignment == 0 else {
                throw wrong("an offset in steps of \(alignment)", "\(draft.begin)")
            }
            guard !overflow, padded <= bytes.count, draft.size <= bytes.count - padded,
                draft.begin <= bytes.count - padded - draft.size
            else {
                throw wrong(
                    "bytes within the \(max(0, bytes.count - padded)) behind the outline",
                    "\(draft.size) from \(draft.begin) on")
            }
            guard names.updateValue(tensors.count, forKey: SafetensorsEntry.Key(draft.name)) == nil else {
                throw wrong("each name once", "the name a second time")
            }
            let start = padded + draft.begin
            tensors.append(
                GGUFTensorEntry(
                    name: draft.name, type: draft.type, shape: draft.shape, bytes: start..<start + draft.size))
        }
        var end = 0
        for index in tensors.indices.sorted(by: {
            (tensors[$0].bytes.lowerBound, $0) < (tensors[$1].bytes.lowerBound, $1)
        }) {
            let tensor = tensors[index]
            guard tensor.bytes.lowerBound >= end || tensor.bytes.isEmpty else {
                throw .tensor(
                    path: path, name: tensor.name, byteOffset: drafts[index].byteOffset,
                    expected: "bytes of its own", got: "an overlap with the tensor before it")
            }
            end = max(end, tensor.bytes.upperBound)
        }
    }

    /// `general.alignment`, 32 unless it is there.
    private func alignment(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) -> Int {
        let key = "general.alignment"
        guard let entry = entries[SafetensorsEntry.Key(key)] else { return 32 }
        let number =
            entry.type == .uint32
            ? UInt32(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: entry.offset, as: UInt32.self)) : 0
        guard number.nonzeroBitCount == 1 else {
            throw .metadata(path: path, key: key, expected: "a power of two as uint32", got: "\(number)")
        }
        return Int(number)
    }

    // MARK: Bytes

    /// The place of `count` bytes, behind which the position stands then.
    private mutating func take(
        _ count: Int, _ bytes: UnsafeRawBufferPointer, _ what: String
    ) throws(GGUFError) -> Int {
        guard count <= bytes.count - position else {
            throw wrong(position, what, "the end of the file after \(bytes.count - position) bytes")
        }
        position += count
        return position - count
    }

    private mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type, _ bytes: UnsafeRawBufferPointer, _ what: String
    ) throws(GGUFError) -> Number {
        let place = unsafe try take(MemoryLayout<Number>.size, bytes, what)
        return Number(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: place, as: type))
    }

    /// A count of things that have `least` bytes each, so many as the rest of the file may hold.
    private mutating func count(
        _ bytes: UnsafeRawBufferPointer, _ what: String, least: Int
    ) throws(GGUFError) -> Int {
        let stated = unsafe try integer(UInt64.self, bytes, "a count of \(what)")
        let most = (bytes.count - position) / least
        guard stated <= UInt64(most) else { throw wrong(position - 8, "at most \(most) \(what)", "\(stated)") }
        return Int(stated)
    }

    private mutating func string(_ bytes: UnsafeRawBufferPointer, _ what: String) throws(GGUFError) -> Range<Int> {
        let length = unsafe try count(bytes, "bytes of \(what)", least: 1)
        let place = unsafe try take(length, bytes, what)
        return place..<place + length
    }

    /// A name of visible UTF-8.
    private mutating func name(_ bytes: UnsafeRawBufferPointer, _ what: String) throws(GGUFError) -> String {
        let start = position
        let range = unsafe try string(bytes, what)
        let text = unsafe [UInt8](bytes[range])
        guard !text.isEmpty, UTF8Text.firstInvalid(in: text.span) == nil, !SafetensorsEntry.hasControl(text) else {
            throw wrong(start, "\(what) of UTF-8 without control characters", "other bytes")
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func wrong(_ offset: Int, _ expected: String, _ got: String) -> GGUFError {
        .structure(path: path, byteOffset: offset, expected: expected, got: got)
    }
}
