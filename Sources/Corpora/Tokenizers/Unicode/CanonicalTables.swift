/// Canonical decomposition and composition of single code points (Unicode Standard, section 3.11).
final class CanonicalTables: Sendable {
    /// A mark that is put in order: its combining class is not 0.
    static let combines: UInt8 = 1
    /// Composed text does not have it, or it may compose with what is before it.
    static let isUnsettled: UInt8 = 2
    /// It decomposes.
    static let decomposes: UInt8 = 4

    static let shared = CanonicalTables()

    /// The bits above by code point.
    let flags: PointTable
    private let classes = PointTable(changes: CanonicalTables.combiningChanges)
    /// Where the whole decomposition of a code point is in `elements`.
    private let places: [UInt32: Range<Int>]
    private let elements: [UInt32]
    /// First << 32 | second to what they compose to.
    private let compositions: [UInt64: UInt32]

    private init() {
        var steps: [UInt32: [UInt32]] = [:]
        var compositions: [UInt64: UInt32] = [:]
        var numbers = PackedNumbers(Self.steps)
        var point: UInt32 = 0
        var settled: Set<UInt32> = []
        while let difference = numbers.next(), let head = numbers.next() {
            point += difference
            let step = (0...head & 1).compactMap { _ in numbers.next() }
            steps[point] = step
            if head & 2 != 0, step.count == 2 {
                compositions[UInt64(step[0]) << 32 | UInt64(step[1])] = point
                settled.insert(point)
            }
        }
        func whole(_ point: UInt32) -> [UInt32] { steps[point].map { $0.flatMap(whole) } ?? [point] }
        var places: [UInt32: Range<Int>] = [:]
        var elements: [UInt32] = []
        var flags: [UInt32: UInt8] = [:]
        for point in steps.keys {
            let start = elements.count
            elements += whole(point)
            places[point] = start..<elements.count
            flags[point, default: 0] |= Self.decomposes | (settled.contains(point) ? 0 : Self.isUnsettled)
        }
        for pair in compositions.keys { flags[UInt32(truncatingIfNeeded: pair), default: 0] |= Self.isUnsettled }
        for point in Hangul.vowels { flags[point] = Self.isUnsettled }
        for point in Hangul.trails { flags[point] = Self.isUnsettled }
        for point in Hangul.syllables { flags[point] = Self.decomposes }
        for (index, change) in Self.combiningChanges.enumerated() where change & 0xFF != 0 {
            for point in change >> 8..<Self.combiningChanges[index + 1] >> 8 {
                flags[point, default: 0] |= Self.combines
            }
        }
        var changes: [UInt32] = []
        var last: UInt32?
        for (point, value) in flags.sorted(by: { $0.key < $1.key }) {
            if let last, last + 1 != point { changes.append((last + 1) << 8) }
            changes.append(point << 8 | UInt32(value))
            last = point
        }
        if let last { changes.append((last + 1) << 8) }
        self.flags = PointTable(changes: changes)
        self.places = places
        self.elements = elements
        self.compositions = compositions
    }

    /// The combining class.
    @inline(__always)
    func combiningClass(_ point: UInt32) -> UInt8 { classes[point] }

    /// Appends the whole decomposition.
    func decompose(_ point: UInt32, into output: inout [UInt32]) {
        if flags[point] & Self.decomposes == 0 {
            output.append(point)
        } else if Hangul.syllables.contains(point) {
            Hangul.decompose(point, into: &output)
        } else if let place = places[point] {
            output.append(contentsOf: elements[place])
        }
    }

    /// What two code points compose to.
    func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
        Hangul.composition(first, second) ?? compositions[UInt64(first) << 32 | UInt64(second)]
    }

    /// Puts each run of marks in the order of their classes, those of one class as they are. O(n log n).
    func order(_ points: inout [UInt32]) {
        var index = 0
        while index < points.count {
            let start = index
            var isOrdered = true
            var last: UInt8 = 0
            while index < points.count {
                let value = combiningClass(points[index])
                if value == 0 { break }
                isOrdered = isOrdered && last <= value
                last = value
                index += 1
            }
            if !isOrdered {
                let run = points[start..<index].enumerated().map { (combiningClass($1), $0, $1) }
                points.replaceSubrange(start..<index, with: run.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2))
            }
            index += 1
        }
    }
}

/// Korean syllables, which decompose by arithmetic.
enum Hangul {
    static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3
    static let leads: ClosedRange<UInt32> = 0x1100...0x1112
    static let vowels: ClosedRange<UInt32> = 0x1161...0x1175
    static let trails: ClosedRange<UInt32> = 0x11A8...0x11C2

    static func decompose(_ point: UInt32, into output: inout [UInt32]) {
        let index = point - 0xAC00
        output.append(0x1100 + index / 588)
        output.append(0x1161 + index % 588 / 28)
        if index % 28 > 0 { output.append(0x11A7 + index % 28) }
    }

    static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if leads.contains(first), vowels.contains(second) {
            return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
        }
        if syllables.contains(first), (first - 0xAC00) % 28 == 0, trails.contains(second) {
            return first + second - 0x11A7
        }
        return nil
    }
}
