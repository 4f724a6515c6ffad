public import Foundations
public import ZooKit

/// A search over settings: every combination of the values of some keys, each with every seed.
public struct FinetuneGrid: Sendable, Equatable {
    /// A key of ``FinetuneSettings`` and the values that it takes.
    public struct Axis: Sendable, Equatable {
        /// The key as it was written: "lr".
        public var name: String
        /// The key of the settings.
        public var key: String
        /// The values.
        public var values: [JSONValue]
    }

    /// One combination.
    public struct Cell: Sendable, Equatable {
        /// Keys and values but the seed: "lr=1e-5,batch=32"; empty where there is no axis.
        public var name: String
        /// The name with the seed, for a folder.
        public var folder: String
        /// All settings.
        public var settings: FinetuneSettings
    }

    /// Keys that decide what a material reads.
    private static let shared = ["modality", "task_language"]

    /// The axes, in the order of their words.
    public var axes: [Axis]
    /// The seeds; without any each cell has that of the settings.
    public var seeds: [Int]

    /// A grid of axes.
    public init(axes: [Axis], seeds: [Int]) {
        self.axes = axes
        self.seeds = seeds
    }

    /// Reads "lr=1e-5,3e-5" and "batch=32,64"; `lr` is `learning_rate`. Throws `badSetting`.
    public init(parsing words: [String], seeds: [Int]) throws(PretrainingError) {
        let keys = FinetuneSettings.keys
        axes = []
        self.seeds = seeds
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            let values = parts.count == 2 ? Self.values(parts[1]) : []
            guard !values.isEmpty else {
                throw .badSetting(key: "grid", reason: "'\(word)' is no key with values; write lr=1e-5,3e-5")
            }
            let key = parts[0] == "lr" ? "learning_rate" : parts[0]
            if Self.shared.contains(key) {
                throw .badSetting(key: "grid", reason: "all runs of a grid share \(key); set it beside the grid")
            }
            guard keys.contains(key), key != "seed" else {
                let near = NearNames.of(key, among: keys)
                throw .badSetting(
                    key: "grid",
                    reason: key == "seed"
                        ? "seeds are not a key of the grid; list them by themselves"
                        : "there is no setting '\(key)'"
                            + (near.isEmpty ? "" : ", near: \(near.joined(separator: ", "))"))
            }
            guard Set(values).count == values.count, !axes.contains(where: { $0.key == key }) else {
                throw .badSetting(key: "grid", reason: "'\(word)' names a key or a value twice")
            }
            axes.append(Axis(name: parts[0], key: key, values: values.map(Self.value)))
        }
        if Set(seeds).count != seeds.count { throw .badSetting(key: "seeds", reason: "one of them is named twice") }
    }

    /// Values between commas. What sets a key belongs to the value before: "all,half:ratio=0.5,level=layer" are two.
    private static func values(_ text: String) -> [String] {
        text.split(separator: ",").map(String.init).reduce(into: []) { values, part in
            let sign = part.firstIndex { $0 == "=" || $0 == ":" }
            if let last = values.last, last.contains(":"), let sign, part[sign] == "=" {
                values[values.count - 1] += "," + part
            } else {
                values.append(part)
            }
        }
    }

    private static func value(_ text: String) -> JSONValue {
        if let integer = Int(text) { return .integer(integer) }
        if let number = Double(text), number.isFinite { return .number(number) }
        return ["true": .bool(true), "false": .bool(false)][text] ?? .string(text)
    }

    /// Every combination, the last axis and then the seed changing fastest. Throws `ConfigError` for a value that its key cannot
    /// take and `badSetting` for one out of range.
    public func cells(over settings: FinetuneSettings) throws -> [Cell] {
        var cells: [(name: [String], fields: [String: JSONValue])] = []
        guard case .object(let fields) = try StrictJSON.encodedValue(settings) else { return [] }
        cells = [([], fields)]
        for axis in axes {
            cells = cells.flatMap { cell in
                axis.values.map { value in
                    var fields = cell.fields
                    fields[axis.key] = value
                    // Steps and epochs exclude each other.
                    if axis.key == "epochs" { fields["steps"] = .null }
                    if axis.key == "steps" { fields["epochs"] = .null }
                    return (cell.name + ["\(axis.name)=\(Self.text(value))"], fields)
                }
            }
        }
        var found: [Cell] = []
        for (words, fields) in cells {
            var settings = try StrictJSON.decode(FinetuneSettings.self, from: .object(fields), source: "grid")
            let name = words.joined(separator: ",")
            for seed in seeds.isEmpty ? [settings.seed] : seeds {
                settings.seed = seed
                try settings.validate()
                let folder = (words + ["seed=\(seed)"]).joined(separator: ",")
                found.append(Cell(name: name, folder: folder, settings: settings))
            }
        }
        return found
    }

    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return String(decoding: value.encoded(), as: UTF8.self)
    }
}
