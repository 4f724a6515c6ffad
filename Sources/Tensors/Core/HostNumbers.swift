/// Numbers between host arrays and a kernel set's memory.
enum HostNumbers {
    static func write(_ values: [Double], to target: Operand, _ kernels: any KernelSet) {
        switch target.type {
        case .float64: upload(values, to: target, kernels)
        case .float32: upload(values.map { Float($0) }, to: target, kernels)
        case .bfloat16: upload(values.map { bfloat16(Float($0)) }, to: target, kernels)
        case .int32: upload(values.map { Int32($0) }, to: target, kernels)
        case .uint8: upload(values.map { UInt8($0) }, to: target, kernels)
        }
    }

    static func read(_ source: Operand, count: Int, _ kernels: any KernelSet) -> [Double] {
        switch source.type {
        case .float64: download(source, count, 0.0, kernels)
        case .float32: download(source, count, Float(0), kernels).map { Double($0) }
        case .bfloat16: download(source, count, UInt16(0), kernels).map { Double(float($0)) }
        case .int32: download(source, count, Int32(0), kernels).map { Double($0) }
        case .uint8: download(source, count, UInt8(0), kernels).map { Double($0) }
        }
    }

    private static func upload<Number>(_ values: [Number], to target: Operand, _ kernels: any KernelSet) {
        unsafe values.withUnsafeBytes { bytes in unsafe kernels.write(bytes, to: target) }
    }

    private static func download<Number>(
        _ source: Operand, _ count: Int, _ zero: Number, _ kernels: any KernelSet
    ) -> [Number] {
        var values = [Number](repeating: zero, count: count)
        unsafe values.withUnsafeMutableBytes { bytes in unsafe kernels.read(source, into: bytes) }
        return values
    }

    /// The upper half of a single, rounded to nearest even; a NaN stays one.
    static func bfloat16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
    }

    static func float(_ half: UInt16) -> Float { Float(bitPattern: UInt32(half) << 16) }
}
