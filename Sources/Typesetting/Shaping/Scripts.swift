/// Scripts whose letters take their form from their neighbours across a run's edge.
enum Joining {
    static let scripts: Set<UInt32> = Set(
        [
            "Arab", "Syrc", "Mong", "Nkoo", "Phag", "Mand", "Mani", "Phlp", "Adlm", "Rohg", "Sogd", "Chrs", "Ougr",
            "Sogo",
        ]
        .map(ISO15924.tag))
}

/// Script codes of ISO 15924 and HarfBuzz's four-byte tags for them.
enum ISO15924 {
    /// The four letters of a tag.
    static func name(_ tag: UInt32) -> String {
        String(
            decoding: [UInt8(tag >> 24 & 255), UInt8(tag >> 16 & 255), UInt8(tag >> 8 & 255), UInt8(tag & 255)],
            as: UTF8.self)
    }
    /// The tag of four letters.
    static func tag(_ name: String) -> UInt32 { name.utf8.reduce(0) { $0 << 8 | UInt32($1) } }
}

extension ScalarInfo {
    /// HarfBuzz's tag for the Common script, which also names runs without any script.
    static let commonScript = ISO15924.tag("Zyyy")
}
