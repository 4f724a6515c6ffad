import ArgumentParser

/// `letterpress generate`: a model continues a prompt.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Let a model continue texts, or pictures of text.",
        discussion: """
            EXAMPLES
              letterpress generate --model models/smollm2 --prompt "Once upon a time" -n 40
              letterpress generate --model models/smollm2 --prompts prompts.jsonl --samples 4 --preset nucleus --json
            """,
        subcommands: [GenerateText.self, GeneratePixels.self], defaultSubcommand: GenerateText.self)
}
