import Layers
import Tensors

/// Operations of a training step, by what its rows hold: of each part those of the forward pass, as many again for the gradient of
/// its input, and once more for the gradient of a matrix that is trained. Below the first child of the base with a trained
/// parameter nothing goes back. A head whose parameters are not trained, such as that of another kind of data, is not counted.
/// Recomputation is not counted. Convention of `Cost`.
public struct TrainingCost: Sendable, Equatable {
    /// Of a row, whatever it holds, without what attention does between rows.
    private(set) var row = 0.0
    /// Of a row with a patch, on top.
    private(set) var patch = 0.0
    /// Of a row with a token, on top.
    private(set) var token = 0.0
    /// Of a row that a classifier scores, on top.
    private(set) var scored = 0.0
    /// Of a row for each row of its document.
    private(set) var attention = 0.0

    /// The cost of a model as it is trained now. O(parts).
    public init(_ model: LanguageModel) {
        var goesBack = model.base.schedule.parameters.contains(where: \.isTrainable)
        func costs(_ part: any Part) -> (alone: Double, length: Double) {
            guard let part = part as? any CostedPart else { return (0, 0) }
            let own = part.ownParameters
            let isTrained = own.isEmpty ? goesBack : own.contains(where: \.isTrainable)
            let factor = Double(1 + (goesBack ? 1 : 0) + (isTrained ? 1 : 0))
            let alone = part.ownCost(length: 0).operations
            return (factor * alone, factor * (part.ownCost(length: 1).operations - alone))
        }
        func sum(_ part: any Part) -> (alone: Double, length: Double) {
            part.descendants.map { costs($0.part) }.reduce((0, 0)) { ($0.0 + $1.alone, $0.1 + $1.length) }
        }
        (row, attention) = costs(model.base)
        for child in model.base.children {
            goesBack = goesBack || child.part.parameters.contains(where: \.isTrainable)
            let found = sum(child.part)
            attention += found.length
            if child.part is PatchEmbedding { patch += found.alone } else { row += found.alone }
        }
        for child in model.children where child.name != "model" {
            guard child.part.parameters.contains(where: \.isTrainable) else { continue }
            let found = sum(child.part).alone
            if child.part === model.patchHead {
                patch += found
            } else if child.part === model.tokenHead {
                token += found
            } else {
                scored += found
            }
        }
    }

    /// The most that `rows` rows in sequences of `length` may cost.
    public func most(rows: Int, length: Int) -> Double {
        Double(rows) * (row + patch + token + scored + attention * Double(length))
    }

    /// The cost of an input of which `scoredRows` rows are classified. O(rows).
    public func operations(of input: ModelInput, scoredRows: Int = 0) -> Double {
        let patches = input.patches?.isCounted.count { $0 } ?? 0
        let tokens = input.tokens?.isPadding.count { !$0 } ?? 0
        return row * Double(input.rows.count) + patch * Double(patches) + token * Double(tokens)
            + scored * Double(scoredRows) + attention * Double(input.attendedRows)
    }
}

extension ModelInput {
    /// For each row that holds something the rows of its document, added up: what attention works on. O(rows).
    var attendedRows: Int {
        var counts: [[Int32]: Int] = [:]
        func add(_ isPadding: [Bool], _ length: Int) {
            for (index, isPadding) in isPadding.enumerated() where !isPadding {
                counts[[Int32(index / length), segments?[index] ?? 0], default: 0] += 1
            }
        }
        if let tokens { add(tokens.isPadding, tokens.length) }
        if let patches { add(patches.isPadding, patches.length) }
        return counts.values.reduce(0) { $0 + $1 * $1 }
    }
}
