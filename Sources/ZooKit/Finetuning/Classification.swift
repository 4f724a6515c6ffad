import Foundations
public import Layers
public import Tensors

/// Classes by cross-entropy, or, where the head has one output, numbers by their squared error, as they are (section 3.7 of the
/// specification). Both are means over the examples of a step.
public struct Classification: Objective {
    /// The model, with a head of classes.
    public let model: LanguageModel

    /// For a model with a head of classes.
    public init(_ model: LanguageModel) { self.model = model }

    /// True if the head gives one number.
    public var isRegression: Bool { model.score?.outputs == 1 }

    /// One of the two, by the head.
    public var termNames: [String] { [isRegression ? "regression" : "classification"] }

    /// The model.
    public var root: (any Part)? { model }
    /// All rows, padding among them.
    public func rows(of batch: ClassifierBatch) -> Rows? { batch.input.rows }

    /// "text", "image" or "pair".
    public func kind(of batch: ClassifierBatch) -> String { batch.kind.rawValue }

    /// The examples.
    public func weights(of batch: ClassifierBatch) -> [String: Double] { [termNames[0]: Double(batch.targets.count)] }

    /// One forward pass. Throws `value` for an example without an answer, or with one that is not the head's.
    public func terms(of batch: ClassifierBatch, _ context: ForwardContext) throws(TensorError) -> [LossTerm] {
        let tape = context.tape
        let scores = try scores(of: batch, context)
        let weight = Double(batch.targets.count)
        if isRegression {
            var values: [Double] = []
            for target in batch.targets {
                guard case .value(let value)? = target else { throw wrong(target, "a number") }
                values.append(-value)
            }
            let difference = try tape.add(scores, tape.workspace.numbers(values, [values.count, 1]))
            return [LossTerm(termNames[0], sum: try tape.sumOfSquares(difference), weight: weight)]
        }
        var labels: [Int32] = []
        for target in batch.targets {
            guard case .label(let label)? = target, (0..<scores.columns).contains(label) else {
                throw wrong(target, "one of \(counted(scores.columns, "class"))")
            }
            labels.append(Int32(label))
        }
        let logp = try tape.logProbabilities(ofLogits: scores, targets: tape.workspace.indices(labels))
        return [LossTerm(termNames[0], sum: try tape.weightedSum(logp, scale: -1), weight: weight)]
    }

    /// Scores [B, classes] of the stream type.
    public func scores(of batch: ClassifierBatch, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let hidden = try model.hidden(batch.input, context)
        let scores = try model.classLogits(hidden, rows: batch.pooled, context)
        return try context.tape.cast(scores, to: context.tape.precision.stream)
    }

    /// Scores of examples in the order of the list that the batches were made of, without gradients: for each its classes, or its
    /// number. Throws `TensorError`. O(rows).
    public func scores(of batches: [ClassifierBatch], _ workspace: Workspace) throws(TensorError) -> [[Double]] {
        var found = [[Double]](repeating: [], count: batches.reduce(0) { $0 + $1.order.count })
        for batch in batches {
            let context = ForwardContext(tape: Tape(workspace, mode: .inference))
            let tensor = try scores(of: batch, context)
            let values = try workspace.values(tensor)
            for (row, place) in batch.order.enumerated() where found.indices.contains(place) {
                found[place] = Array(values[row * tensor.columns..<(row + 1) * tensor.columns])
            }
        }
        return found
    }

    private func wrong(_ target: ExampleTarget?, _ expected: String) -> TensorError {
        let got =
            switch target {
            case .label(let label)?: "class \(label)"
            case .value(let value)?: "the number \(value)"
            case nil: "none"
            }
        return .value(operation: "classification", what: "an example's answer is \(got), expected \(expected)")
    }
}
