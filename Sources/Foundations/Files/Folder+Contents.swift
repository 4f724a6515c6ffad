import Glibc

extension Folder {
    /// Everything below a folder, by paths within it: folders (each after the one it lies in), and whatever is none. Links are
    /// not followed. Sorted by the names' bytes.
    ///
    /// Throws `cannotOpen` with the folder that cannot be read.
    public static func contents(of path: String) throws(FileError) -> (folders: [String], files: [String]) {
        var folders: [String] = []
        var files: [String] = []
        try visit(path, prefix: "", &folders, &files)
        return (folders, files)
    }

    private static func visit(
        _ path: String, prefix: String, _ folders: inout [String], _ files: inout [String]
    ) throws(FileError) {
        for name in try names(in: path) {
            var information = stat()
            guard unsafe lstat("\(path)/\(name)", &information) == 0 else { continue }
            guard information.st_mode & S_IFMT == S_IFDIR else {
                files.append(prefix + name)
                continue
            }
            folders.append(prefix + name)
            try visit("\(path)/\(name)", prefix: "\(prefix)\(name)/", &folders, &files)
        }
    }

    private static func names(in path: String) throws(FileError) -> [String] {
        guard let stream = unsafe opendir(path) else { throw .cannotOpen(path: path, reason: FileError.reason(errno)) }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Removes a file or an empty folder.
    ///
    /// Throws `cannotWrite`.
    public static func removeItem(_ path: String) throws(FileError) {
        guard unsafe Glibc.remove(path) == 0 || errno == ENOENT else {
            throw .cannotWrite(path: path, reason: "it cannot be removed: \(FileError.reason(errno))")
        }
    }

    /// Moves something to another name of the same file system, where nothing may stand.
    ///
    /// Throws `cannotWrite`.
    public static func moveItem(_ path: String, to other: String) throws(FileError) {
        var information = stat()
        if unsafe lstat(other, &information) == 0 { throw .cannotWrite(path: other, reason: FileError.reason(EEXIST)) }
        guard unsafe rename(path, other) == 0 else {
            throw .cannotWrite(path: other, reason: "\(path) cannot be moved there: \(FileError.reason(errno))")
        }
    }

    /// Whether anything has this name, a link without target included.
    public static func hasItem(_ path: String) -> Bool {
        var information = stat()
        return unsafe lstat(path, &information) == 0
    }

    /// Removes a folder with all below it; links are removed, not followed.
    ///
    /// Throws `cannotOpen` and `cannotWrite`.
    public static func removeTree(_ path: String) throws(FileError) {
        let (folders, files) = try contents(of: path)
        for item in files + folders.reversed() { try removeItem("\(path)/\(item)") }
        try removeItem(path)
    }
}
