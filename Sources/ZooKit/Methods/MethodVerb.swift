public import Foundations
public import Tensors

/// One thing that a method does, `letterpress method NAME VERB`. Each run writes a folder.
public protocol MethodVerb: Sendable {
    /// Its settings: decoded strictly, keys in snake case, a default for each. Those that must be given are optional and checked in
    /// `run`.
    associatedtype Config: DefaultFilled & Sendable
    /// The name on the command line.
    static var name: String { get }
    /// One sentence.
    static var summary: String { get }
    /// Help for each setting, by key, with its unit and its range.
    static var help: [String: String] { get }
    /// True if it can be stopped and resumed; false without a declaration.
    static var resumes: Bool { get }
    /// Does it with `config`, and gives the lines of its result. Throws what stands in its way.
    static func run(_ config: Config, _ job: MethodJob) throws -> [String]
}

/// Where a verb works, what it may use, and who hears of it.
public struct MethodJob {
    /// The folder to write.
    public let folder: String
    /// True if the verb resumes what stands in the folder.
    public let resumes: Bool
    /// The processes that `mpirun` started together.
    public let communicator: any Communicator
    /// The methods that structures and adaptations are looked up among.
    public let catalogue: MethodCatalogue
    /// The folder of model presets; nil where the installation was not found.
    public let presets: String?
    /// Makes a workspace of a precision.
    public let workspace: (Precision) throws -> Workspace
    /// True once the user wants to stop; a verb then writes a checkpoint and throws ``MethodStop``.
    public let shouldStop: () -> Bool
    /// Hears the events of a run.
    public let onEvent: (RunEvent) throws -> Void
    /// Hears lines of progress.
    public let report: (String) -> Void

    /// A job; unless said otherwise of one process, which nobody stops or listens to.
    public init(
        folder: String, resumes: Bool = false, communicator: any Communicator = SoleProcess(),
        catalogue: MethodCatalogue = .none, presets: String? = nil,
        workspace: @escaping (Precision) throws -> Workspace,
        shouldStop: @escaping () -> Bool = { false }, onEvent: @escaping (RunEvent) throws -> Void = { _ in },
        report: @escaping (String) -> Void = { _ in }
    ) {
        (self.folder, self.resumes, self.communicator, self.catalogue) = (folder, resumes, communicator, catalogue)
        (self.presets, self.workspace, self.shouldStop) = (presets, workspace, shouldStop)
        (self.onEvent, self.report) = (onEvent, report)
    }
}

extension MethodJob {
    /// Runs the body of a verb that needs one process on rank 0 alone, after which all ranks go on; its lines there, none elsewhere.
    /// Throws as ``Communicator/onRank0(_:)``.
    public func once(_ body: () throws -> [String]) throws -> [String] {
        var lines: [String] = []
        try communicator.onRank0 { lines = try body() }
        return lines
    }
}

/// Thrown by a verb that was stopped by a signal and can be resumed.
public struct MethodStop: Error {
    /// A stop.
    public init() {}
}

/// A setting of a verb, as help and `--print-config` show it.
public struct VerbSetting: Sendable, Equatable {
    /// The key.
    public let key: String
    /// The default; null for none.
    public let standard: JSONValue
    /// One line of help: meaning, unit, default.
    public let help: String
}

extension MethodVerb {
    /// False.
    public static var resumes: Bool { false }

    /// All settings with their defaults, by key. Throws `ConfigError`.
    public static func settings() throws -> [VerbSetting] {
        guard case .object(let fields) = try StrictJSON.encodedValue(Config()) else { return [] }
        return Set(fields.keys).union(help.keys).sorted().map {
            VerbSetting(key: $0, standard: fields[$0] ?? .null, help: help[$0] ?? "")
        }
    }

    /// The settings of JSON objects, each over the one before, with defaults for keys that none has; `source` is named in errors. The
    /// last object is a command line's: a number there is text where the setting is a text. Throws `ConfigError`.
    public static func config(_ layers: [[String: JSONValue]], source: String) throws -> Config {
        try SettingPairs.decode(Config.self, layers, source: source)
    }

    /// Does it with the settings of JSON objects. Throws: `ConfigError`, and what `run` throws.
    public static func run(_ layers: [[String: JSONValue]], source: String, _ job: MethodJob) throws -> [String] {
        try run(config(layers, source: source), job)
    }
}
