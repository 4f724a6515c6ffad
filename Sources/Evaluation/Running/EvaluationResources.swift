public import Foundations
import Patches
public import Typesetting
public import ZooKit

/// All that an evaluation takes from the program that starts it: the methods, and where tasks, data and fonts are.
public struct EvaluationResources {
    /// The methods whose structures and adaptations models may have.
    public var catalogue: MethodCatalogue
    /// Threads of kernels.
    public var threads: Int
    /// Settings by section, those alone that were set: `finetune` for heads that are trained first, `render`, `layout` and `fonts` over
    /// what a model's folder says, and `run`. A continuation begins with them.
    public var sections: [String: [String: JSONValue]]
    /// The catalogue that names of tasks and suites, and paths of task files, are looked up in.
    public var tasks: ([String]) throws -> TaskCatalogue
    /// The folder of a task's own data; nil where it has none.
    public var dataFolder: (TaskDefinition) throws -> String?
    /// A font stack by its name, or by the path of its manifest.
    public var stack: (String) throws -> FontStackManifest
    /// Opens the fonts that draw for a model whose folder says this of its pictures.
    public var fonts: (DrawingRecord?) throws -> FontSet

    /// Resources from their parts.
    public init(
        catalogue: MethodCatalogue = .none, threads: Int = 1, sections: [String: [String: JSONValue]] = [:],
        tasks: @escaping ([String]) throws -> TaskCatalogue,
        dataFolder: @escaping (TaskDefinition) throws -> String? = { _ in nil },
        stack: @escaping (String) throws -> FontStackManifest, fonts: @escaping (DrawingRecord?) throws -> FontSet
    ) {
        (self.catalogue, self.threads, self.sections) = (catalogue, threads, sections)
        (self.tasks, self.dataFolder, self.stack, self.fonts) = (tasks, dataFolder, stack, fonts)
    }

    /// Opens what draws for a model; `transfer` is a stack in place of its fonts. Throws `ConfigError` and what fonts throw.
    func drawing(_ record: DrawingRecord?, transfer: String? = nil) throws -> Drawing {
        let render = try options("render", RenderOptions.defaults(beside: stated("render", record)), record)
        let layout = try options("layout", LayoutOptions(), record)
        try render.validate()
        try layout.validate()
        return Drawing(fonts: try transfer.map(open) ?? fonts(record), render: render, layout: layout)
    }

    /// The fonts of a stack. Throws `TypesettingError` for those that are missing or others.
    func open(_ stack: String) throws -> FontSet { try open(self.stack(stack)) }

    /// The same of a manifest.
    func open(_ stack: FontStackManifest) throws -> FontSet {
        try FontSet(stack: stack, allowOtherFonts: sections["fonts"]?["allow_other"] == .bool(true))
    }

    /// The values of a section that a model's folder states, with those that were set over them.
    func stated(_ section: String, _ record: DrawingRecord?) -> [String: JSONValue] {
        (record?.stated[section] ?? [:]).merging(sections[section] ?? [:]) { $1 }
    }

    private func options<Options: Codable>(
        _ section: String, _ defaults: Options, _ record: DrawingRecord?
    ) throws -> Options {
        guard case .object(let fields) = try StrictJSON.encodedValue(defaults) else { return defaults }
        return try StrictJSON.decode(
            Options.self, from: .object(fields.merging(stated(section, record)) { $1 }),
            source: "settings, section \(section)")
    }
}
