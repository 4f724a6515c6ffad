extension JSONValue {
    /// The value as UTF-8 text: keys sorted by their bytes, nothing escaped but quotes, backslashes and control
    /// characters. The same value gives the same bytes everywhere.
    ///
    /// `pretty` indents by two spaces, puts numbers of a list into lines of at most 100 bytes and ends with a newline. A number that is
    /// not finite is written as `null`.
    public func encoded(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self, indent: 0)
        if pretty { writer.output.append(UInt8(ascii: "\n")) }
        return writer.output
    }
}

private struct JSONWriter {
    let pretty: Bool
    var output: [UInt8] = []

    mutating func write(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .number(let value): append(value.isFinite ? value.description : "null")
        case .spelled(let text): append(text)
        case .string(let value): writeString(value)
        case .array(let values) where pretty && !values.isEmpty && values.allSatisfy(Self.isShort):
            writeFilled(values, indent: indent)
        case .array(let values):
            writeList(values, open: "[", close: "]", indent: indent) { writer, element in
                writer.write(element, indent: indent + 1)
            }
        case .object(let fields):
            let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            writeList(sorted, open: "{", close: "}", indent: indent) { writer, field in
                writer.writeString(field.key)
                writer.append(writer.pretty ? ": " : ":")
                writer.write(field.value, indent: indent + 1)
            }
        }
    }

    /// True for a number, and for a few of them: several fit a line.
    private static func isShort(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool, .integer, .number, .spelled: true
        case .array(let values): values.count <= 4 && values.allSatisfy(isShort)
        case .string, .object: false
        }
    }

    /// Values one behind the other, in lines of at most 100 bytes.
    private mutating func writeFilled(_ values: [JSONValue], indent: Int) {
        let words = values.map { $0.encoded() }
        append("[")
        let isLong = words.reduce(0) { $0 + $1.count + 2 } + 2 * indent > 100
        if isLong { breakLine(indent + 1) }
        var width = 2 * (indent + 1)
        for (index, word) in words.enumerated() {
            if index > 0 {
                append(",")
                if isLong, width + word.count + 2 > 100 {
                    breakLine(indent + 1)
                    width = 2 * (indent + 1)
                } else {
                    append(" ")
                }
            }
            output += word
            width += word.count + 2
        }
        if isLong { breakLine(indent) }
        append("]")
    }

    private mutating func writeList<Element>(
        _ elements: [Element], open: String, close: String, indent: Int, body: (inout JSONWriter, Element) -> Void
    ) {
        append(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            breakLine(indent + 1)
            body(&self, element)
        }
        if !elements.isEmpty { breakLine(indent) }
        append(close)
    }

    private mutating func breakLine(_ indent: Int) {
        guard pretty else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indent))
    }

    private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

    private mutating func writeString(_ text: String) { JSONText.append(text.utf8, to: &output) }
}

/// Spelling of JSON strings.
public enum JSONText {
    /// Appends UTF-8 in double quotes; quotes, backslashes and control characters are escaped. O(n).
    public static func append(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case 0x0C: output.append(contentsOf: "\\f".utf8)
            case 0..<0x20:
                output.append(contentsOf: "\\u00".utf8)
                output.append(UInt8(ascii: "0") + byte >> 4)
                output.append(Array("0123456789abcdef".utf8)[Int(byte & 15)])
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
