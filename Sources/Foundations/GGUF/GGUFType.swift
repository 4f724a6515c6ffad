/// How the numbers of a tensor are stored in a GGUF file: in blocks of a fixed count and size (ggml's `ggml_type`).
public struct GGUFType: Hashable, Sendable, CustomStringConvertible {
    /// The number in files.
    public let code: UInt32
    /// ggml's name.
    public let description: String
    /// Numbers of a block.
    public let blockCount: Int
    /// Bytes of a block.
    public let blockBytes: Int

    private init(_ code: UInt32, _ name: String, _ count: Int, _ bytes: Int) {
        self.code = code
        description = name
        blockCount = count
        blockBytes = bytes
    }

    /// IEEE 754 single precision.
    public static let float32 = GGUFType(0, "F32", 1, 4)
    /// IEEE 754 half precision.
    public static let float16 = GGUFType(1, "F16", 1, 2)
    /// 4 bits each, times a half-precision scale, from -8 on.
    public static let q4_0 = GGUFType(2, "Q4_0", 32, 18)
    /// 4 bits each, times a half-precision scale, plus a least number.
    public static let q4_1 = GGUFType(3, "Q4_1", 32, 20)
    /// Signed bytes times a half-precision scale.
    public static let q8_0 = GGUFType(8, "Q8_0", 32, 34)
    /// The upper half of a single.
    public static let bfloat16 = GGUFType(30, "BF16", 1, 2)

    /// The types whose numbers are read here.
    public static let read: [GGUFType] = [.float32, .float16, .bfloat16, .q8_0, .q4_0, .q4_1]

    /// Types that other programs read. Their sizes tell where their tensors end.
    private static let others: [GGUFType] = [
        GGUFType(6, "Q5_0", 32, 22), GGUFType(7, "Q5_1", 32, 24), GGUFType(9, "Q8_1", 32, 40),
        GGUFType(10, "Q2_K", 256, 84), GGUFType(11, "Q3_K", 256, 110), GGUFType(12, "Q4_K", 256, 144),
        GGUFType(13, "Q5_K", 256, 176), GGUFType(14, "Q6_K", 256, 210), GGUFType(15, "Q8_K", 256, 292),
        GGUFType(16, "IQ2_XXS", 256, 66), GGUFType(17, "IQ2_XS", 256, 74), GGUFType(18, "IQ3_XXS", 256, 98),
        GGUFType(19, "IQ1_S", 256, 50), GGUFType(20, "IQ4_NL", 32, 18), GGUFType(21, "IQ3_S", 256, 110),
        GGUFType(22, "IQ2_S", 256, 82), GGUFType(23, "IQ4_XS", 256, 136), GGUFType(24, "I8", 1, 1),
        GGUFType(25, "I16", 1, 2), GGUFType(26, "I32", 1, 4), GGUFType(27, "I64", 1, 8), GGUFType(28, "F64", 1, 8),
        GGUFType(29, "IQ1_M", 256, 56), GGUFType(34, "TQ1_0", 256, 54), GGUFType(35, "TQ2_0", 256, 66),
        GGUFType(39, "MXFP4", 32, 17),
    ]

    private static let byCode = Dictionary((read + others).map { ($0.code, $0) }) { first, _ in first }

    /// The type of a number in files; nil where it is not known.
    init?(code: UInt32) {
        guard let known = Self.byCode[code] else { return nil }
        self = known
    }

    /// Bytes of a tensor of this shape, outermost size first; nil where its rows are no whole blocks or 63 bits do not hold it.
    func byteCount(_ shape: [Int]) -> Int? {
        guard (shape.last ?? 1) % blockCount == 0 else { return nil }
        // Counted as if nothing were empty, so that no part of the shape leaves 63 bits either.
        var bytes = blockBytes
        for (index, size) in shape.reversed().enumerated() {
            let (product, overflow) = bytes.multipliedReportingOverflow(
                by: max(1, index == 0 ? size / blockCount : size))
            if overflow { return nil }
            bytes = product
        }
        return shape.contains(0) ? 0 : bytes
    }
}
