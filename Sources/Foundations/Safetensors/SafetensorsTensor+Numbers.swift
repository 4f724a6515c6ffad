extension SafetensorsTensor {
    /// Numbers `range` (all, row-major, unless given) in single precision. F16 and BF16 are exact, F64 is rounded to nearest.
    ///
    /// Throws ``SafetensorsError/wrongType(path:name:expected:got:)`` for integers. Traps where the range is outside.
    public func floats(_ range: Range<Int>? = nil) throws(SafetensorsError) -> [Float] {
        switch type {
        case .float32: numbers(range) { (value: Float) in value }
        case .float16: numbers(range) { (bits: UInt16) in HalfPrecision.float(bits) }
        case .bfloat16: numbers(range) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case .float64: numbers(range) { (value: Double) in Float(value) }
        default: throw wrongType("floating-point numbers")
        }
    }

    /// Numbers `range` (all, row-major, unless given) in double precision, exact.
    ///
    /// Throws ``SafetensorsError/wrongType(path:name:expected:got:)`` for integers. Traps where the range is outside.
    public func doubles(_ range: Range<Int>? = nil) throws(SafetensorsError) -> [Double] {
        switch type {
        case .float32: numbers(range) { (value: Float) in Double(value) }
        case .float16: numbers(range) { (bits: UInt16) in Double(HalfPrecision.float(bits)) }
        case .bfloat16: numbers(range) { (bits: UInt16) in Double(Float(bitPattern: UInt32(bits) << 16)) }
        case .float64: numbers(range) { (value: Double) in value }
        default: throw wrongType("floating-point numbers")
        }
    }

    /// Numbers `range` (all, row-major, unless given) as integers; BOOL gives 0 and 1.
    ///
    /// Throws ``SafetensorsError/wrongType(path:name:expected:got:)`` for floating-point numbers. Traps where the range is
    /// outside.
    public func integers(_ range: Range<Int>? = nil) throws(SafetensorsError) -> [Int] {
        switch type {
        case .int64: numbers(range) { (value: Int64) in Int(value) }
        case .int32: numbers(range) { (value: Int32) in Int(value) }
        case .int16: numbers(range) { (value: Int16) in Int(value) }
        case .int8: numbers(range) { (value: Int8) in Int(value) }
        case .uint8: numbers(range) { (value: UInt8) in Int(value) }
        case .bool: numbers(range) { (value: UInt8) in value == 0 ? 0 : 1 }
        default: throw wrongType("integers")
        }
    }

    private func wrongType(_ expected: String) -> SafetensorsError {
        .wrongType(path: file.path, name: name, expected: expected, got: type)
    }

    /// Reads numbers wherever they stand, aligned or not.
    @inline(__always)
    private func numbers<Stored: BitwiseCopyable, Result>(
        _ range: Range<Int>?, _ convert: (Stored) -> Result
    ) -> [Result] {
        let range = range ?? 0..<count
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "numbers \(range) of \(count)")
        let size = MemoryLayout<Stored>.size
        return unsafe withBytes { bytes in
            unsafe [Result](unsafeUninitializedCapacity: range.count) { target, filled in
                for index in 0..<range.count {
                    let stored = unsafe bytes.loadUnaligned(
                        fromByteOffset: (range.lowerBound + index) * size, as: Stored.self)
                    unsafe target.initializeElement(at: index, to: convert(stored))
                }
                filled = range.count
            }
        }
    }
}
