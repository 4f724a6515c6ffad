import Foundations

/// A JSON object under construction. Keys must be added in byte order: the output is then sorted without a sort.
struct JSONText {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// The finished object.
    consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    mutating func add(_ key: StaticString, _ value: Int) {
        name(key)
        number(value)
    }

    mutating func add(_ key: StaticString, _ values: [Int]) {
        name(key)
        list(values) { text, value in text.number(value) }
    }

    mutating func add(_ key: StaticString, text value: [UInt8]) {
        name(key)
        string(value)
    }

    mutating func add(_ key: StaticString, texts values: [[UInt8]]) {
        name(key)
        list(values) { text, value in text.string(value) }
    }

    mutating func add(_ key: StaticString, _ value: JSONValue) {
        name(key)
        bytes += value.encoded()
    }

    /// A key that is known at run time only.
    mutating func add(key: String, _ value: JSONValue) {
        comma()
        string(Array(key.utf8))
        bytes.append(UInt8(ascii: ":"))
        bytes += value.encoded()
    }

    /// A value that `body` writes.
    mutating func add(_ key: StaticString, _ body: (inout JSONText) -> Void) {
        name(key)
        body(&self)
    }

    /// An object as a value.
    mutating func object(_ body: (inout JSONText) -> Void) {
        var inner = JSONText()
        body(&inner)
        bytes += inner.finish()
    }

    mutating func list<T>(_ values: some Collection<T>, _ body: (inout JSONText, T) -> Void) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for value in values {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            body(&self, value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func number(_ value: Int) {
        if value >= 0 && value < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(value))
            return
        }
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    mutating func null() { bytes += Array("null".utf8) }

    /// Valid UTF-8 as a JSON string; only quotes, backslashes and controls are escaped.
    mutating func string(_ value: [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var copied = 0
        for (index, byte) in value.enumerated()
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            bytes += value[copied..<index]
            escape(byte)
            copied = index + 1
        }
        bytes += value[copied...]
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x20...: bytes.append(byte)
        default: bytes += Array("u00".utf8) + [Self.hex(byte >> 4), Self.hex(byte & 15)]
        }
    }

    private mutating func name(_ key: StaticString) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
    }

    private mutating func comma() {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    }

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
