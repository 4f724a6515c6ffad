import Foundation

/// Numbers packed into text: seven bits a byte, the lowest first, in base 64.
struct PackedNumbers: Sequence, IteratorProtocol {
    private var bytes: [UInt8]
    private var place = 0

    init(_ text: String) { bytes = Data(base64Encoded: text).map { [UInt8]($0) } ?? [] }

    mutating func next() -> UInt32? {
        var result: UInt32 = 0
        var shift: UInt32 = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            result |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 { return result }
            shift += 7
        }
        return nil
    }
}
