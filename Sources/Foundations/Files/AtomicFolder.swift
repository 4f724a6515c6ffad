import CFiles
import Glibc

/// Folders that appear complete or not at all: written beside, synced, exchanged with what was there.
///
/// The folder at `path` is written as `<path>.partial`; what it replaces stands at `<path>.previous` then. Where the file
/// system can exchange two names in one step, `path` names a whole folder at every moment; elsewhere there is a moment
/// in which it names nothing and both folders stand beside it.
public enum AtomicFolder {
    /// Where the folder of `path` is written.
    public static func partial(of path: String) -> String { path + ".partial" }
    /// Where the folder that was replaced is found.
    public static func previous(of path: String) -> String { path + ".previous" }

    /// The path as such a folder needs it: links followed, no slash at the end; what lies above is made.
    ///
    /// Throws `cannotWrite` where that cannot be made.
    public static func resolved(_ path: String) throws(FileError) -> String {
        if let real = unsafe realpath(path, nil) {
            defer { unsafe free(real) }
            return unsafe String(cString: real)
        }
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex {
            try Folder.create(String(path[..<slash]))
        }
        return path
    }

    /// Syncs the folders in `<path>.partial`, whose files were synced by their writers, and lets `path` name it. A folder that
    /// was there stands at `<path>.previous` afterwards, where nothing may stand before.
    ///
    /// Throws `cannotOpen` and `cannotWrite`.
    public static func commit(_ path: String) throws(FileError) { try commit(path, exchanges: true) }

    /// As ``commit(_:)``; without `exchanges` as on file systems that cannot exchange names.
    static func commit(_ path: String, exchanges: Bool) throws(FileError) {
        let (partial, previous) = (partial(of: path), previous(of: path))
        for folder in try Folder.contents(of: partial).folders { try sync("\(partial)/\(folder)") }
        try sync(partial)
        if !Folder.hasItem(path) {
            try move(partial, to: path)
        } else if exchanges, unsafe lp_exchange(partial, path) == 0 {
            try move(partial, to: previous)
        } else {
            try move(path, to: previous)
            try move(partial, to: path)
        }
        try sync(parent(of: path))
    }

    private static func move(_ path: String, to other: String) throws(FileError) {
        guard unsafe rename(path, other) == 0 else {
            throw .cannotWrite(path: other, reason: FileError.reason(errno))
        }
    }

    private static func sync(_ folder: String) throws(FileError) {
        let handle = try FileDescriptor(path: folder, flags: O_RDONLY | O_DIRECTORY)
        try handle.sync(path: folder)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
