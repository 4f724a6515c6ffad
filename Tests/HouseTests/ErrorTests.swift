import Foundations
import TestSupport
import Testing

/// Every error says what kind of failure it is, and every kind has an exit code of its own.
@Suite struct ErrorTests {
    @Test func everyErrorOfTheSourcesStatesItsCategory() throws {
        var count = 0
        for file in try Tree.files(in: "Sources", endingWith: ".swift") {
            for match in try Tree.text(file).matches(of: /(?:enum|struct) (\w+): ([^{]*)\{/) {
                let kinds = match.2.split { !$0.isLetter }
                // Signals inside of a file and stops that are no failure are not named so.
                guard match.1.hasSuffix("Error") || match.1.hasSuffix("Failure") else { continue }
                guard kinds.contains("Error") || kinds.contains("CategorisedError") else { continue }
                count += 1
                #expect(kinds.contains("CategorisedError"), "\(file): \(match.1) states no category")
            }
        }
        #expect(count > 20)
    }

    @Test func everyCategoryHasItsExitCodeAndHelpListsIt() throws {
        let source = try Tree.text("Sources/letterpress/Support/CommandFailure.swift")
        let codes = source.matches(of: /case \.(\w+): (\d+)\n/)
        #expect(codes.map { "\($0.1)" } == ErrorCategory.allCases.map { "\($0)" })
        let help = try Execution.run(product: "letterpress", ["--help"]).text
        let listed = help.matches(of: /\n *(\d+) +[a-z]/).map { "\($0.1)" }
        // Beside these there are the end and the stop.
        #expect(listed == ["0"] + codes.map { "\($0.2)" } + ["75"])
        #expect(Set(listed).count == listed.count)
    }
}
