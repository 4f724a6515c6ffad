extension Array where Element == UInt8 {
    /// Calls `body` with the elements as raw memory and passes its typed error on.
    func withRawBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe withUnsafeBufferPointer { (buffer) throws(E) in try unsafe body(UnsafeRawBufferPointer(buffer)) }
    }
}
