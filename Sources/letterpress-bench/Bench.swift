import ArgumentParser

/// Benchmarks and comparisons with the reference renderer. Cases are data; figures go to standard output as JSON.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "letterpress-bench",
        abstract: "Compare with the reference renderer and measure.",
        subcommands: [
            Fidelity.self, FidelitySets.self, Stream.self, Coverage.self, Step.self, Finetune.self, Products.self,
            Decode.self, Logits.self, Tokenize.self, Ranks.self, Feed.self,
        ])
}
