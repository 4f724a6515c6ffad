import Foundations

/// What writers of checkpoints leave beside a folder, and how it goes away: only what a list of our own names is removed.
enum CheckpointRemains {
    /// Readies `path` for a writer: follows links, brings back a folder that a killed writer had moved aside, clears remains.
    ///
    /// Throws: `inTheWay` where something stands that a checkpoint may not replace.
    static func prepare(_ path: String) throws(CheckpointError) -> String {
        let resolved: String
        do { resolved = try AtomicFolder.resolved(path) } catch { throw .file(error) }
        let remains = [AtomicFolder.previous(of: resolved), AtomicFolder.partial(of: resolved)]
        if let nameless = try nameless(resolved, among: remains) {
            do { try Folder.moveItem(nameless, to: resolved) } catch { throw .file(error) }
        }
        if Folder.hasItem(resolved) {
            guard Folder.isFolder(resolved) else { throw .inTheWay(path: path) }
            let items = try contents(of: resolved)
            let isEmpty = items.files.isEmpty && items.folders.isEmpty
            let manifest = try CheckpointManifest(folder: resolved)
            guard isEmpty || manifest != nil else { throw .inTheWay(path: path) }
        }
        try clear(of: resolved)
        return resolved
    }

    /// The first whole checkpoint among the `remains` of `path`; `nil` where `path` names something.
    static func nameless(_ path: String, among remains: [String]) throws(CheckpointError) -> String? {
        if Folder.hasItem(path) { return nil }
        for folder in remains where Folder.isFolder(folder) {
            if try CheckpointManifest(folder: folder)?.complete == true { return folder }
        }
        return nil
    }

    /// Removes `<path>.partial` and `<path>.previous`.
    static func clear(of path: String) throws(CheckpointError) {
        for remains in [AtomicFolder.partial(of: path), AtomicFolder.previous(of: path)] where Folder.hasItem(remains) {
            try clear(remains, of: path)
        }
    }

    private static func clear(_ remains: String, of path: String) throws(CheckpointError) {
        guard Folder.isFolder(remains) else { throw .inTheWay(path: remains) }
        let items = try contents(of: remains)
        let manifest = try CheckpointManifest(folder: remains)
        let isEmpty = items.files.isEmpty && items.folders.isEmpty
        guard manifest != nil || isEmpty || isBeginning(items.files) else { throw .inTheWay(path: remains) }
        do throws(FileError) {
            guard let manifest, manifest.complete else { return try Folder.removeTree(remains) }
            for file in items.files {
                if manifest.files[file] != nil || file == CheckpointNames.manifest {
                    try Folder.removeItem("\(remains)/\(file)")
                } else {
                    try rescue(file, from: remains, to: path)
                }
            }
            for folder in items.folders.reversed() { try Folder.removeItem("\(remains)/\(folder)") }
            try Folder.removeItem(remains)
        } catch { throw .leftover(path: remains, of: path, error: error) }
    }

    /// A writer killed at its first file leaves no more than this.
    private static func isBeginning(_ files: [String]) -> Bool { files == [CheckpointNames.manifest + ".partial"] }

    /// Moves a file that is not of the checkpoint to the same place in the new folder, beside one that has its name.
    private static func rescue(_ file: String, from remains: String, to path: String) throws(FileError) {
        var target = "\(path)/\(file)"
        if let slash = target.lastIndex(of: "/") { try Folder.create(String(target[..<slash])) }
        if Folder.hasItem(target) { target += ".previous" }
        try Folder.moveItem("\(remains)/\(file)", to: target)
    }

    private static func contents(of path: String) throws(CheckpointError) -> (folders: [String], files: [String]) {
        do { return try Folder.contents(of: path) } catch { throw .file(error) }
    }
}
