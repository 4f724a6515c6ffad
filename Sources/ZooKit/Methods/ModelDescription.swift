import Foundations
public import Layers
import Reports
public import Tensors

/// The cost of a model of some shape, by part; nothing is computed and no memory filled to find out.
public struct ModelDescription: Codable, Sendable, Equatable {
    /// One part.
    public struct Row: Codable, Sendable, Equatable {
        /// Its name: a dotted path, or "layers (each)".
        public let part: String
        /// How many such parts the model has.
        public let count: Int
        /// The cost of one.
        public let cost: Cost
        /// Bytes of AdamW's two moments for one.
        public let optimiserBytes: Int
        /// Bytes that one keeps in a cache of a whole sequence.
        public let cacheBytes: Int

        enum CodingKeys: String, CodingKey {
            case part, count, cost
            case optimiserBytes = "optimiser_bytes"
            case cacheBytes = "cache_bytes"
        }

        init(part: String, count: Int, cost: Cost, length: Int) {
            self.part = part
            self.count = count
            self.cost = cost
            optimiserBytes = 8 * cost.parameters
            cacheBytes = 2 * cost.cachedNumbers * length
        }
    }

    /// The rows: embeddings, layers (those alike together), norm, heads.
    public let rows: [Row]
    /// All together.
    public let total: Cost
    /// All but the heads.
    public let base: Cost
    /// Rows of a sequence.
    public let length: Int
    /// Bytes of weights in single precision.
    public let weightBytes: Int
    /// Bytes of AdamW's two moments when everything is trained.
    public let optimiserBytes: Int
    /// Bytes of a cache for one sequence of `length` rows in bfloat16.
    public let cacheBytes: Int
    /// Operations of a training step for one sequence: three times the forward pass.
    public let trainingOperations: Double

    enum CodingKeys: String, CodingKey {
        case rows = "parts"
        case total, base, length
        case weightBytes = "weight_bytes"
        case optimiserBytes = "optimiser_bytes"
        case cacheBytes = "cache_bytes"
        case trainingOperations = "training_operations_per_sequence"
    }

    /// The description of a model with the heads it is pretrained with, at sequences of `length` rows. Of alike layers one is
    /// made, and one layer at a time. Throws: `outOfMemory` where a single parameter is more than the system could ever hold.
    public init(_ config: DecoderConfig, length: Int, workspace: Workspace) throws(TensorError) {
        func model(_ layer: LayerConfig?) throws(TensorError) -> LanguageModel {
            var one = config
            one.layerCount = 1
            one.layers = layer.map { [$0] }
            return try LanguageModel(ParameterBuilder(workspace: workspace, seed: 0, drawsValues: false), config: one)
        }
        let first = try model(config.layers?.first)
        var (base, total) = (first.base.cost(length: length), first.cost(length: length))
        var known = [config.layers?.first ?? LayerConfig(): first.base.blocks.map { $0.cost(length: length) }]
        var layers: [Cost] = []
        for index in 0..<config.layerCount {
            let layer = config.layers?[index] ?? LayerConfig()
            if known[layer] == nil {
                known[layer] = try model(layer).base.blocks.map { $0.cost(length: length) }
            }
            layers += known[layer] ?? []
        }
        for cost in layers.dropFirst() { (base, total) = (base + cost, total + cost) }
        self.init(first, layers: layers, base: base, total: total, length: length)
    }

    /// The description of a model that is there.
    public init(_ model: LanguageModel, length: Int) {
        self.init(
            model, layers: model.base.blocks.map { $0.cost(length: length) }, base: model.base.cost(length: length),
            total: model.cost(length: length), length: length)
    }

    /// Embeddings, norm and heads of `model`, its blocks as `layers` have them.
    private init(_ model: LanguageModel, layers: [Cost], base: Cost, total: Cost, length: Int) {
        var rows: [Row] = []
        func add(_ name: String, _ count: Int, _ cost: Cost) {
            rows.append(Row(part: name, count: count, cost: cost, length: length))
        }
        var waiting = layers.enumerated().map { (index: $0.offset, cost: $0.element) }[...]
        for child in model.base.children where !(child.part is SequentialSchedule) {
            guard child.part is DecoderBlock else {
                add(child.name, 1, child.part.cost(length: length))
                continue
            }
            while let (index, cost) = waiting.first {
                let count = waiting.prefix { $0.cost == cost }.count
                add(count == 1 ? "layers.\(index)" : "layers (each)", count, cost)
                waiting = waiting.dropFirst(count)
            }
        }
        for child in model.children where child.name != "model" { add(child.name, 1, child.part.cost(length: length)) }
        self.rows = rows
        self.total = total
        self.base = base
        self.length = length
        weightBytes = 4 * total.parameters
        optimiserBytes = 8 * total.parameters
        cacheBytes = 2 * total.cachedNumbers * length
        trainingOperations = 3 * total.operations * Double(length)
    }

    /// The description as lines of a table.
    public var table: [String] {
        var cells = [["part", "count", "parameters", "active", "operations/row", "cached/row", "cache", "moments"]]
        for row in rows { cells.append(Self.cells(row)) }
        cells.append(Self.cells(Row(part: "model without heads", count: 1, cost: base, length: length)))
        cells.append(Self.cells(Row(part: "total", count: 1, cost: total, length: length)))
        let embeddings = rows.filter { $0.part.hasPrefix("embed_") }.reduce(0) { $0 + $1.cost.parameters }
        return TextTable.lines(cells) + [
            "\(Figures.parameters(total.parameters)), embeddings and heads included; without heads "
                + "\(ReportNumbers.grouped(base.parameters)), without heads and embeddings "
                + "\(ReportNumbers.grouped(base.parameters - embeddings))",
            "cache: bytes in bf16 for \(counted(length, "row")); moments: bytes of AdamW's two in fp32",
            "weights \(Self.megabytes(weightBytes)) in fp32, moments of AdamW \(Self.megabytes(optimiserBytes))",
            "cache of \(counted(length, "row")) \(Self.megabytes(cacheBytes)) in bf16",
            "a training step on one sequence of \(counted(length, "row")): \(ReportNumbers.grouped(Int(saturating: trainingOperations / 1e6))) million operations",
        ]
    }

    private static func cells(_ row: Row) -> [String] {
        [
            row.part, "\(row.count)", ReportNumbers.grouped(row.cost.parameters),
            ReportNumbers.grouped(row.cost.activeParameters),
            ReportNumbers.grouped(Int(saturating: row.cost.operations)), ReportNumbers.grouped(row.cost.cachedNumbers),
            ReportNumbers.grouped(row.cacheBytes),
            ReportNumbers.grouped(row.optimiserBytes),
        ]
    }

    private static func megabytes(_ bytes: Int) -> String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return "\(ReportNumbers.grouped(tenths / 10)).\(tenths % 10) MiB"
    }
}
