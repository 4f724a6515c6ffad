/// Puts GGUF files together, also broken ones.
public struct GGUFBuilder {
    /// A value of the metadata, with the number of its type.
    public enum Value {
        case integer(Int, type: UInt32 = 4)
        case float(Float)
        case bool(Bool)
        case string([UInt8])
        case strings([String])
        case integers([Int32])
        /// Type and bytes as they stand.
        case raw(UInt32, [UInt8])
    }

    /// Version of the format.
    public var version: UInt32 = 3
    /// Keys in order.
    public var metadata: [(key: String, value: Value)] = []
    /// Name, type, sizes with the innermost first, bytes.
    public var tensors: [(name: String, type: UInt32, sizes: [Int], bytes: [UInt8])] = []
    /// What offsets are multiples of.
    public var alignment = 32

    /// An empty file.
    public init() {}

    /// Adds a tensor of singles; `shape` is outermost first.
    public mutating func add(_ name: String, _ shape: [Int], _ numbers: [Float]) {
        let bytes = numbers.flatMap { number in Self.little(number.bitPattern) }
        tensors.append((name, 0, shape.reversed(), bytes))
    }

    /// The file.
    public var bytes: [UInt8] {
        var out = Array("GGUF".utf8) + Self.little(version)
        out += Self.little(UInt64(tensors.count)) + Self.little(UInt64(metadata.count))
        for (key, value) in metadata { out += Self.string(Array(key.utf8)) + Self.value(value) }
        var offset = 0
        for tensor in tensors {
            out += Self.string(Array(tensor.name.utf8)) + Self.little(UInt32(tensor.sizes.count))
            for size in tensor.sizes { out += Self.little(UInt64(truncatingIfNeeded: size)) }
            out += Self.little(tensor.type) + Self.little(UInt64(offset))
            offset += (tensor.bytes.count + alignment - 1) / alignment * alignment
        }
        for tensor in tensors {
            out += [UInt8](repeating: 0, count: (alignment - out.count % alignment) % alignment)
            out += tensor.bytes
        }
        return out
    }

    private static func value(_ value: Value) -> [UInt8] {
        switch value {
        case .integer(let number, let type):
            let size = [0: 1, 1: 1, 2: 2, 3: 2, 10: 8, 11: 8][type] ?? 4
            return little(type) + little(UInt64(truncatingIfNeeded: number)).prefix(size)
        case .float(let number): return little(UInt32(6)) + little(number.bitPattern)
        case .bool(let flag): return little(UInt32(7)) + [flag ? 1 : 0]
        case .string(let text): return little(UInt32(8)) + string(text)
        case .strings(let texts):
            return little(UInt32(9)) + little(UInt32(8)) + little(UInt64(texts.count))
                + texts.flatMap { string(Array($0.utf8)) }
        case .integers(let numbers):
            return little(UInt32(9)) + little(UInt32(5)) + little(UInt64(numbers.count))
                + numbers.flatMap { little(UInt32(bitPattern: $0)) }
        case .raw(let type, let bytes): return little(type) + bytes
        }
    }

    /// A string behind its length.
    public static func string(_ text: [UInt8]) -> [UInt8] { little(UInt64(text.count)) + text }

    /// The bytes of an integer, least first.
    public static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
