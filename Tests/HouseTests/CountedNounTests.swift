import Foundation
import Testing

/// Messages count with `counted`: a number put before a noun in the plural reads "1 shards".
@Suite struct CountedNounTests {
    private static let nouns =
        "documents shards files steps classes examples lines patches sequences tokens texts models tasks seeds entries labels "
        + "parameters processes answers ids layers checkpoints evaluations prompts samples pieces merges tensors problems choices "
        + "errors runs rounds records"
    @Test func numbersBeforeNounsAreCounted() throws {
        let pattern = try Regex("\\) (" + Self.nouns.split(separator: " ").joined(separator: "|") + ")\\b(?!/s)")
        let folders = ["letterpress", "Evaluation", "ZooKit", "Patches", "Corpora", "Zoo", "Reports"]
        var found: [String] = []
        for path in try folders.flatMap({ try Tree.files(in: "Sources/\($0)", endingWith: ".swift") }) {
            for (number, line) in try Tree.text(path).split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                let text = line.trimmingCharacters(in: .whitespaces)
                guard !text.hasPrefix("//"), text.contains("\\("), let match = text.firstMatch(of: pattern) else {
                    continue
                }
                // A limit is never one.
                if !text[..<match.range.lowerBound].contains("more than \\(") {
                    found.append("\(path):\(number + 1): \(text)")
                }
            }
        }
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }
}
