/// The settings of the section `fonts`.
struct FontSettings: Codable {
    /// Name or path of a font stack.
    var stack: String?
    /// Font files; they take the place of a stack.
    var paths: [String]?
    /// True if installed fonts with other hashes than the stack's are used.
    var allowOther: Bool?

    enum CodingKeys: String, CodingKey {
        case stack, paths
        case allowOther = "allow_other"
    }
}
