import Tensors

/// The rows of a pass that are no padding, as a cache takes them.
struct NewRows {
    /// Rows that stand one after another in the batch.
    struct Run {
        /// The row of the batch where it begins.
        let first: Int
        /// How many rows there are.
        let count: Int
    }

    /// Runs of each sequence, in order.
    let runs: [[Run]]
    /// Positions of each sequence's rows, in order.
    let positions: [[Int32]]
    private let length: Int

    /// Throws: `value` where the host does not know the rows, or they hold segments.
    init(_ rows: Rows) throws(TensorError) {
        guard let host = rows.host else {
            throw .value(
                operation: "cache", what: "rows were picked on the device; pick them on the host (Rows.picking)")
        }
        if host.hasSegments { throw .value(operation: "cache", what: "sequences of several segments have no cache") }
        var runs: [[Run]] = []
        var positions: [[Int32]] = []
        for b in 0..<rows.sequences {
            let all = b * rows.length..<(b + 1) * rows.length
            guard let isPadding = host.isPadding else {
                runs.append(all.isEmpty ? [] : [Run(first: all.lowerBound, count: all.count)])
                positions.append(Array(host.positions[all]))
                continue
            }
            var own: [Run] = []
            var start: Int?
            for row in all where isPadding[row] != (start == nil) {
                if let first = start {
                    own.append(Run(first: first, count: row - first))
                    start = nil
                } else {
                    start = row
                }
            }
            if let first = start { own.append(Run(first: first, count: all.upperBound - first)) }
            runs.append(own)
            positions.append(all.filter { !isPadding[$0] }.map { host.positions[$0] })
        }
        self.runs = runs
        self.positions = positions
        length = rows.length
    }

    /// How many rows each sequence has.
    var counts: [Int] { positions.map(\.count) }

    /// [B*T]: how many stored rows each row sees, itself included, where `before` stood there; 0 for padding.
    func limits(after before: [Int]) -> [Int32] {
        var limits = [Int32](repeating: 0, count: runs.count * length)
        for (b, own) in runs.enumerated() {
            var seen = before[b]
            for run in own {
                for row in run.first..<run.first + run.count {
                    seen += 1
                    limits[row] = Int32(seen)
                }
            }
        }
        return limits
    }
}
