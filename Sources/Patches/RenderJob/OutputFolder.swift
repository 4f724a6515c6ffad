import Foundation
import Foundations
import Glibc

/// What a render does with an output folder that holds something.
public enum OutputPolicy: Sendable, Equatable, CaseIterable {
    /// Refuse it.
    case fresh
    /// Resume the unfinished render in it; start one if there is none.
    case resume
    /// Remove the earlier render that it holds: manifest, journal and the shards that they list. Other files stay.
    case overwrite
}

/// A folder of shards on disk: which of its files belong to renders.
struct OutputFolder {
    let path: String

    func file(_ name: String) -> String { path + "/" + name }

    /// Makes the folder if need be. Throws ``ShardError/file(_:)``.
    func create() throws(ShardError) {
        do { try Folder.create(path) } catch { throw .file(error) }
    }

    /// Names of everything inside, sorted. Throws ``ShardError/file(_:)``.
    func names() throws(ShardError) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
            throw .file(.cannotRead(path: path, reason: "the folder cannot be listed"))
        }
    }

    /// Whether a name is one that a render gives: a shard, the manifest, the journal, or a partial form of these.
    static func isOurs(_ name: String) -> Bool {
        let whole = name.hasSuffix(".partial") ? String(name.dropLast(".partial".count)) : name
        if whole == Manifest.fileName || whole == Journal.fileName { return true }
        guard whole.hasPrefix("part-"), let dot = whole.lastIndex(of: ".") else { return false }
        let digits = whole[..<dot].dropFirst("part-".count)
        return digits.count >= 5 && digits.allSatisfy(\.isNumber)
            && ShardFormat.allCases.contains { whole[whole.index(after: dot)...] == $0.suffix }
    }

    /// Whether a folder is this one, or holds the manifest or the journal of a render.
    func isOutput(_ folder: String) -> Bool {
        if Folder.isSame(path, folder) { return true }
        return [Manifest.fileName, Journal.fileName].contains { name in
            guard let bytes = FileManager.default.contents(atPath: folder + "/" + name),
                let value = try? JSONValue.parse([UInt8](bytes))
            else { return false }
            return ["format_version", "settings", "shards"].allSatisfy { value[$0] != nil }
        }
    }

    /// The partial name that a manifest gets while the files it lists are removed.
    private static let doomedManifest = Manifest.fileName + ".partial"

    /// True if the folder holds no more than the beginning of a render that has stored no shard.
    func holdsNothingStored(_ names: [String]) -> Bool {
        guard names.contains(Journal.fileName), let listed = listedShards(in: Journal.fileName), listed.count == 1
        else {
            return false
        }
        return names.allSatisfy { Self.isOurs($0) && ($0 == Journal.fileName || $0.hasSuffix(".partial")) }
    }

    /// Removes what an earlier render left: its manifest and journal, the shards that they list, the shard that was
    /// finished behind the journal, and partial files. Throws ``ShardError/foreignFile(path:)``, having removed
    /// nothing, when a file with the name of a render's is none that an earlier render names.
    ///
    /// The manifest is renamed first and removed last: a folder with a manifest is complete, and a kill in between
    /// leaves the list behind.
    func removeEarlierRender() throws(ShardError) {
        let names = try names()
        var known: Set<String> = []
        for name in [Manifest.fileName, Journal.fileName, Self.doomedManifest] where names.contains(name) {
            guard let listed = listedShards(in: name) else { continue }
            known.formUnion(listed + [name])
        }
        let doomed = names.filter { known.contains($0) || Self.isOurs($0) && $0.hasSuffix(".partial") }
        if let foreign = names.first(where: { Self.isOurs($0) && !doomed.contains($0) }) {
            throw .foreignFile(path: file(foreign))
        }
        if known.contains(Manifest.fileName), unsafe rename(file(Manifest.fileName), file(Self.doomedManifest)) != 0 {
            throw .file(.cannotWrite(path: file(Manifest.fileName), reason: "the file cannot be renamed"))
        }
        let last: Set<String> = [Journal.fileName, Self.doomedManifest]
        for name in doomed.filter({ $0 != Manifest.fileName && !last.contains($0) }) { try remove(name) }
        for name in last.sorted() where FileManager.default.fileExists(atPath: file(name)) { try remove(name) }
    }

    /// The shards that a manifest or a journal lists, and the one that may have been finished after it was written;
    /// `nil` when the file is neither.
    private func listedShards(in name: String) -> [String]? {
        guard let data = FileManager.default.contents(atPath: file(name)),
            let root = try? JSONValue.parse([UInt8](data)), case .integer? = root["format_version"],
            case .object(let settings)? = root["settings"], case .array(let shards)? = root["shards"]
        else { return nil }
        let listed = shards.compactMap { if case .string(let file)? = $0["file"] { file } else { nil } }
        guard listed.allSatisfy(Self.isOurs) else { return nil }
        guard name == Journal.fileName, case .string(let format)? = settings["shards"]?["format"],
            let format = ShardFormat(rawValue: format)
        else { return listed }
        var options = ShardOptions()
        options.format = format
        return listed + [options.fileName(of: listed.count)]
    }

    private func remove(_ name: String) throws(ShardError) {
        do { try FileManager.default.removeItem(atPath: file(name)) } catch {
            throw .file(.cannotWrite(path: file(name), reason: "the file cannot be removed"))
        }
    }

    /// The first of `paths` that lies in the folder itself; links are followed.
    func first(holding paths: [String]) -> String? {
        guard let own = Self.identity(path) else { return nil }
        var folders: [String: Bool] = [:]
        return paths.first { input in
            let real = URL(fileURLWithPath: input).resolvingSymlinksInPath()
            let parent = real.deletingLastPathComponent().path
            if let known = folders[parent] { return known }
            let isOwn = Self.identity(parent).map { $0 == own } ?? false
            folders[parent] = isOwn
            return isOwn
        }
    }

    /// Device and inode.
    private static func identity(_ path: String) -> [UInt64]? {
        var information = stat()
        guard unsafe stat(path, &information) == 0 else { return nil }
        return [UInt64(information.st_dev), UInt64(information.st_ino)]
    }

    /// Removes the files of renders but those in `keeping`; the manifest goes first, so that a folder with a manifest
    /// is always complete.
    func remove(keeping: Set<String>) throws(ShardError) {
        let doomed = try names().filter { Self.isOurs($0) && !keeping.contains($0) }
        for name in doomed.filter({ $0 == Manifest.fileName }) + doomed.filter({ $0 != Manifest.fileName }) {
            try remove(name)
        }
    }
}
