/// A text as one cell of a line of results.
enum TextCell {
    /// The text with blanks for what would end the cell, or steer a terminal. O(n).
    static func plain(_ text: some Collection<Unicode.Scalar>) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            result.append(isControl || [0x2028, 0x2029].contains(scalar.value) ? " " : scalar)
        }
        return String(result)
    }
}
