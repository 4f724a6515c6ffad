internal import Foundation

/// Finds installed font files by name. A file's hash, not its place, says whether it is the right one.
public struct FontFinder: Sendable {
    /// Where Debian and its users install fonts.
    public static let systemFolders = ["/usr/share/fonts", "/usr/local/share/fonts"]

    private let byName: [String: [String]]

    /// Lists every font file below the folders; a folder that is missing counts as empty.
    public init(folders: [String]) {
        var found: [String: [String]] = [:]
        let kinds: Set<String> = ["ttf", "otf", "ttc", "otc"]
        for folder in folders {
            let files = FileManager.default.enumerator(atPath: folder)
            var names: [String] = []
            while let name = files?.nextObject() as? String {
                if let dot = name.lastIndex(of: "."), kinds.contains(name[name.index(after: dot)...].lowercased()) {
                    names.append(name)
                }
            }
            for name in names.sorted() {
                let file = String(name.split(separator: "/").last ?? "")
                found[file, default: []].append(folder + "/" + name)
            }
        }
        byName = found
    }

    /// The first path with this file name.
    public func path(of file: String) -> String? { byName[file]?.first }

    /// All paths with this file name, in the order of the folders.
    public func paths(of file: String) -> [String] { byName[file] ?? [] }
}
