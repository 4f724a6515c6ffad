internal import Foundations

/// An opened font stack: ordered, checked, immutable, shared by any number of typesetters.
public final class FontSet: Sendable {
    /// Name of the stack, or `custom` for fonts named by path.
    public let name: String
    /// What artefacts record, in stack order.
    public let fonts: [FontDescription]
    let files: [FontFile]

    /// Fonts in one stack, at most: a character's font is kept in one byte.
    public static let limit = 250

    /// Opens a stack, looking for its files below `folders` by name.
    ///
    /// - Parameters:
    ///   - stack: the manifest.
    ///   - allowOtherFonts: whether a file with another hash is used (and recorded) rather than refused.
    ///   - folders: where fonts are looked for, by name; of several the one with the right hash is taken.
    /// - Throws: ``TypesettingError/missingFont(file:family:package:)``,
    ///   ``TypesettingError/otherFont(path:expected:got:package:)`` and the errors of a broken file.
    /// - Complexity: reads every file of the stack once, for its hash.
    public init(
        stack: FontStackManifest, allowOtherFonts: Bool = false, folders: [String] = FontFinder.systemFolders
    ) throws(TypesettingError) {
        guard !stack.fonts.isEmpty else { throw .emptyStack(name: stack.name) }
        guard stack.fonts.count <= Self.limit else {
            throw .invalidOption(
                key: "fonts", value: "\(stack.fonts.count) fonts", expected: "at most \(Self.limit) fonts in a stack")
        }
        let finder = FontFinder(folders: folders)
        var descriptions: [FontDescription] = []
        var files: [FontFile] = []
        var hashes: [String: String] = [:]
        for entry in stack.fonts {
            var chosen: (path: String, hash: String)?
            for path in finder.paths(of: entry.file) {
                let hash: String
                if let known = hashes[path] {
                    hash = known
                } else {
                    hash = try Self.hash(path: path, faceIndex: entry.faceIndex)
                }
                hashes[path] = hash
                if chosen == nil || hash == entry.sha256.lowercased() { chosen = (path, hash) }
                if hash == entry.sha256.lowercased() { break }
            }
            guard let (path, hash) = chosen else {
                throw .missingFont(file: entry.file, family: entry.family, package: entry.package)
            }
            let matches = hash == entry.sha256.lowercased()
            guard matches || allowOtherFonts else {
                throw .otherFont(path: path, expected: entry.sha256, got: hash, package: entry.package)
            }
            files.append(try FontFile(path: path, faceIndex: entry.faceIndex, isEmoji: entry.role == .emoji))
            descriptions.append(
                FontDescription(
                    family: entry.family, file: entry.file, faceIndex: entry.faceIndex, sha256: hash,
                    matchesStack: matches, isEmoji: entry.role == .emoji))
        }
        try files[0].check()
        self.name = stack.name
        self.fonts = descriptions
        self.files = files
    }

    /// Opens fonts by path, the first being the primary one; `path#2` names face 2 of a collection.
    ///
    /// A font with colour bitmaps and no outlines counts as an emoji font.
    public init(paths: [String]) throws(TypesettingError) {
        guard !paths.isEmpty else { throw .emptyStack(name: "custom") }
        guard paths.count <= Self.limit else {
            throw .invalidOption(
                key: "fonts", value: "\(paths.count) fonts", expected: "at most \(Self.limit) fonts in a stack")
        }
        var descriptions: [FontDescription] = []
        var files: [FontFile] = []
        for name in paths {
            let (path, faceIndex) = Self.split(name)
            let hash = try Self.hash(path: path, faceIndex: faceIndex)
            let probe = try FontFile(path: path, faceIndex: faceIndex, isEmoji: false)
            try probe.check()
            let isEmoji = try probe.hasOnlyColourStrikes()
            files.append(isEmoji ? try FontFile(path: path, faceIndex: faceIndex, isEmoji: true) : probe)
            descriptions.append(
                FontDescription(
                    family: try probe.familyName(), file: String(path.split(separator: "/").last ?? ""),
                    faceIndex: faceIndex, sha256: hash, matchesStack: true, isEmoji: isEmoji))
        }
        self.name = "custom"
        self.fonts = descriptions
        self.files = files
    }

    /// The files behind the set, for messages; paths are of this machine and belong in no artefact.
    public var paths: [String] { files.map(\.path) }

    private static func split(_ name: String) -> (path: String, faceIndex: Int) {
        if let mark = name.lastIndex(of: "#"), let index = Int(name[name.index(after: mark)...]), index >= 0 {
            return (String(name[..<mark]), index)
        }
        return (name, 0)
    }

    private static func hash(path: String, faceIndex: Int) throws(TypesettingError) -> String {
        do throws(FileError) {
            return try SHA256Digest.ofFile(at: path).hex
        } catch {
            throw .unreadableFont(path: path, faceIndex: faceIndex, reason: "\(error)")
        }
    }
}
