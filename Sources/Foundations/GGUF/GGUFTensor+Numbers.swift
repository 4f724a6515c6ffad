extension GGUFTensor {
    /// Whether the numbers are of a type that is read here.
    public var isRead: Bool { GGUFType.read.contains(type) }

    /// The numbers of `rows` (all unless given) in single precision, row-major: bit for bit those of the Python package `gguf`.
    ///
    /// Throws ``GGUFError/unreadType(path:name:got:)``. Traps where the rows are outside.
    public func floats(rows: Range<Int>? = nil) throws(GGUFError) -> [Float] {
        guard isRead else { throw .unreadType(path: file.path, name: name, got: type) }
        let rows = rows ?? 0..<self.rows
        precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows \(rows) of \(self.rows)")
        let blocks = columns / type.blockCount
        let rowBytes = blocks * type.blockBytes
        let start = bytes.lowerBound + rows.lowerBound * rowBytes
        let count = rows.count * columns
        return unsafe file.mapped.withBytes { all in
            let stored = unsafe UnsafeRawBufferPointer(rebasing: all[start..<start + rows.count * rowBytes])
            return unsafe [Float](unsafeUninitializedCapacity: count) { target, filled in
                if count > 0 { unsafe decode(stored, into: target, count) }
                filled = count
            }
        }
    }

    private func decode(_ stored: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>, _ count: Int)
    {
        switch type {
        case .float32: unsafe each(stored, target, count) { (value: Float) in value }
        case .float16: unsafe each(stored, target, count) { (bits: UInt16) in HalfPrecision.float(bits) }
        case .bfloat16: unsafe each(stored, target, count) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case .q8_0: unsafe bytesTimesScale(stored, target, count)
        case .q4_0: unsafe nibbles(stored, target, count, hasLeast: false)
        case .q4_1: unsafe nibbles(stored, target, count, hasLeast: true)
        default: preconditionFailure("numbers of type \(type) were let through")
        }
    }

    @inline(__always)
    private func each<Stored: BitwiseCopyable>(
        _ stored: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Float>, _ count: Int,
        _ convert: (Stored) -> Float
    ) {
        for index in 0..<count {
            let value = unsafe stored.loadUnaligned(
                fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
            unsafe target.initializeElement(at: index, to: convert(value))
        }
    }

    /// A scale and 32 signed bytes a block.
    private func bytesTimesScale(
        _ stored: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Float>, _ count: Int
    ) {
        for block in 0..<count / 32 {
            let at = block * 34
            let scale = unsafe half(stored, at)
            for index in 0..<32 {
                let number = Int8(bitPattern: unsafe stored[at + 2 + index])
                unsafe target.initializeElement(at: block * 32 + index, to: Float(number) * scale)
            }
        }
    }

    /// A scale, where `hasLeast` a least number, and 16 bytes a block: their lower halves are the first 16 numbers. Without a
    /// least number they count from -8 on.
    private func nibbles(
        _ stored: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Float>, _ count: Int, hasLeast: Bool
    ) {
        let (size, head) = hasLeast ? (20, 4) : (18, 2)
        for block in 0..<count / 32 {
            let at = block * size
            let scale = unsafe half(stored, at)
            let least = hasLeast ? unsafe half(stored, at + 2) : 0
            for index in 0..<16 {
                let pair = unsafe stored[at + head + index]
                let (low, high) = (Int32(pair & 15), Int32(pair >> 4))
                let first = hasLeast ? scale * Float(low) + least : scale * Float(low - 8)
                let second = hasLeast ? scale * Float(high) + least : scale * Float(high - 8)
                unsafe target.initializeElement(at: block * 32 + index, to: first)
                unsafe target.initializeElement(at: block * 32 + 16 + index, to: second)
            }
        }
    }

    private func half(_ stored: UnsafeRawBufferPointer, _ place: Int) -> Float {
        HalfPrecision.float(unsafe stored.loadUnaligned(fromByteOffset: place, as: UInt16.self))
    }
}
