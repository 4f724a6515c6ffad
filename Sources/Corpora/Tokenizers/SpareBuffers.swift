import Synchronization

/// Buffers that calls of `encode` hand on to one another, one for each that runs at a time.
final class SpareBuffers: Sendable {
    private let spare = Mutex<[EncodeBuffers]>([])

    /// The ids that `body` appends for a text, between `prefix` and `suffix` where special ids are wanted. The text's address is
    /// not handed on where it is empty.
    func ids(
        of text: UnsafeBufferPointer<UInt8>, _ encoding: EncodeOptions, prefix: [Int32], suffix: [Int32],
        _ body: (_ start: UnsafePointer<UInt8>, _ count: Int, _ buffers: EncodeBuffers) -> Void
    ) -> [Int32] {
        let buffers = spare.withLock { $0.popLast() } ?? EncodeBuffers()
        buffers.count = 0
        if encoding.addsSpecial { buffers.append(prefix) }
        if let start = text.baseAddress { unsafe body(start, text.count, buffers) }
        if encoding.addsSpecial { buffers.append(suffix) }
        let result = buffers.result
        buffers.shrink()
        spare.withLock { $0.append(buffers) }
        return result
    }
}
