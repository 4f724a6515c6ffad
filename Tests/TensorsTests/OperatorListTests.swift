import Foundation
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// Every operator of the tape has a gradient that is compared with differences, or stands here with the reason why not.
@Suite struct OperatorListTests {
    static let cases =
        LinearOperatorTests.cases + NormOperatorTests.cases + RowsOperatorTests.cases + JoinOperatorTests.cases
        + PatchOperatorTests.cases + AttentionOperatorTests.cases + ElementwiseOperatorTests.cases
        + LossOperatorTests.cases

    static let exceptions = [
        "topK": "not differentiable: gives places",
        "groupRows": "not differentiable: gives places",
        "sortIndices": "not differentiable: gives places",
        "attentionColumnSums": "not differentiable: a statistic",
        "distributions": "not differentiable: statistics; logProbabilities is compared",
        "cast": "gives its operand back in double precision; compared in bf16",
    ]

    /// Names of the public functions that `text` declares on the tape.
    static func operators(in text: String) -> Set<String> {
        let part = /extension Tape \{\n(.*?)\n\}/.dotMatchesNewlines()
        let function = /(?m)^    public func ([A-Za-z]+)/
        return Set(text.matches(of: part).flatMap { $0.1.matches(of: function).map { String($0.1) } })
    }

    static func operators() throws -> Set<String> {
        let folder = URL(fileURLWithPath: "\(Repository.root)/Sources/Tensors/Operators")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.reduce(into: []) { names, file in
            names.formUnion(operators(in: try String(contentsOf: file, encoding: .utf8)))
        }
    }

    @Test func everyOperatorHasAGradientThatIsCompared() throws {
        let names = try Self.operators()
        #expect(names.isSuperset(of: ["linear", "attention", "topK"]))
        let compared = Set(Self.cases.map(\.operation))
        #expect(names.subtracting(compared).subtracting(Self.exceptions.keys) == [], "without a gradient check")
        #expect(compared.union(Self.exceptions.keys).subtracting(names) == [], "there is no such operator")
        #expect(compared.intersection(Self.exceptions.keys) == [], "compared and an exception")
    }

    @Test func namesAreFoundOnTheTapeAlone() {
        let text = """
            extension Tape {
                public func first(_ x: Tensor) -> Tensor { x }
                private func second() {}
            }

            extension Tensor {
                public func third() {}
            }

            extension Tape {
                public func fourth() {}
            }
            """
        #expect(Self.operators(in: text) == ["first", "fourth"])
    }
}
