/// How one number is stored.
public enum ElementType: String, Sendable, Equatable, CaseIterable {
    /// IEEE 754 single precision.
    case float32 = "F32"
    /// The upper half of a single: 8 bits of exponent, 7 of fraction.
    case bfloat16 = "BF16"
    /// IEEE 754 double precision; only reference kernels compute with it.
    case float64 = "F64"
    /// Indices, lengths, segments.
    case int32 = "I32"
    /// Pixels.
    case uint8 = "U8"

    /// Bytes of one number.
    public var byteCount: Int {
        switch self {
        case .float64: 8
        case .float32, .int32: 4
        case .bfloat16: 2
        case .uint8: 1
        }
    }
}

extension ElementType {
    /// Whether it holds fractions, as opposed to indices and pixels.
    public var isNumber: Bool { self != .int32 && self != .uint8 }
}
