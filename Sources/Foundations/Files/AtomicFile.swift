import Glibc

/// Files that appear complete or not at all: written beside, synced, renamed.
public enum AtomicFile {
    /// Writes `bytes` to `<path>.partial`, syncs it, renames it to `path` and syncs the folder.
    ///
    /// Throws `cannotWrite`; the partial file is removed then.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let partial = path + ".partial"
        do throws(FileError) {
            let file = try FileDescriptor(path: partial, flags: O_WRONLY | O_CREAT | O_TRUNC)
            try unsafe bytes.withRawBytes { (raw) throws(FileError) in try unsafe file.write(raw, path: partial) }
        } catch {
            _ = unsafe unlink(partial)
            throw error
        }
        try commit(partial: partial, to: path)
    }

    /// Writes `bytes` to what `path` names: a regular file is replaced as by ``write(_:to:)``, behind links their
    /// target; a pipe, a device or a link without target is opened and written.
    ///
    /// Throws `cannotWrite`.
    public static func writeThrough(_ bytes: [UInt8], to path: String) throws(FileError) {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else { return try write(bytes, to: path) }
        var target = path
        if information.st_mode & S_IFMT == S_IFLNK {
            let resolved = unsafe realpath(path, nil)
            defer { unsafe free(resolved) }
            if let resolved = unsafe resolved { target = unsafe String(cString: resolved) }
        }
        if unsafe stat(target, &information) == 0, information.st_mode & S_IFMT == S_IFREG {
            return try write(bytes, to: target)
        }
        let file = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
        try unsafe bytes.withRawBytes { (raw) throws(FileError) in try unsafe file.write(raw, path: path) }
    }

    /// Syncs `partial`, written and closed by someone else, renames it to `path` and syncs the folder.
    ///
    /// Throws `cannotOpen` or `cannotWrite`.
    public static func commit(partial: String, to path: String) throws(FileError) {
        do {
            let file = try FileDescriptor(path: partial, flags: O_RDONLY)
            try file.sync(path: partial)
        }
        guard unsafe rename(partial, path) == 0 else {
            throw .cannotWrite(path: path, reason: FileError.reason(errno))
        }
        let folder = folder(of: path)
        let handle = try FileDescriptor(path: folder, flags: O_RDONLY | O_DIRECTORY)
        try handle.sync(path: folder)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
