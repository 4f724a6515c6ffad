/// The few messages of TensorFlow's `Event` that a run writes, in protocol buffers' wire format, fields in ascending order.
struct EventMessage {
    private(set) var bytes: [UInt8] = []

    /// An event of `step` at `time`, seconds since 1970.
    private init(time: Double, step: Int) {
        if time != 0 { fixed64(1, time.bitPattern) }
        if step != 0 { varint(2, UInt64(bitPattern: Int64(step))) }
    }

    private init() {}

    /// The first event of each file.
    static func version(time: Double) -> EventMessage {
        var event = EventMessage(time: time, step: 0)
        event.field(3, Array("brain.Event:2".utf8))
        return event
    }

    /// Tells readers that events of `step` and later in files before are void.
    static func start(step: Int, time: Double) -> EventMessage {
        var event = EventMessage(time: time, step: step)
        var log = EventMessage()
        log.varint(1, 1)
        event.field(7, log.bytes)
        return event
    }

    /// What a summary holds under a tag.
    enum Value {
        /// A point of a curve.
        case scalar(Double)
        /// A PNG picture of 1 or 3 channels.
        case image(png: [UInt8], width: Int, height: Int, channels: Int)
    }

    /// Values of a step.
    static func summary(_ values: [(tag: String, value: Value)], step: Int, time: Double) -> EventMessage {
        var event = EventMessage(time: time, step: step)
        var summary = EventMessage()
        for (tag, value) in values {
            var entry = EventMessage()
            entry.field(1, Array(tag.utf8))
            switch value {
            case .scalar(let number): entry.fixed32(2, Float(number).bitPattern)
            case .image(let png, let width, let height, let channels):
                var image = EventMessage()
                image.varint(1, UInt64(height))
                image.varint(2, UInt64(width))
                image.varint(3, UInt64(channels))
                image.field(4, png)
                entry.field(4, image.bytes)
            }
            summary.field(1, entry.bytes)
        }
        event.field(5, summary.bytes)
        return event
    }

    /// The bytes as a record of an event file: length, its masked checksum, bytes, theirs.
    var record: [UInt8] {
        let length = Self.littleEndian(UInt64(bytes.count))
        return length + Self.littleEndian(CRC32C.masked(length)) + bytes + Self.littleEndian(CRC32C.masked(bytes))
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        (0..<MemoryLayout<Number>.size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private mutating func number(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func varint(_ field: UInt64, _ value: UInt64) {
        number(field << 3)
        number(value)
    }

    private mutating func fixed64(_ field: UInt64, _ value: UInt64) {
        number(field << 3 | 1)
        bytes += Self.littleEndian(value)
    }

    private mutating func fixed32(_ field: UInt64, _ value: UInt32) {
        number(field << 3 | 5)
        bytes += Self.littleEndian(value)
    }

    private mutating func field(_ field: UInt64, _ content: [UInt8]) {
        number(field << 3 | 2)
        number(UInt64(content.count))
        bytes += content
    }
}
