import ArgumentParser
import Corpora
import Distribution
import Foundation
import Foundations
import Patches
import ZooKit

/// `letterpress render`: a corpus to shards.
struct Render: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Render a corpus to shards of patches.",
        usage: """
            letterpress render [<options>] <input> ... --out <folder>
            letterpress render [<options>] --print-config
            """,
        discussion: """
            Inputs are files, folders, patterns or - for standard input: text (one document a line), JSON lines, CSV,
            TSV or WebDataset tars, plain or compressed by gzip, zstd or xz; Parquet (needs Python's pyarrow).
            Ctrl-C keeps the finished shards and says how to resume.
            Processes started by mpirun draw one output together, with the bytes of a single process.
            A flag overrides LETTERPRESS_<KEY> in the environment, then --config, --renderer, --preset, the default.

            EXAMPLES
              letterpress render news.jsonl.gz --label-field topic --out shards --format native --workers 8
              letterpress render corpus/ --shard 3/16 --out /data/shards-3 --resume
              mpirun -n 8 letterpress render corpus/ --out shards
            """)

    @Argument(help: ArgumentHelp("Files, folders, patterns or -.", valueName: "input"), completion: .file()) var inputs:
        [String] = []
    @Option(
        name: [.short, .long], help: ArgumentHelp("Output folder (required).", valueName: "folder"),
        completion: .directory)
    var out: String?
    @Flag(help: "Resume an interrupted render.") var resume = false
    @Flag(help: "Replace the shards in the folder.") var overwrite = false
    @Option(help: ArgumentHelp("Worker threads (one a core); 0 works on one thread.", valueName: "n")) var workers: Int?
    @Flag(help: "Print every setting with its origin and exit; needs no input.") var printConfig = false
    @OptionGroup(title: "Reading") var reading: ReadingFlags
    @OptionGroup(title: "Pixels") var rendering: RenderingFlags
    @OptionGroup(title: "Patches") var layout: LayoutFlags
    @OptionGroup(title: "Shards") var shards: ShardFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @OptionGroup(title: "Settings") var settings: SettingOptions
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if !printConfig {
            if inputs.isEmpty { throw ValidationError("Missing expected argument '<input> ...'") }
            if out == nil { throw ValidationError("Missing expected argument '--out <folder>'") }
        }
        if resume, overwrite { throw ValidationError("--resume and --overwrite exclude each other") }
        if let workers, !RunSettings.workerRange.contains(workers) {
            throw ValidationError("--workers takes 0 to \(RunSettings.workerRange.upperBound)")
        }
    }

    func run() throws {
        let merged = try settings.merged(with: flags)
        let read = try merged.reading()
        let shardOptions = try merged.decode("shards", over: ShardOptions())
        let pixels = try PixelSettings(merged)
        _ = try merged.decode("fonts", over: FontSettings())
        let threads = try RunSettings.read(merged).renderingThreads
        guard !printConfig, let out else {
            return try ConfigPrinter.show(
                merged,
                sections: [
                    ("read", read), ("render", pixels.render), ("layout", pixels.layout), ("shards", shardOptions),
                ])
        }
        var job = RenderJob(
            inputs: inputs.map(InputSpec.init), read: read, render: pixels.render, layout: pixels.layout,
            shards: shardOptions, fonts: try fonts.open(merged), output: out,
            policy: resume ? .resume : overwrite ? .overwrite : .fresh, workers: threads)
        // With --shard each process works for itself.
        let group = read.shardCount > 1 ? nil : try MPIProcesses.joined() as? MPIProcesses
        let shown = group.map { $0.rank == 0 } ?? true ? report : .silent
        let printer = RenderPrinter(report: shown)
        Waiting.begin("finding the inputs", shown)
        defer { Waiting.end() }
        defer { printer.clear() }
        let manifest: Manifest?
        if let group {
            manifest = try job.run(with: group) { Render.show($0, printer) }
        } else {
            // Standard input may keep a render waiting, and nothing can be resumed from it.
            if !inputs.contains("-") {
                StopSignal.listen()
                job.shouldStop = { StopSignal.number != nil }
            }
            do { manifest = try job.run { Render.show($0, printer) } } catch ShardError.stopped(
                _, let documents, let shards)
            {
                printer.clear()
                try printer.stopped(documents: documents, shards: shards, folder: out)
                throw ExitCode.stopped
            }
        }
        if let manifest { try printer.summarise(manifest, folder: out, fonts: job.fonts) }
        try group?.leave()
    }

    private static func show(_ event: RenderEvent, _ printer: RenderPrinter) {
        Waiting.end()
        printer.show(event)
    }

    private var flags: SettingLayer {
        var layer = SettingLayer(flags: [reading, rendering, layout, shards, fonts])
        layer.set("run", "workers", workers.map { .integer($0) })
        return layer
    }
}
