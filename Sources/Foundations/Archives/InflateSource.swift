internal import CZlib

/// A stream that hands out its bytes in blocks. A block stays valid until the next call.
protocol ByteBlocks: AnyObject {
    var name: String { get }
    /// Zero bytes at the end of what was handed out.
    var trailingZeros: Int { get }
    /// The error that stopped a read inside a C callback.
    var failure: FileError? { get }
    /// The next block; empty at the end.
    func next() throws(FileError) -> UnsafeRawBufferPointer
}

/// The content of a gzip stream, all its members one after the other, with their checksums and lengths checked.
@safe
final class InflateSource: ByteBlocks {
    private let source: BlockSource
    private let stream: UnsafeMutablePointer<z_stream>
    private let block: UnsafeMutableRawBufferPointer
    private var isInMember = true
    private var isDone = false
    /// The last step filled its block, so zlib may hold more without new input.
    private var mayHoldOutput = false
    private var produced = 0
    private(set) var trailingZeros = 0
    private(set) var failure: FileError?
    var name: String { source.name }

    init(source: BlockSource, blockSize: Int = 1 << 18) throws(FileError) {
        self.source = source
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe block = .allocate(byteCount: blockSize, alignment: 64)
        let status = unsafe letterpress_inflate_init_gzip(stream)
        guard status == Z_OK else {
            throw .cannotOpen(path: source.name, reason: "zlib: inflateInit2 failed with code \(status)")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
        unsafe block.deallocate()
    }

    func next() throws(FileError) -> UnsafeRawBufferPointer {
        if let failure { throw failure }
        var count = 0
        do throws(FileError) {
            while count == 0, !isDone { count = try inflateOnce() }
        } catch {
            failure = error
            throw error
        }
        let slice = unsafe UnsafeRawBufferPointer(rebasing: block[..<count])
        produced += count
        trailingZeros = unsafe slice.endingZeros(after: trailingZeros)
        return unsafe slice
    }

    /// One step: at most a block of output from at most a block of input.
    private func inflateOnce() throws(FileError) -> Int {
        if unsafe stream.pointee.avail_in == 0, !mayHoldOutput {
            let input = try unsafe source.next()
            if input.count == 0 {
                guard !isInMember else { throw damaged("it ends inside a gzip member") }
                isDone = true
                return 0
            }
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
            unsafe stream.pointee.avail_in = UInt32(input.count)
        }
        if !isInMember, try !beginMember() { return 0 }
        unsafe stream.pointee.next_out = block.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe stream.pointee.avail_out = UInt32(block.count)
        let status = unsafe inflate(stream, Z_NO_FLUSH)
        let count = unsafe block.count - Int(stream.pointee.avail_out)
        mayHoldOutput = unsafe count == block.count
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            isInMember = false
            mayHoldOutput = false
        default:
            var reason = "zlib code \(status)"
            if let text = unsafe stream.pointee.msg { reason = unsafe String(cString: text) }
            // What came before the damage is handed out first.
            guard count > 0 else { throw damaged(reason) }
            failure = .damaged(path: name, byteOffset: produced + count, entry: nil, reason: reason)
        }
        return count
    }

    /// Behind a member: another one begins, or zeros that pad the file. `false` when only zeros were there.
    private func beginMember() throws(FileError) -> Bool {
        while unsafe stream.pointee.avail_in > 0 {
            guard let first = unsafe stream.pointee.next_in?.pointee, first == 0 else { break }
            unsafe stream.pointee.next_in += 1
            unsafe stream.pointee.avail_in -= 1
        }
        guard unsafe stream.pointee.avail_in > 0 else { return false }
        guard unsafe inflateReset(stream) == Z_OK else { throw damaged("zlib: inflateReset failed") }
        isInMember = true
        return true
    }

    private func damaged(_ reason: String) -> FileError {
        .damaged(path: name, byteOffset: produced, entry: nil, reason: reason)
    }
}

extension UnsafeRawBufferPointer {
    /// Zero bytes at the end of a stream of which this is the latest piece and which ended with `before` zeros.
    func endingZeros(after before: Int) -> Int {
        guard let last = unsafe lastIndex(where: { $0 != 0 }) else { return before + count }
        return count - last - 1
    }
}
