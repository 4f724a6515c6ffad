public import Foundations

/// A method of the zoo: what it is called, where it comes from, what it can do. A method is a folder of `Zoo`; beside it, one
/// line in the catalogue is all that knows of it.
public protocol ZooMethod: Sendable {
    /// The name on the command line and of its presets' folder: lower case, digits and hyphens.
    static var name: String { get }
    /// One sentence.
    static var summary: String { get }
    /// The work it comes from.
    static var source: MethodSource { get }
    /// Its verbs, in the order in which a user runs them.
    static var verbs: [any MethodVerb.Type] { get }
    /// Its ways of adapting a model in any run.
    static var adaptations: [any MethodAdaptation.Type] { get }
    /// The structures that its folders may name.
    static var structures: [any ModelStructure.Type] { get }
    /// Names of files beside a model that its later trainings read: copies of the model and runs that begin with it keep them.
    static var files: [String] { get }
}

extension ZooMethod {
    /// None.
    public static var verbs: [any MethodVerb.Type] { [] }
    /// None.
    public static var adaptations: [any MethodAdaptation.Type] { [] }
    /// None.
    public static var structures: [any ModelStructure.Type] { [] }
    /// None.
    public static var files: [String] { [] }
}

/// The work a method comes from.
public struct MethodSource: Sendable, Equatable, Codable {
    /// Its title.
    public let title: String
    /// Authors, venue and year.
    public let citation: String
    /// Where to read it.
    public let link: String

    /// A published work.
    public init(title: String, citation: String, link: String) {
        self.title = title
        self.citation = citation
        self.link = link
    }
}

/// All methods there are, by name.
public struct MethodCatalogue: Sendable {
    /// The methods in their order.
    public let methods: [any ZooMethod.Type]

    /// A catalogue. Two methods or structures of one name, or two verbs of one method, are a mistake in the program.
    public init(_ methods: [any ZooMethod.Type]) {
        precondition(Set(methods.map { $0.name }).count == methods.count, "two methods share a name")
        for method in methods {
            precondition(
                Set(method.verbs.map { $0.name }).count == method.verbs.count, "\(method.name): two verbs share a name")
        }
        let adaptations = methods.flatMap { $0.adaptations.map { $0.name } } + ["all", "head"]
        precondition(Set(adaptations).count == adaptations.count, "two adaptations share a name")
        let structures = methods.flatMap { $0.structures.map { $0.name } }
        precondition(Set(structures).count == structures.count, "two structures share a name")
        self.methods = methods
    }

    /// A catalogue without methods: of plain folders.
    public static let none = MethodCatalogue([])

    /// Names of files that travel with models, of all methods.
    var files: [String] { methods.flatMap { $0.files } }

    /// The method of a name. Throws: `CatalogueError` with the names that look like it.
    public func method(_ name: String) throws(CatalogueError) -> any ZooMethod.Type {
        if let found = methods.first(where: { $0.name == name }) { return found }
        let names = methods.map { $0.name }
        throw .unknown(kind: "method", name: name, near: NearNames.of(name, among: names), known: names)
    }
}

/// A name that stands in no catalogue.
public enum CatalogueError: Error, Equatable, CustomStringConvertible, CategorisedError {
    /// There is no such method, verb, preset.
    case unknown(kind: String, name: String, near: [String], known: [String])
    /// A folder holds another version of a structure.
    case version(structure: String, got: Int, known: Int)

    /// The kind of failure.
    public var category: ErrorCategory { if case .version = self { .badData } else { .usage } }

    /// The name, what looks like it, and what there is.
    public var description: String {
        switch self {
        case .unknown(let kind, let name, let near, let known):
            "there is no \(kind) '\(name)'" + (near.isEmpty ? "" : "; near: \(near.joined(separator: ", "))")
                + "; known: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .version(let structure, let got, let known):
            "the structure '\(structure)' has version \(got), and this program reads \(known); use the program that wrote it"
        }
    }
}
