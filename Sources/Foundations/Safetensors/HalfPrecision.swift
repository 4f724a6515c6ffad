/// Half precision without instructions for it, in a form that compilers turn into vector loops.
enum HalfPrecision {
    /// The number of 16 bits in IEEE 754 half precision, exact.
    @inline(__always)
    static func float(_ bits: UInt16) -> Float {
        let magnitude = UInt32(bits & 0x7FFF) << 13
        // The exponent counts from -15 where a single's counts from -127; subnormals become normal by the product.
        let number = Float(bitPattern: magnitude) * 0x1p112
        let isFinite = bits & 0x7C00 != 0x7C00
        let sign = UInt32(bits & 0x8000) << 16
        return Float(bitPattern: sign | (isFinite ? number.bitPattern : magnitude | 0x7F80_0000))
    }
}
