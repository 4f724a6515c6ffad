import Foundation

/// Reads TensorBoard's event files by their published layout: frames with checksums, messages of protocol buffers in them.
public struct EventFileReader {
    /// A point of a curve.
    public struct Point: Equatable, Sendable {
        /// The name of the curve.
        public let tag: String
        /// Where it is.
        public let step: Int
        /// How high.
        public let value: Float
    }

    /// The points of all files in order.
    public private(set) var points: [Point] = []
    /// Pictures that were passed.
    public private(set) var pictures = 0
    /// The versions that the first events of files name.
    public private(set) var versions: [String] = []

    /// What is wrong with a file.
    public struct Broken: Error, CustomStringConvertible {
        /// The file and the reason.
        public let description: String
    }

    /// Reads the files of a folder, not of those below it, by name.
    public init(folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        for name in names where name.hasPrefix("events.out.tfevents.") {
            let path = "\(folder)/\(name)"
            try read([UInt8](Data(contentsOf: URL(fileURLWithPath: path))), path)
        }
    }

    /// The folders below one that hold event files, by their paths in it.
    public static func folders(below path: String) throws -> [String] {
        let all = try FileManager.default.subpathsOfDirectory(atPath: path)
        let files = all.filter { ($0 as NSString).lastPathComponent.hasPrefix("events.out.tfevents.") }
        return Set(files.map { ($0 as NSString).deletingLastPathComponent }).sorted()
    }

    private mutating func read(_ bytes: [UInt8], _ path: String) throws {
        var place = 0
        func take(_ count: Int) throws -> ArraySlice<UInt8> {
            guard bytes.count - place >= count else { throw Broken(description: "\(path) ends in byte \(place)") }
            defer { place += count }
            return bytes[place..<place + count]
        }
        func number(_ part: ArraySlice<UInt8>) -> UInt64 { part.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        var isFirst = true
        while place < bytes.count {
            let length = try take(8)
            let lengthSum = try number(take(4))
            let body = try take(Int(number(length)))
            let bodySum = try number(take(4))
            guard lengthSum == Self.masked(length), bodySum == Self.masked(body) else {
                throw Broken(description: "\(path): a checksum before byte \(place) is another")
            }
            try event(body, isFirst, path)
            isFirst = false
        }
    }

    /// CRC-32C bit by bit, turned and moved as the frames want it.
    private static func masked(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0x82F6_3B78 : 0) }
        }
        sum = ~sum
        return UInt64((sum >> 15 | sum << 17) &+ 0xA282_EAD8)
    }

    /// The fields of a message: their numbers, and a number or bytes.
    private static func fields(_ bytes: ArraySlice<UInt8>) throws -> [(
        field: Int, number: UInt64, bytes: ArraySlice<UInt8>
    )] {
        var rest = bytes
        func varint() throws -> UInt64 {
            var (value, shift) = (UInt64(0), UInt64(0))
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            throw Broken(description: "a number has no end")
        }
        func fixed(_ count: Int) -> UInt64 {
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        var found: [(Int, UInt64, ArraySlice<UInt8>)] = []
        while !rest.isEmpty {
            let key = try varint()
            let field = Int(key >> 3)
            switch key & 7 {
            case 0: found.append((field, try varint(), []))
            case 1: found.append((field, fixed(8), []))
            case 5: found.append((field, fixed(4), []))
            case 2:
                let length = Int(try varint())
                guard length <= rest.count else { throw Broken(description: "a field has no end") }
                found.append((field, 0, rest.prefix(length)))
                rest = rest.dropFirst(length)
            default: throw Broken(description: "a field of type \(key & 7)")
            }
        }
        return found
    }

    private mutating func event(_ bytes: ArraySlice<UInt8>, _ isFirst: Bool, _ path: String) throws {
        let fields = try Self.fields(bytes)
        let step = Int(truncatingIfNeeded: fields.first { $0.field == 2 }?.number ?? 0)
        let version = fields.first { $0.field == 3 }.map { String(decoding: $0.bytes, as: UTF8.self) }
        guard isFirst == (version != nil) else {
            throw Broken(description: "\(path): the version stands in the first event alone")
        }
        if let version { versions.append(version) }
        // A start tells that older files are void from its step on.
        if fields.contains(where: { $0.field == 7 }) { points.removeAll { $0.step >= step } }
        for summary in fields where summary.field == 5 {
            for entry in try Self.fields(summary.bytes) where entry.field == 1 {
                let parts = try Self.fields(entry.bytes)
                let tag = parts.first { $0.field == 1 }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
                if let scalar = parts.first(where: { $0.field == 2 }) {
                    let value = Float(bitPattern: UInt32(truncatingIfNeeded: scalar.number))
                    points.append(Point(tag: tag, step: step, value: value))
                }
                pictures += parts.count { $0.field == 4 }
            }
        }
    }
}
