internal import Foundations

/// One font file of a stack.
public struct FontStackEntry: Codable, Sendable, Equatable {
    /// What a font is for.
    public enum Role: String, Codable, Sendable {
        /// Drawn in the text colour.
        case text
        /// Drawn in its own colours and preferred for characters in emoji presentation.
        case emoji
    }

    /// Family name, for people.
    public var family: String
    /// File name without folders.
    public var file: String
    /// Face inside a collection, from 0.
    public var faceIndex: Int
    /// Debian package that installs the file.
    public var package: String
    /// Expected SHA-256, 64 hexadecimal digits.
    public var sha256: String
    /// ISO 15924 codes of the scripts that the font is in the stack for.
    public var scripts: [String]
    /// What the font is for.
    public var role: Role

    /// An entry from its parts.
    public init(
        family: String, file: String, faceIndex: Int = 0, package: String, sha256: String, scripts: [String] = [],
        role: Role = .text
    ) {
        self.family = family
        self.file = file
        self.faceIndex = faceIndex
        self.package = package
        self.sha256 = sha256
        self.scripts = scripts
        self.role = role
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case family, file, package, sha256, scripts, role
        case faceIndex = "face_index"
    }
}

/// An ordered list of fonts: the first that draws a cluster draws it.
public struct FontStackManifest: Codable, Sendable, Equatable {
    /// Name by which options refer to the stack.
    public var name: String
    /// One line for people.
    public var description: String
    /// Fonts by preference; the first is the primary font, whose metrics place the baseline.
    public var fonts: [FontStackEntry]

    /// A stack from its parts.
    public init(name: String, description: String, fonts: [FontStackEntry]) {
        self.name = name
        self.description = description
        self.fonts = fonts
    }

    /// Reads a `fonts/<name>.json`. Throws when the file cannot be read or has another shape.
    public static func load(path: String) throws -> FontStackManifest {
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe Array($0) }
        return try StrictJSON.decode(FontStackManifest.self, from: bytes, source: path)
    }
}
