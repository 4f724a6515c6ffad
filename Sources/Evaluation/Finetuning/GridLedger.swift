public import Foundations
public import ZooKit

/// The result of one cell of a grid: a line of `grid.jsonl`.
public struct GridEntry: Codable, Sendable, Equatable {
    /// Keys and values but the seed.
    public var cell: String
    /// The folder below the grid's.
    public var folder: String
    /// All settings.
    public var settings: FinetuneSettings
    /// The identities of model, task and data.
    public var identity: JSONValue
    /// The metric that decides.
    public var metric: String
    /// Its best value; nil where it was never defined.
    public var value: Double?
    /// After so many steps.
    public var bestStep: Int
    /// Steps that were made.
    public var steps: Int
    /// Seconds that it took, since it last went on.
    public var seconds: Double

    enum CodingKeys: String, CodingKey {
        case cell, folder, settings, identity, metric, value, steps, seconds
        case bestStep = "best_step"
    }

    /// An entry of a finished run.
    public init(_ cell: FinetuneGrid.Cell, _ result: FinetuneResult, identity: JSONValue, seconds: Double) {
        self.cell = cell.name
        folder = cell.folder
        settings = cell.settings
        self.identity = identity
        metric = result.metric
        value = result.value
        bestStep = result.bestStep
        steps = result.steps
        self.seconds = seconds
    }
}

/// The finished cells of a grid, in a file that grows by a line for each: a grid that was stopped begins where it was.
public final class GridLedger {
    /// The file's name.
    public static let fileName = "grid.jsonl"

    /// Where it is.
    public let path: String
    /// The finished cells, in the order in which they ended.
    public private(set) var entries: [GridEntry] = []
    private let file: AppendedFile

    /// Opens the ledger, or makes it; a last line that was cut off goes. Throws `FileError`, and `ConfigError` for a line that is
    /// none of a ledger.
    public init(_ path: String) throws {
        self.path = path
        if Folder.hasItem(path) {
            let whole: [UInt8]
            let isWhole: Bool
            (entries, whole, isWhole) = try Self.lines(of: path)
            if !isWhole { try AtomicFile.write(whole, to: path) }
        }
        file = try AppendedFile(path)
    }

    /// The entries of a ledger, which stays as it is. Throws `FileError`, and `ConfigError` for a line that is none of a ledger.
    public static func read(_ path: String) throws -> [GridEntry] { try lines(of: path).entries }

    /// Entries, the bytes of the whole lines, and whether these are all.
    private static func lines(of path: String) throws -> (entries: [GridEntry], whole: [UInt8], isWhole: Bool) {
        let mapped = try MappedFile(path: path)
        let bytes = unsafe mapped.withBytes { unsafe [UInt8]($0) }
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { Array(bytes[...$0]) } ?? []
        var entries: [GridEntry] = []
        for (number, line) in whole.split(separator: UInt8(ascii: "\n")).enumerated() {
            entries.append(
                try StrictJSON.decode(
                    GridEntry.self, from: JSONValue.parse(Array(line), keepsSpelling: true),
                    source: "\(path):\(number + 1)"))
        }
        return (entries, whole, whole.count == bytes.count)
    }

    /// The entry of a cell with the same settings, model and data; nil where it is to be run.
    public func entry(of cell: FinetuneGrid.Cell, identity: JSONValue) -> GridEntry? {
        entries.last { $0.settings == cell.settings && $0.identity == identity }
    }

    /// Adds an entry, and waits until it is on the disk. Throws `FileError` and `ConfigError`.
    public func append(_ entry: GridEntry) throws {
        try file.append(StrictJSON.encodedValue(entry).encoded() + [UInt8(ascii: "\n")])
        try file.sync()
        entries.append(entry)
    }
}

/// The cells of a grid by how good they are: the mean over seeds of the metric that decides.
public struct GridRanking: Sendable {
    /// A cell over its seeds.
    public struct Row: Sendable, Equatable {
        /// Keys and values but the seed.
        public let cell: String
        /// Values by seed; nil where the metric was never defined.
        public let values: [Double?]
        /// The mean; nil where a value is missing.
        public let mean: Double?
        /// The sample's standard deviation; nil for fewer than two values.
        public let deviation: Double?
        /// The folder of the best seed.
        public let best: String
    }

    /// The best first; cells without a value last.
    public let rows: [Row]

    /// Ranks entries by a metric that is better where it is `direction`.
    public init(_ entries: [GridEntry], direction: Metric.Direction) {
        var cells: [(name: String, entries: [GridEntry])] = []
        for entry in entries {
            if let place = cells.firstIndex(where: { $0.name == entry.cell }) {
                cells[place].entries.append(entry)
            } else {
                cells.append((entry.cell, [entry]))
            }
        }
        func isBetter(_ a: Double?, _ b: Double?) -> Bool {
            guard let a else { return false }
            guard let b else { return true }
            return direction == .lower ? a < b : a > b
        }
        rows = cells.map { cell in
            let known = cell.entries.compactMap(\.value)
            let mean = known.count == cell.entries.count ? known.reduce(0, +) / Double(known.count) : nil
            let deviation: Double? = mean.flatMap { mean in
                guard known.count > 1 else { return nil }
                let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                return (squares / Double(known.count - 1)).squareRoot()
            }
            let best = cell.entries.dropFirst().reduce(cell.entries[0]) { isBetter($1.value, $0.value) ? $1 : $0 }
            return Row(
                cell: cell.name, values: cell.entries.map(\.value), mean: mean, deviation: deviation, best: best.folder)
        }.enumerated().sorted {
            isBetter($0.element.mean, $1.element.mean)
                || !isBetter($1.element.mean, $0.element.mean) && $0.offset < $1.offset
        }.map(\.element)
    }
}
