import ArgumentParser
import CMalloc
import Foundation
import Foundations

/// The command line.
@main
struct Letterpress: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "letterpress",
        abstract: "Presses text into pixels.",
        discussion: """
            Results go to standard output, progress and messages to standard error.

            EXAMPLES
              letterpress preview "Hello, world" --grid -o hello.png
              letterpress render corpora/sample/sample.jsonl --out shards

            EXIT CODES
              0  done
              64 wrong usage or an option out of range
              65 input, shard or configuration with bad contents
              66 an input that is not there
              69 fonts that are not installed or not the expected ones
              70 a training reached numbers that are infinite or not numbers
              73 an output that cannot be created
              74 reading or writing failed, for instance on a full disk
              75 a training or an evaluation was stopped by a signal; resume with --resume
            """,
        version: ProgramVersion.text,
        subcommands: [
            Render.self, Preview.self, Inspect.self, Sheet.self, Verify.self, Fonts.self, Corpus.self,
            Pretrain.self, Finetune.self, Evaluate.self, TasksCommand.self, TokenizerCommand.self, Convert.self,
            ZooCommand.self, MethodCommand.self, Report.self,
            Generate.self,
            Score.self, Predict.self, Embed.self,
        ])

    static func main() {
        // Two heaps serve all threads: with one for each, freed memory stays behind in every one of them.
        mallopt(M_ARENA_MAX, 2)
        do {
            if CommandLine.arguments.dropFirst() == ["-V"] { return try Console.result(ProgramVersion.text) }
            var command = try parseAsRoot()
            try command.run()
        } catch {
            // The parser names what is missing before what it does not know.
            if exitCode(for: error) == .validationFailure,
                let advice = UsageAdvice.message(on: Array(CommandLine.arguments.dropFirst()))
            {
                Console.error(advice)
                Foundation.exit(ErrorCategory.usage.exitCode)
            }
            guard let failure = CommandFailure(error) else { exit(withError: error) }
            Console.error(failure.description)
            Foundation.exit(failure.category.exitCode)
        }
    }
}
