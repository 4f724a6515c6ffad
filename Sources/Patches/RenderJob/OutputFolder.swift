import Foundation
import Foundations

/// What a render does with an output folder that holds something.
public enum OutputPolicy: Sendable, Equatable, CaseIterable {
    /// Refuse it.
    case fresh
    /// Go on with the unfinished render that it holds; start one when it holds none.
    case resume
    /// Remove the shards, the manifest and the journal that it holds. Other files stay.
    case overwrite
}

/// A folder of shards on disk: which of its files belong to renders.
struct OutputFolder {
    let path: String

    func file(_ name: String) -> String { path + "/" + name }

    /// Makes the folder if need be. Throws ``ShardError/file(_:)``.
    func create() throws(ShardError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .file(.cannotWrite(path: path, reason: "the folder cannot be made"))
        }
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

    /// Removes the files of renders but those in `keeping`; the manifest goes first, so that a folder with a manifest
    /// is always complete.
    func remove(keeping: Set<String>) throws(ShardError) {
        let doomed = try names().filter { Self.isOurs($0) && !keeping.contains($0) }
        for name in doomed.filter({ $0 == Manifest.fileName }) + doomed.filter({ $0 != Manifest.fileName }) {
            do { try FileManager.default.removeItem(atPath: file(name)) } catch {
                throw .file(.cannotWrite(path: file(name), reason: "the file cannot be removed"))
            }
        }
    }
}
