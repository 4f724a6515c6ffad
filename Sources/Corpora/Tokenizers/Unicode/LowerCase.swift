/// Lower case of single code points, without regard to what is around them.
final class LowerCase: Sendable {
    static let shared = LowerCase()

    private let places: [UInt32: [UInt32]]
    /// 1 where lower case is another text.
    let flags: PointTable

    private init() {
        var places: [UInt32: [UInt32]] = [:]
        var changes: [UInt32] = []
        var numbers = PackedNumbers(Self.mappings)
        var point: UInt32 = 0
        while let difference = numbers.next(), let length = numbers.next() {
            if !places.isEmpty, difference > 1 { changes.append((point + 1) << 8) }
            point += difference
            if places.isEmpty || difference > 1 { changes.append(point << 8 | 1) }
            places[point] = (0..<length).compactMap { _ in numbers.next() }
        }
        changes.append((point + 1) << 8)
        self.places = places
        flags = PointTable(changes: changes)
    }

    /// Appends the lower case of a code point.
    @inline(__always)
    func append(_ point: UInt32, to output: inout [UInt8]) {
        if point < 0x80 {
            return output.append(UInt8(point) | (point >= 0x41 && point <= 0x5A ? 0x20 : 0))
        }
        guard flags[point] != 0, let lower = places[point] else { return UTF8Scalar.append(point, to: &output) }
        for element in lower { UTF8Scalar.append(element, to: &output) }
    }
}
