import Glibc

/// Folders on disk.
public enum Folder {
    /// Makes a folder and those above it, as far as they are not there yet.
    ///
    /// Throws `cannotWrite` with the path that cannot be made.
    public static func create(_ path: String) throws(FileError) {
        if unsafe mkdir(path, 0o777) == 0 { return }
        // Before looking at the path, which has an error of its own.
        var code = errno
        if isFolder(path) { return }
        if code == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex {
            try create(String(path[..<slash]))
            if unsafe mkdir(path, 0o777) == 0 { return }
            code = errno
            if isFolder(path) { return }
        }
        let reason = code == EEXIST ? "a file of this name is there" : FileError.reason(code)
        throw .cannotWrite(path: path, reason: reason)
    }

    /// Removes a folder in which nothing is; any other stays.
    public static func removeEmpty(_ path: String) { _ = unsafe rmdir(path) }

    /// Whether there is a folder, or a link to one.
    public static func isFolder(_ path: String) -> Bool {
        var information = stat()
        return unsafe stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether two paths lead to one and the same folder.
    public static func isSame(_ path: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard unsafe stat(path, &first) == 0, unsafe stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// The path without its last part: "" for a name alone, "/" for one below the root. Ends with slashes are passed over.
    public static func parent(of path: String) -> String {
        let bytes = Array(path.utf8)
        let slash = UInt8(ascii: "/")
        guard let end = bytes.lastIndex(where: { $0 != slash }) else { return path.isEmpty ? "" : "/" }
        guard let cut = bytes[..<end].lastIndex(of: slash) else { return "" }
        guard let last = bytes[..<cut].lastIndex(where: { $0 != slash }) else { return "/" }
        return String(decoding: bytes[...last], as: UTF8.self)
    }

    /// The last part of a path; "" for the root and for nothing.
    public static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }
}
