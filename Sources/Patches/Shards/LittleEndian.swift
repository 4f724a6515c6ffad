// Integers as bytes, the smallest first; positions are checked by the callers.

extension [UInt8] {
    mutating func appendLittleEndian<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }
}

/// The unsigned integer at `offset` of `bytes`. Traps outside them.
func littleEndian<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type, in bytes: UnsafeRawBufferPointer, at offset: Int
) -> T {
    let last = bytes.count - T.bitWidth / 8
    precondition(offset >= 0 && offset <= last, "a read outside the file")
    return T(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
}
