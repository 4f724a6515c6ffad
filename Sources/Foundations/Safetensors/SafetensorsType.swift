/// How the numbers of a tensor are stored in a safetensors file. Little-endian, row-major.
///
/// Other types of the format (8-bit floats, unsigned integers above 8 bits, complex numbers) are refused by name.
public enum SafetensorsType: String, Sendable, Equatable, CaseIterable {
    /// IEEE 754 double precision.
    case float64 = "F64"
    /// IEEE 754 single precision.
    case float32 = "F32"
    /// IEEE 754 half precision.
    case float16 = "F16"
    /// The upper half of a single: 8 bits of exponent, 7 of fraction.
    case bfloat16 = "BF16"
    /// Signed 64-bit integers.
    case int64 = "I64"
    /// Signed 32-bit integers.
    case int32 = "I32"
    /// Signed 16-bit integers.
    case int16 = "I16"
    /// Signed bytes.
    case int8 = "I8"
    /// Bytes.
    case uint8 = "U8"
    /// One byte each, 0 or 1.
    case bool = "BOOL"

    /// Bytes of one number.
    public var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16, .int16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// Place in a written file: the order of the format's own library, widest first, so that every tensor is aligned.
    var rank: Int {
        switch self {
        case .int64: 0
        case .float64: 1
        case .float32: 2
        case .int32: 3
        case .bfloat16: 4
        case .float16: 5
        case .int16: 6
        case .int8: 7
        case .uint8: 8
        case .bool: 9
        }
    }

    /// Bytes of a tensor of this shape; `nil` for a negative size or a product beyond 64 bits.
    static func byteCount(_ type: SafetensorsType, _ shape: [Int]) -> Int? {
        var result = type.byteCount
        for size in shape {
            let (product, overflow) = result.multipliedReportingOverflow(by: size)
            if size < 0 || overflow { return nil }
            result = product
        }
        return result
    }
}
