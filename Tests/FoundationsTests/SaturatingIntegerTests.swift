import Foundations
import Testing

/// Conversions and sums of numbers from outside.
@Suite struct SaturatingIntegerTests {
    @Test func numbersBeyondATypeAreItsNearest() {
        let cases: [(Double, Int, Int32, UInt8)] = [
            (.nan, 0, 0, 0), (.infinity, .max, .max, 255), (-.infinity, .min, .min, 0), (1e308, .max, .max, 255),
            (-1e308, .min, .min, 0), (0x1p-1063, 0, 0, 0), (-1, -1, -1, 0), (0x1p63, .max, .max, 255),
            (-0x1p63, .min, .min, 0), (0x1p31, 0x8000_0000, .max, 255), (254.9, 254, 254, 254), (-0.5, 0, 0, 0),
        ]
        for (value, whole, short, byte) in cases {
            #expect(Int(saturating: value) == whole, "\(value)")
            #expect(Int32(saturating: value) == short, "\(value)")
            #expect(UInt8(saturating: value) == byte, "\(value)")
        }
        #expect(Int(saturating: Float.greatestFiniteMagnitude) == .max && UInt64(saturating: Float(0x1p64)) == .max)
    }

    @Test func sumsStayWithinTheType() {
        #expect(Int.max.addingSaturating(1) == .max && Int.min.addingSaturating(-1) == .min)
        #expect(3.addingSaturating(-5) == -2 && UInt8(200).addingSaturating(100) == 255)
    }
}
