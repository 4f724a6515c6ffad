import Glibc

/// An open file that is closed with its owner. Calls are repeated when a signal interrupts them.
struct FileDescriptor: ~Copyable {
    let number: CInt
    private let owned: Bool

    /// Opens `path`; files are created with mode 0644 less the umask.
    init(path: String, flags: CInt) throws(FileError) {
        var result: CInt
        repeat { result = unsafe Glibc.open(path, flags | O_CLOEXEC, mode_t(0o644)) } while result < 0 && errno == EINTR
        guard result >= 0 else {
            let reason = FileError.reason(errno)
            if flags & O_CREAT != 0 { throw .cannotWrite(path: path, reason: reason) }
            throw .cannotOpen(path: path, reason: reason)
        }
        number = result
        owned = true
    }

    /// Borrows a descriptor of someone else; it stays open.
    init(borrowing number: CInt) {
        self.number = number
        owned = false
    }

    /// Takes a descriptor over, which is closed with this one.
    init(owning number: CInt) {
        self.number = number
        owned = true
    }

    deinit { if owned { _ = Glibc.close(number) } }

    /// Reads at most `buffer.count` bytes; 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, path: String) throws(FileError) -> Int {
        while true {
            let got = unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
            if got >= 0 { return got }
            if errno != EINTR { throw .cannotRead(path: path, reason: FileError.reason(errno)) }
        }
    }

    /// Writes all bytes.
    func write(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe Glibc.write(number, rest.baseAddress, rest.count)
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw .cannotWrite(path: path, reason: FileError.reason(errno))
            }
        }
    }

    /// Waits until the bytes are on the disk.
    func sync(path: String) throws(FileError) {
        while fsync(number) != 0 {
            if errno == EINTR { continue }
            throw .cannotWrite(path: path, reason: FileError.reason(errno))
        }
    }

    /// Size in bytes and whether it is a regular file.
    func status(path: String) throws(FileError) -> (size: Int, isRegular: Bool) {
        var information = stat()
        guard unsafe fstat(number, &information) == 0 else {
            throw .cannotRead(path: path, reason: FileError.reason(errno))
        }
        return (Int(information.st_size), information.st_mode & S_IFMT == S_IFREG)
    }
}
