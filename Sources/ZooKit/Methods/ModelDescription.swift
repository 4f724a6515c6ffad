public import Layers
public import Tensors

/// What a model of some shape costs, by part; nothing is computed and no memory filled to find out.
public struct ModelDescription: Codable, Sendable, Equatable {
    /// One part.
    public struct Row: Codable, Sendable, Equatable {
        /// Its name: a dotted path, or "layers (each)".
        public let part: String
        /// How many such parts the model has.
        public let count: Int
        /// The cost of one.
        public let cost: Cost
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

    /// The description of a model with the heads it is pretrained with, at sequences of `length` rows.
    public init(_ config: DecoderConfig, length: Int, workspace: Workspace) throws(TensorError) {
        let builder = ParameterBuilder(workspace: workspace, seed: 0, drawsValues: false)
        let model = try LanguageModel(builder, config: config)
        self.init(model, length: length)
    }

    /// The description of a model that is there.
    public init(_ model: LanguageModel, length: Int) {
        var rows: [Row] = []
        for child in model.base.children {
            let cost = child.part.cost(length: length)
            if child.part is DecoderBlock, let last = rows.last, last.cost == cost, last.part.hasPrefix("layers") {
                rows[rows.count - 1] = Row(part: "layers (each)", count: last.count + 1, cost: cost)
            } else {
                rows.append(Row(part: child.name, count: 1, cost: cost))
            }
        }
        for child in model.children where child.name != "model" {
            rows.append(Row(part: child.name, count: 1, cost: child.part.cost(length: length)))
        }
        self.rows = rows
        total = model.cost(length: length)
        base = model.base.cost(length: length)
        self.length = length
        weightBytes = 4 * total.parameters
        optimiserBytes = 8 * total.parameters
        cacheBytes = 2 * total.cachedNumbers * length
        trainingOperations = 3 * total.operations * Double(length)
    }

    /// The description as lines of a table.
    public var table: [String] {
        let head = ["part", "count", "parameters", "active", "operations/row", "cached/row"]
        var cells = [head]
        for row in rows { cells.append(Self.cells(row.part, row.count, row.cost)) }
        cells.append(Self.cells("model without heads", 1, base))
        cells.append(Self.cells("total", 1, total))
        let widths = head.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let lines = cells.map { line in
            line.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
        }
        return lines + [
            "weights \(Self.megabytes(weightBytes)) in fp32, moments of AdamW \(Self.megabytes(optimiserBytes))",
            "cache of \(length) rows \(Self.megabytes(cacheBytes)) in bf16",
            "a training step on one sequence of \(length) rows: \(Self.grouped(Int(trainingOperations / 1e6))) million operations",
        ]
    }

    private static func cells(_ name: String, _ count: Int, _ cost: Cost) -> [String] {
        [
            name, "\(count)", grouped(cost.parameters), grouped(cost.activeParameters),
            grouped(Int(cost.operations)), grouped(cost.cachedNumbers),
        ]
    }

    private static func megabytes(_ bytes: Int) -> String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return "\(grouped(tenths / 10)).\(tenths % 10) MiB"
    }

    /// 1234567 as 1,234,567.
    private static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0,
                digits[..<digits.index(digits.startIndex, offsetBy: index)] != "-"
            {
                result.append(",")
            }
            result.append(digit)
        }
        return result
    }
}
