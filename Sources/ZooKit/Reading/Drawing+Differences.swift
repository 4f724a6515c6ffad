import Foundations
import Patches
import Typesetting

extension Drawing {
    /// Keys of the layout that change which text a picture has room for, not how it looks.
    private static let passed: Set<String> = [
        "max_patches", "overflow", "stride", "text_a_max_patches", "channels", "layout", "packing", "offsets",
    ]

    /// The differences from a model's record, a phrase each; none where it is the same. Throws `ConfigError`.
    func differences(from record: DrawingRecord) throws(ConfigError) -> [String] {
        var found: [String] = []
        let sections: [(String, JSONValue, JSONValue)] = [
            ("render", try StrictJSON.encodedValue(record.render), try StrictJSON.encodedValue(render)),
            ("layout", try StrictJSON.encodedValue(record.layout), try StrictJSON.encodedValue(layout)),
        ]
        for case (let name, .object(let before), .object(let now)) in sections {
            for key in Set(before.keys).union(now.keys).subtracting(name == "layout" ? Self.passed : []).sorted() {
                let (old, new) = (before[key] ?? .null, now[key] ?? .null)
                if old != new { found.append("\(name).\(key) was \(Self.text(old)) and is \(Self.text(new))") }
            }
        }
        if case .stack(let stack, let recorded)? = record.fonts, recorded.map(\.sha256) != fonts.fonts.map(\.sha256) {
            found.append("the fonts were those of \(stack) and are those of \(fonts.name)")
        }
        return found
    }

    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return String(decoding: value.encoded(), as: UTF8.self)
    }
}
