import Glibc

/// Holds a folder for one writer; the system lets go of it when the process ends, however it ends.
public final class FolderLock: Sendable {
    private let descriptor: Int32
    /// Whether the folder is held; not so while another process, or another lock of this one, has it. On a file system without
    /// locks nothing is held and this is true.
    public let isHeld: Bool

    /// Takes the folder at `path`, without waiting. Throws `cannotOpen`.
    public init(path: String) throws(FileError) {
        descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: FileError.reason(errno)) }
        isHeld = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }

    deinit { close(descriptor) }
}
