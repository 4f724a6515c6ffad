/// The direction vote of the reference renderers.
enum TextDirection {
    /// Whether at least two of the first, last and middle characters are strong right-to-left letters, after ASCII white
    /// space, punctuation and digits are taken out. Text that then is empty is left to right.
    static func looksRightToLeft(_ bytes: [UInt8], isStrongRTL: (UInt32) -> Bool) -> Bool {
        var letters: [UInt32] = []
        var index = 0
        while index < bytes.count {
            let (scalar, length) = UTF8Walk.scalar(in: bytes, at: index)
            if !isIgnored(scalar) { letters.append(scalar) }
            index += length
        }
        guard let first = letters.first, let last = letters.last else { return false }
        return [first, last, letters[letters.count / 2]].count(where: isStrongRTL) >= 2
    }

    private static func isIgnored(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09...0x0D, 0x20: true
        case 0x21...0x2F, 0x30...0x39, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }
}
