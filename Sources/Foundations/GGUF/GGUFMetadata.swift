/// Types of metadata in a GGUF file, by their numbers there.
public enum GGUFValueType: UInt32, Sendable {
    /// Integers of 8 to 64 bits.
    case uint8 = 0
    case int8, uint16, int16, uint32, int32
    /// Single precision.
    case float32
    /// One byte, 0 or 1.
    case bool
    /// UTF-8 behind its length.
    case string
    /// Elements of one type behind that type and their count.
    case array
    case uint64, int64
    /// Double precision.
    case float64

    /// Bytes of a value; nil for strings and arrays.
    var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }

    /// The name, with an article.
    var shown: String {
        self == .int8 || self == .int16 || self == .int32 || self == .int64 || self == .array
            ? "an \(self)" : "a \(self)"
    }
}

/// Where a value of the metadata stands.
struct GGUFEntry: Sendable {
    let type: GGUFValueType
    /// Of an array.
    let element: GGUFValueType?
    /// Elements of an array, otherwise 1.
    let count: Int
    /// The first byte behind type and count.
    let offset: Int
}

extension GGUFFile {
    /// Whether there is such a key.
    public func has(_ key: String) -> Bool { entry(key) != nil }

    /// An integer; nil where there is no such key. Throws: `metadata` for another type, or beyond 63 bits.
    public func integer(_ key: String) throws(GGUFError) -> Int? {
        guard let entry = entry(key) else { return nil }
        return try integer(entry.type, at: entry.offset, key: key)
    }

    /// A number, of a single the double that its shortest decimals name; nil where there is no such key. Throws: `metadata`.
    public func number(_ key: String) throws(GGUFError) -> Double? {
        guard let entry = entry(key) else { return nil }
        return try number(entry.type, at: entry.offset, key: key)
    }

    /// A truth value; nil where there is no such key. Throws: `metadata`.
    public func flag(_ key: String) throws(GGUFError) -> Bool? {
        guard let entry = entry(key) else { return nil }
        guard entry.type == .bool else { throw wrong(key, "a bool", entry.type.shown) }
        return unsafe mapped.withBytes { unsafe $0[entry.offset] != 0 }
    }

    /// A text; nil where there is no such key. Throws: `metadata`, also where it is no UTF-8.
    public func text(_ key: String) throws(GGUFError) -> String? {
        guard let entry = entry(key) else { return nil }
        guard entry.type == .string else { throw wrong(key, "a string", entry.type.shown) }
        let bytes = string(at: entry.offset)
        guard UTF8Text.firstInvalid(in: bytes.span) == nil else { throw wrong(key, "UTF-8", "other bytes") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// An array of strings as they stand; nil where there is no such key. Throws: `metadata`.
    public func strings(_ key: String) throws(GGUFError) -> [[UInt8]]? {
        guard let entry = try array(key, "strings", { $0 == .string }) else { return nil }
        var place = entry.offset
        var result: [[UInt8]] = []
        result.reserveCapacity(entry.count)
        for _ in 0..<entry.count {
            result.append(string(at: place))
            place += 8 + (result.last?.count ?? 0)
        }
        return result
    }

    /// An array of integers; nil where there is no such key. Throws: `metadata`.
    public func integers(_ key: String) throws(GGUFError) -> [Int]? {
        guard let entry = try array(key, "integers", { ![.string, .float32, .float64, .bool, .array].contains($0) })
        else { return nil }
        return try elements(entry) { type, place throws(GGUFError) in try integer(type, at: place, key: key) }
    }

    /// An array of numbers; nil where there is no such key. Throws: `metadata`.
    public func numbers(_ key: String) throws(GGUFError) -> [Double]? {
        guard let entry = try array(key, "numbers", { ![.string, .bool, .array].contains($0) }) else { return nil }
        return try elements(entry) { type, place throws(GGUFError) in try number(type, at: place, key: key) }
    }

    /// How many elements an array has; nil where there is no such key or it is no array.
    public func elementCount(_ key: String) -> Int? { entry(key).flatMap { $0.type == .array ? $0.count : nil } }

    private func elements<Element>(
        _ entry: GGUFEntry, _ read: (GGUFValueType, Int) throws(GGUFError) -> Element
    ) throws(GGUFError) -> [Element] {
        guard let type = entry.element, let size = type.byteCount else { return [] }
        var result: [Element] = []
        result.reserveCapacity(entry.count)
        for index in 0..<entry.count { result.append(try read(type, entry.offset + index * size)) }
        return result
    }

    private func array(
        _ key: String, _ expected: String, _ fits: (GGUFValueType) -> Bool
    ) throws(GGUFError) -> GGUFEntry? {
        guard let entry = entry(key) else { return nil }
        guard entry.type == .array, let element = entry.element, fits(element) else {
            let got = entry.element.map { "an array of \($0)" } ?? entry.type.shown
            throw wrong(key, "an array of \(expected)", got)
        }
        return entry
    }

    private func wrong(_ key: String, _ expected: String, _ got: String) -> GGUFError {
        .metadata(path: path, key: key, expected: expected, got: got)
    }

    private func string(at place: Int) -> [UInt8] {
        let length = Int(truncatingIfNeeded: load(UInt64.self, place))
        return unsafe mapped.withBytes { unsafe [UInt8]($0[place + 8..<place + 8 + length]) }
    }

    private func load<Number: BitwiseCopyable>(_ type: Number.Type, _ place: Int) -> Number {
        unsafe mapped.withBytes { unsafe $0.loadUnaligned(fromByteOffset: place, as: type) }
    }

    private func integer(_ type: GGUFValueType, at place: Int, key: String) throws(GGUFError) -> Int {
        switch type {
        case .uint8: return Int(load(UInt8.self, place))
        case .int8: return Int(load(Int8.self, place))
        case .uint16: return Int(load(UInt16.self, place))
        case .int16: return Int(load(Int16.self, place))
        case .uint32: return Int(load(UInt32.self, place))
        case .int32: return Int(load(Int32.self, place))
        case .int64: return Int(load(Int64.self, place))
        case .uint64:
            let number = load(UInt64.self, place)
            guard let result = Int(exactly: number) else { throw wrong(key, "an integer below 2^63", "\(number)") }
            return result
        default: throw wrong(key, "an integer", type.shown)
        }
    }

    private func number(_ type: GGUFValueType, at place: Int, key: String) throws(GGUFError) -> Double {
        switch type {
        case .float32: return Double(load(Float.self, place).description) ?? .nan
        case .float64: return load(Double.self, place)
        case .bool, .string, .array: throw wrong(key, "a number", type.shown)
        default: return Double(try integer(type, at: place, key: key))
        }
    }
}
