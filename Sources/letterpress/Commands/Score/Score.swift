import ArgumentParser
import ZooKit

/// `letterpress score`: how likely a model finds what is there.
struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Measure how well a model predicts texts, or pictures of text.",
        discussion: """
            EXAMPLES
              letterpress score --model models/smollm2 book.txt --stride 512
              letterpress score text --model models/smollm2 --text "Ink on paper" --tokens
              letterpress score pixels --model models/pixelgpt --text "Ink on paper" -o map.png
            """,
        subcommands: [ScoreText.self, ScorePixels.self], defaultSubcommand: ScoreText.self)
}

/// How what is longer than a model reads at once is cut.
struct WindowFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Places of a window (2048, or the model's positions).", valueName: "n"))
    var window: Int?
    @Option(help: ArgumentHelp("Places from a window to the next (half a window).", valueName: "n")) var stride: Int?

    /// Windows for a model; a sequence that fits one has no need of more.
    func windows(for config: DecoderConfig) throws -> ScoreWindows {
        let window = window ?? min(2048, config.positions)
        return try ScoreWindows(window: window, stride: stride ?? max(1, window / 2))
    }
}
