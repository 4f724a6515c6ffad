import ArgumentParser
import Foundations
import Patches
import Typesetting

/// `letterpress verify`: a folder of shards against its manifest.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check every shard against the manifest and render a sample again.",
        discussion: """
            Exits with 0 without errors, with 65 otherwise.

            EXAMPLES
              letterpress verify shards
              letterpress verify shards --every 1 --json
            """)

    @Argument(help: ArgumentHelp("Folder with a manifest.json.", valueName: "folder"), completion: .directory)
    var folder: String
    @Option(help: ArgumentHelp("Render every k-th document again; 0 renders none.", valueName: "k")) var every = 100
    @Option(
        name: .customLong("font"),
        help: ArgumentHelp("Font file of the manifest that is not installed; repeat in its order.", valueName: "path"),
        completion: .file())
    var fonts: [String] = []
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if every < 0 { throw ValidationError("--every takes 0 or more") }
    }

    func run() throws {
        let verifier = ShardVerifier(
            folder: folder, every: every, fonts: fonts.isEmpty ? nil : try .init(paths: fonts))
        var done = 0
        let found = try verifier.run { shard in
            done += 1
            if report.showsProgress { Console.progress("\(counted(done, "shard")), last \(shard.file)") }
        }
        if report.showsProgress { Console.progress(nil) }
        for warning in found.warnings { report.warn(warning) }
        if report.json {
            try Console.result(
                .object([
                    "errors": .array(found.errors.map { .string("\($0)") }), "rendered": .integer(found.rendered),
                    "sequences": .integer(found.sequences), "shards": .integer(found.shards),
                    "warnings": .array(found.warnings.map { .string($0) }),
                ]))
        } else {
            for error in found.errors { try Console.result("\(error)") }
            try Console.result(
                "\(folder): \(counted(found.shards, "shard")), \(counted(found.sequences, "sequence")), \(found.rendered) rendered again, "
                    + (found.errors.isEmpty ? "no errors" : "\(counted(found.errors.count, "error"))"))
        }
        if !found.errors.isEmpty { throw ExitCode(.badData) }
    }
}
