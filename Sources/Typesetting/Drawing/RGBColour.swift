/// A colour of 8 bits a channel, written `#rrggbb` or by one of the sixteen basic names.
public struct RGBColour: Sendable, Equatable, Hashable {
    /// Red, 0 to 255.
    public var red: UInt8
    /// Green, 0 to 255.
    public var green: UInt8
    /// Blue, 0 to 255.
    public var blue: UInt8

    /// A colour from its channels.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// All channels 0.
    public static let black = RGBColour(red: 0, green: 0, blue: 0)
    /// All channels 255.
    public static let white = RGBColour(red: 255, green: 255, blue: 255)

    /// Whether the three channels are equal.
    public var isGray: Bool { red == green && green == blue }

    private static let names: [String: UInt32] = [
        "black": 0x000000, "silver": 0xC0C0C0, "gray": 0x808080, "white": 0xFFFFFF, "maroon": 0x800000,
        "red": 0xFF0000, "purple": 0x800080, "fuchsia": 0xFF00FF, "green": 0x008000, "lime": 0x00FF00,
        "olive": 0x808000, "yellow": 0xFFFF00, "navy": 0x000080, "blue": 0x0000FF, "teal": 0x008080,
        "aqua": 0x00FFFF,
    ]

    /// Reads `#rrggbb` or a basic colour name; `nil` for anything else.
    public init?(_ text: String) {
        let value: UInt32
        if let named = Self.names[text.lowercased()] {
            value = named
        } else if text.utf8.count == 7, text.utf8.first == UInt8(ascii: "#"),
            text.utf8.dropFirst().allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let parsed = UInt32(text.dropFirst(), radix: 16)
        {
            value = parsed
        } else {
            return nil
        }
        self.init(
            red: UInt8(truncatingIfNeeded: value >> 16), green: UInt8(truncatingIfNeeded: value >> 8),
            blue: UInt8(truncatingIfNeeded: value))
    }

    /// The `#rrggbb` form.
    public var hex: String {
        let digits = Array("0123456789abcdef")
        return "#"
            + [red, green, blue].map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
    }
}

extension RGBColour: Codable {
    /// Decodes `#rrggbb` or a basic colour name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let colour = RGBColour(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is no colour; write #rrggbb or a basic name such as black")
        }
        self = colour
    }

    /// Encodes the `#rrggbb` form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
