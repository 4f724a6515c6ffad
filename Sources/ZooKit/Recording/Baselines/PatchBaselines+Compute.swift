import Tensors

extension PatchBaselines {
    /// How many patches before ridge regressions see.
    static let lags = [1, 2, 4]
    /// What is added to each feature's sum of squares, for each training patch. Chosen on rendered text.
    static let penaltyShare = 1e-3
    /// Unknowns of a regression at most.
    static let unknownLimit = 4096

    /// The losses on `heldOut` of what is learned from `training`; nil where either holds no target.
    ///
    /// Pictures without colours count with one channel: a regression on equal channels is one on a single one with the penalty
    /// parted among them. Products run on `kernels` in single precision, sums of products and the solution in double. Throws
    /// `TensorError`, ``RecordingError``.
    init?(
        training: PatchRows, heldOut: PatchRows, isNormalised: Bool, penaltyShare: Double = Self.penaltyShare,
        kernels: any KernelSet
    ) throws {
        guard !training.targets.isEmpty, !heldOut.targets.isEmpty else { return nil }
        let isGray = training.size % 3 == 0 && training.hasColours && training.isGray && heldOut.isGray
        let repeats = isGray ? 3 : 1
        let rows = isGray ? training.ofOneChannel : training
        let asked = isGray ? heldOut.ofOneChannel : heldOut
        trainingPatches = training.targets.count
        heldOutPatches = heldOut.targets.count
        penalty = penaltyShare * Double(trainingPatches)
        let work = try PatchRegression(
            rows, isNormalised: isNormalised, repeats: repeats,
            lags: Self.lags.filter { $0 * rows.size <= Self.unknownLimit }, penalty: penalty / Double(repeats),
            workspace: Workspace(kernels: kernels, precision: .fp32))
        let losses = try work.losses(asked)
        (zero, mean) = (losses.zero, losses.mean)
        ridge = losses.ridge.map { Ridge(patches: $0.lag, loss: $0.loss) }
    }
}

/// Linear predictors of a patch from 1, 2, 4 patches before.
struct PatchRegression {
    private let size: Int
    private let isNormalised: Bool
    private let repeats: Int
    private let workspace: Workspace
    /// The mean target.
    private let mean: [Double]
    /// For each number of patches its matrix, [lag * size, size], and what is added, [size].
    private(set) var predictors: [(lag: Int, weights: [Double], offset: [Double])] = []

    /// Rows that a product takes at once.
    private static let chunk = 2048

    /// Learns from `rows`. Throws `TensorError`, ``RecordingError``.
    init(
        _ rows: PatchRows, isNormalised: Bool, repeats: Int, lags: [Int], penalty: Double, workspace: Workspace
    ) throws {
        size = rows.size
        self.isNormalised = isNormalised
        self.repeats = repeats
        self.workspace = workspace
        let count = rows.targets.count
        let chunks = stride(from: 0, to: count, by: Self.chunk).map { $0..<min($0 + Self.chunk, count) }
        var mean = [Double](repeating: 0, count: size)
        for chunk in chunks {
            Self.add(rows.numbers(chunk, isNormalised: isNormalised, repeats: repeats), to: &mean[...])
        }
        for k in mean.indices { mean[k] /= Double(count) }
        self.mean = mean
        guard let blocks = lags.max() else { return }

        let system = RidgeSystem(blocks: blocks, of: size, columns: size)
        var means = [Double](repeating: 0, count: blocks * size)
        for chunk in chunks {
            var targets = rows.numbers(chunk, isNormalised: isNormalised, repeats: repeats)
            for index in targets.indices { targets[index] -= Float(mean[index % size]) }
            let wanted = try tensor(targets, chunk.count)
            let features = try (1...blocks).map { lag in
                let features = rows.features(chunk, lag: lag)
                Self.add(features, to: &means[(lag - 1) * size..<lag * size])
                return try tensor(features, chunk.count)
            }
            for first in 0..<blocks {
                for second in 0...first {
                    system.add(products: try product(features[first], features[second]), first, second)
                }
                system.add(targets: try product(wanted, features[first]), first)
            }
        }
        for k in means.indices { means[k] /= Double(count) }
        try system.factor(count: Double(count), means: means, penalty: penalty)
        for lag in lags {
            // Solutions have a row for each number of a patch.
            let solution = system.solution(blocks: lag)
            let unknowns = lag * size
            var weights = [Double](repeating: 0, count: unknowns * size)
            var offset = mean
            for i in 0..<size {
                for j in 0..<unknowns {
                    weights[j * size + i] = solution[i * unknowns + j]
                    offset[i] -= solution[i * unknowns + j] * means[j]
                }
            }
            predictors.append((lag, weights, offset))
        }
    }

    /// Mean squared differences over the numbers of all targets.
    func losses(_ rows: PatchRows) throws -> (zero: Double, mean: Double, ridge: [(lag: Int, loss: Double)]) {
        var (zero, middle) = (0.0, 0.0)
        var ridge = [Double](repeating: 0, count: predictors.count)
        let weights = try predictors.map { predictor in
            try (0..<predictor.lag).map { lag in
                try workspace.numbers(
                    Array(predictor.weights[lag * size * size..<(lag + 1) * size * size]), [size, size])
            }
        }
        let tape = Tape(workspace, mode: .inference)
        for start in stride(from: 0, to: rows.targets.count, by: Self.chunk) {
            let range = start..<min(start + Self.chunk, rows.targets.count)
            let truth = rows.numbers(range, isNormalised: isNormalised, repeats: repeats)
            for (index, value) in truth.enumerated() {
                zero += Double(value) * Double(value)
                middle += (Double(value) - mean[index % size]) * (Double(value) - mean[index % size])
            }
            let features = try (1...max(1, predictors.map(\.lag).max() ?? 1)).map { lag in
                try tensor(rows.features(range, lag: lag), range.count)
            }
            for (place, predictor) in predictors.enumerated() {
                var sums = [Double](repeating: 0, count: truth.count)
                for lag in 0..<predictor.lag {
                    let part = try workspace.values(tape.matmul(features[lag], weights[place][lag]))
                    for index in sums.indices { sums[index] += part[index] }
                }
                for index in sums.indices {
                    let difference = sums[index] + predictor.offset[index % size] - Double(truth[index])
                    ridge[place] += difference * difference
                }
            }
        }
        let count = Double(rows.targets.count * size)
        return (zero / count, middle / count, zip(predictors, ridge).map { ($0.lag, $1 / count) })
    }

    private static func add(_ rows: [Float], to sums: inout ArraySlice<Double>) {
        let size = sums.count
        let first = sums.startIndex
        for start in stride(from: 0, to: rows.count, by: size) {
            for k in 0..<size { sums[first + k] += Double(rows[start + k]) }
        }
    }

    private func tensor(_ values: [Float], _ rows: Int) throws(TensorError) -> Tensor {
        let tensor = try workspace.empty([rows, size], .float32)
        unsafe values.withUnsafeBytes { bytes in unsafe workspace.kernels.write(bytes, to: tensor.operand) }
        return tensor
    }

    /// a' b: [size, size].
    private func product(_ a: Tensor, _ b: Tensor) throws(TensorError) -> [Float] {
        let result = try workspace.empty([size, size], .float32)
        workspace.kernels.product(
            a.matrix.transpose, b.matrix, bias: nil, into: result.operand, scale: 1, accumulate: false)
        var values = [Float](repeating: 0, count: size * size)
        unsafe values.withUnsafeMutableBytes { bytes in unsafe workspace.kernels.read(result.operand, into: bytes) }
        return values
    }
}
