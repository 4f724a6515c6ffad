/// Names one stream of random numbers. A number is a function of the key and its place alone: no generator is stepped, so that
/// what is drawn depends on no batch size, thread or order of calls. Source: ours; the mixing function is SplitMix64's.
public struct RandomKey: Sendable, Equatable {
    /// The key's 64 bits.
    public let bits: UInt64

    /// The root of the streams of `seed`.
    public init(seed: UInt64) { bits = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) }

    private init(bits: UInt64) { self.bits = bits }

    /// The stream of `number` (a step, a layer, a row) below this one.
    public func with(_ number: Int) -> RandomKey {
        RandomKey(bits: Self.mix(Self.mix(bits ^ 0xD6E8_FEB8_6659_FD93) &+ UInt64(bitPattern: Int64(number))))
    }

    /// The stream of `name` (a purpose, a parameter's path) below this one.
    public func with(_ name: String) -> RandomKey {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return RandomKey(bits: Self.mix(Self.mix(bits ^ 0xA076_1D64_78BD_642F) ^ hash))
    }

    /// The 64 random bits at place `counter`.
    public func bits(at counter: Int) -> UInt64 {
        Self.mix(bits &+ (UInt64(bitPattern: Int64(counter)) &+ 1) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// A number of [0, 1) in steps of 2^-53, at place `counter`.
    public func uniform(at counter: Int) -> Double { Double(bits(at: counter) >> 11) * 0x1p-53 }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
