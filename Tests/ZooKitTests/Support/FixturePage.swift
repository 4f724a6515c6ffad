import Foundation
import Foundations
import TestSupport

/// `Fixtures/models.json`.
struct FixturePage: Decodable {
    /// A quotient of sums over a batch.
    struct Term: Decodable {
        let sum: Double
        let weight: Double
        let loss: Double
    }

    /// The losses of a batch; gradients are those of `total`.
    struct Losses: Decodable {
        /// Next token.
        let ntp: Term?
        /// Next patch.
        let npp: Term?
        let total: Double
    }

    /// How far numbers a are from numbers b.
    struct Distance: Decodable {
        /// max |a - b| / max |b|.
        let max: Double
        /// The same of the roots of the mean squares.
        let rms: Double

        /// The distance of `a` from `b`; nothing is as far as different counts or values that are not numbers.
        init(of a: [Double], from b: [Double]) {
            guard a.count == b.count, a.allSatisfy(\.isFinite) else {
                (max, rms) = (.infinity, .infinity)
                return
            }
            let differences = zip(a, b).map { abs($0 - $1) }
            func root(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            func quotient(_ x: Double, _ y: Double) -> Double { x == 0 ? 0 : x / y }
            max = quotient(differences.max() ?? 0, b.map { abs($0) }.max() ?? 0)
            rms = quotient(root(differences), root(b))
        }
    }

    /// Distances of one precision from another on the same case.
    struct Distances: Decodable {
        let outputs: [String: Distance]
        /// |a / b - 1| by term.
        let losses: [String: Double]
        let gradients: [String: Distance]
        let worstGradient: Distance
    }

    /// The losses with the black patches behind images attended or not, predicted or not.
    struct Flags: Decodable {
        let eosAttended: Bool
        let eosInLoss: Bool
        let losses: Losses
    }

    /// One case.
    struct Case: Decodable {
        let model: String
        let configChanges: [String: JSONValue]
        /// Tokens a row, without padding.
        let textLengths: [Int]?
        /// Patches a row, without the black patch.
        let imageLengths: [Int]?
        /// Places of each document of each packed row.
        let documents: [[Int]]?
        let losses: Losses
        let flags: [Flags]?
        let float32FromFloat64: Distances
        let bfloat16FromFloat32: Distances
        /// The case whose outputs these are, if not its own.
        let outputsOf: String?
        /// The case whose gradients these are.
        let gradientsOf: String?
    }

    /// Settings of the curves' optimiser; weight decay applies to every parameter.
    struct AdamW: Decodable {
        let steps: Int
        let lr: Double
        let betas: [Double]
        let eps: Double
        let weightDecay: Double
        let clip: Double
        let warmupSteps: Int
    }

    /// A short training: total loss before each step, norm of all gradients before clipping.
    struct Training: Decodable {
        let losses: [Double]
        let norms: [Double]
    }

    /// A model's short training in three precisions.
    struct Curve: Decodable {
        /// Names of the cases whose batches are taken in turn.
        let batches: [String]
        /// Learning rate of each step.
        let rates: [Double]
        let float64: Training
        let float32: Training
        let bfloat16: Training
        /// Norm of each parameter after the last step, in double precision.
        let parameterNormsAfter: [String: Double]
    }

    /// Settings of the curves.
    let adamw: AdamW
    /// Configurations with Hugging Face's keys.
    let models: [String: [String: JSONValue]]
    let cases: [String: Case]
    let curves: [String: Curve]

    /// The page, read once.
    static let shared = Result { () throws -> FixturePage in
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path("models.json")))
        return try decoder.decode(FixturePage.self, from: bytes)
    }

    /// Where a file of the folder is.
    static func path(_ name: String) -> String { Repository.root + "/Tests/ZooKitTests/Fixtures/" + name }
}
