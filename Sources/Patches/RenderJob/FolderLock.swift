import Foundations
import Glibc

/// Holds an output folder for one render; the system lets go of it when the process ends, however it ends.
final class FolderLock {
    private let descriptor: Int32

    /// Takes the folder. Throws ``ShardError/folderInUse(path:)`` when another render has it.
    init(path: String) throws(ShardError) {
        descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .file(.cannotOpen(path: path, reason: unsafe String(cString: strerror(errno))))
        }
        // On a file system without locks the call fails in another way, and nothing is held.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { throw .folderInUse(path: path) }
    }

    deinit { close(descriptor) }
}
