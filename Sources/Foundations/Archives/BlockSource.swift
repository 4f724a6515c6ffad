import Glibc

/// A file, descriptor or array read in blocks. A block stays valid until the next call.
@safe
final class BlockSource: ByteBlocks {
    let name: String
    private let file: FileDescriptor
    private let isMemory: Bool
    private let block: UnsafeMutableRawBufferPointer
    /// Bytes of the block that are read but not handed out.
    private var held: Range<Int>
    /// Bytes handed out, counted from the beginning of the file.
    private(set) var taken = 0
    /// Zero bytes at the end of what was handed out.
    private(set) var trailingZeros = 0
    /// The error that stopped a read inside a C callback.
    private(set) var failure: FileError?

    private init(_ file: consuming FileDescriptor, name: String, blockSize: Int) {
        self.name = name
        self.file = file
        isMemory = false
        unsafe block = .allocate(byteCount: blockSize, alignment: 64)
        held = 0..<0
    }

    convenience init(path: String, blockSize: Int = 1 << 18) throws(FileError) {
        self.init(try FileDescriptor(path: path, flags: O_RDONLY), name: path, blockSize: blockSize)
    }

    /// Reads a descriptor of someone else; it stays open.
    convenience init(descriptor: CInt, name: String, blockSize: Int = 1 << 18) {
        self.init(FileDescriptor(borrowing: descriptor), name: name, blockSize: blockSize)
    }

    /// Reads a pipe, and closes it with this source.
    convenience init(pipe: CInt, name: String, blockSize: Int = 1 << 16) {
        self.init(FileDescriptor(owning: pipe), name: name, blockSize: blockSize)
    }

    init(bytes: [UInt8], name: String) {
        self.name = name
        file = FileDescriptor(borrowing: -1)
        isMemory = true
        unsafe block = .allocate(byteCount: bytes.count, alignment: 64)
        unsafe block.copyBytes(from: bytes)
        held = 0..<bytes.count
    }

    deinit { unsafe block.deallocate() }

    /// The first bytes without taking them; fewer only when the stream is shorter.
    func peek(_ count: Int) throws(FileError) -> [UInt8] {
        while held.count < count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: block[held.upperBound...])
            let got = unsafe try fill(rest)
            if got == 0 { break }
            held = held.lowerBound..<held.upperBound + got
        }
        return held.prefix(count).map { unsafe block[$0] }
    }

    /// The next block; empty at the end.
    func next() throws(FileError) -> UnsafeRawBufferPointer {
        if held.isEmpty { held = unsafe 0..<(try fill(block)) }
        let slice = unsafe UnsafeRawBufferPointer(rebasing: block[held])
        held = 0..<0
        taken += slice.count
        trailingZeros = unsafe slice.endingZeros(after: trailingZeros)
        return unsafe slice
    }

    /// True if it can move to another byte.
    var canSeek: Bool { !isMemory && lseek(file.number, 0, SEEK_CUR) >= 0 }

    /// Moves to an absolute byte of a file that nothing was read from but by `peek`.
    func seek(to offset: Int) throws(FileError) {
        guard !isMemory, lseek(file.number, offset, SEEK_SET) == offset else {
            throw .cannotRead(path: name, reason: "cannot seek to byte \(offset): \(FileError.reason(errno))")
        }
        held = 0..<0
        taken = offset
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        guard buffer.count > 0, !isMemory else { return 0 }
        do throws(FileError) {
            return try unsafe file.read(into: buffer, path: name)
        } catch {
            failure = error
            throw error
        }
    }
}
