import Glibc

/// A whole file mapped read-only into memory.
///
/// Reading traps (SIGBUS) if another process shortens the file meanwhile, so map only files that are replaced by
/// renaming, as `AtomicFile` does. For hashing a file use `SHA256Digest.ofFile`, which reads it in blocks.
@safe
public final class MappedFile: @unchecked Sendable {  // the mapping is read-only and lives as long as the object
    /// Where the file was.
    public let path: String
    /// Size in bytes.
    public let count: Int
    private let base: UnsafeRawPointer?

    /// Maps the file at `path`; an empty file is fine.
    ///
    /// Throws `cannotOpen` and `cannotRead`, the latter also for a folder or a pipe.
    public init(path: String) throws(FileError) {
        let file = try FileDescriptor(path: path, flags: O_RDONLY)
        let (size, isRegular) = try file.status(path: path)
        guard isRegular else { throw .cannotRead(path: path, reason: "not a regular file") }
        self.path = path
        count = size
        guard size > 0 else {
            unsafe base = nil
            return
        }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, file.number, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw .cannotRead(path: path, reason: FileError.reason(errno))
        }
        unsafe base = UnsafeRawPointer(address)
    }

    deinit {
        if let base = unsafe base { _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }

    /// First byte, valid while this object lives; `nil` for an empty file.
    @unsafe public var baseAddress: UnsafeRawPointer? { unsafe base }

    /// Calls `body` with all bytes. The buffer must not leave the closure.
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Tells the system that these bytes are not wanted soon: their pages leave this process and are read again where they are
    /// asked for. Pages that the range shares with others stay.
    public func discard(_ range: Range<Int>) {
        guard let base = unsafe base, range.lowerBound >= 0, range.upperBound <= count else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let first = (range.lowerBound + page - 1) / page * page
        let end = range.upperBound == count ? count : range.upperBound / page * page
        guard page > 0, first < end else { return }
        _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, MADV_DONTNEED)
    }
}
