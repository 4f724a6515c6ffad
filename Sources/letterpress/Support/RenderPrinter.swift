import Corpora
import Foundation
import Foundations
import Patches
import Reports
import Synchronization
import Typesetting

/// Shows the progress of a render: a line of progress on a terminal, JSON lines with `--json`, warnings and a summary.
final class RenderPrinter: Sendable {
    private let json: Bool
    private let quiet: Bool
    private let showsProgress: Bool
    private let isDrawn = Mutex(false)
    /// Why standard output took no more events.
    private let failure = Mutex<(any Error)?>(nil)

    init(report: ReportFlags) {
        json = report.json
        quiet = report.quiet
        showsProgress = report.showsProgress
    }

    func show(_ event: RenderEvent) {
        switch event {
        case .started(let documents):
            emit("started", ["documents": .integer(documents)])
            if documents > 0, !quiet { Console.note("resuming after \(counted(documents, "document"))") }
        case .passedOver(let paths):
            let shown = paths.prefix(ReadReport.exampleLimit)
            emit("passed_over", ["count": .integer(paths.count), "examples": .array(shown.map { .string($0) })])
        case .problem(let problem):
            emit("problem", (try? StrictJSON.encodedValue(problem)).map { ["problem": $0] } ?? [:])
        case .progress(let progress):
            emit("progress", Self.fields(progress))
            if showsProgress {
                isDrawn.withLock { $0 = true }
                Console.progress(Self.line(progress))
            }
        case .shardFinished(let shard):
            emit("shard", (try? StrictJSON.encodedValue(shard)).map { ["shard": $0] } ?? [:])
        case .finished: break
        }
    }

    /// Removes the line of progress.
    func clear() {
        if isDrawn.withLock({ $0 }) { Console.progress(nil) }
    }

    /// Tells what a render that a signal stopped has stored, and how to resume it.
    func stopped(documents: Int, shards: Int, folder: String) throws {
        emit(
            "stopped", ["documents": .integer(documents), "folder": .string(folder), "shards": .integer(shards)])
        if let failure = failure.withLock({ $0 }) { throw failure }
        guard !json, !quiet else { return }
        guard shards > 0 else { return Console.note("stopped before the first shard was finished; nothing is stored") }
        Console.note("stopped; \(counted(documents, "document")) in \(counted(shards, "finished shard")); resume with:")
        Console.note("  \(ShellCommand.again(adding: "--resume"))")
    }

    /// Prints the output's counts and warnings. Throws when standard output did not take every event.
    func summarise(_ manifest: Manifest, folder: String, fonts: FontSet) throws {
        clear()
        let counts = manifest.counts
        if !quiet {
            for problem in manifest.report.examples { Console.warning("\(problem)") }
            if !manifest.report.isClean {
                let kinds = manifest.report.problems.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                Console.warning("problems of the input: \(kinds.joined(separator: ", "))")
            }
            if let passedOver = manifest.report.passedOver {
                let shown = passedOver.examples.prefix(4).joined(separator: ", ")
                Console.warning(
                    "not read: \(counted(passedOver.count, "entry")) of folders: \(shown)"
                        + (passedOver.count > 4 ? ", ..." : ""))
            }
            let missing = counts.missingGlyphs.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            if !missing.isEmpty {
                let scripts = missing.prefix(8).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
                Console.warning("characters that no font draws, by script: \(scripts)")
            }
            for font in fonts.fonts where !font.matchesStack {
                Console.warning("\(font.file) is not the file of the font stack; recorded in the manifest")
            }
        }
        if json {
            emit(
                "finished",
                [
                    "counts": try StrictJSON.encodedValue(counts), "folder": .string(folder),
                    "report": try StrictJSON.encodedValue(manifest.report),
                ])
            if let failure = failure.withLock({ $0 }) { throw failure }
        } else {
            let skipped = manifest.report.skipped > 0 ? ", \(manifest.report.skipped) skipped" : ""
            try Console.result(
                "\(folder): \(counted(counts.documents, "document")), \(counted(counts.sequences, "sequence")), \(counted(counts.patches, "patch")), "
                    + "\(counted(manifest.shards.count, "shard")), \(Figures.bytes(manifest.shards.reduce(0) { $0 + $1.bytes }))"
                    + skipped)
        }
    }

    private func emit(_ event: String, _ fields: [String: JSONValue]) {
        guard json else { return }
        do { try Console.result(.object(fields.merging(["event": .string(event)]) { $1 })) } catch {
            failure.withLock { $0 = $0 ?? error }
        }
    }

    private static func fields(_ progress: RenderProgress) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "documents": .integer(progress.counts.documents), "patches": .integer(progress.counts.patches),
            "shards": .integer(progress.shards), "seconds": .number(progress.seconds),
            "patches_per_second": .number(progress.patchesPerSecond),
        ]
        fields["fraction"] = progress.fraction.map { .number($0) }
        fields["seconds_left"] = progress.secondsLeft.map { .number($0) }
        return fields
    }

    private static func line(_ progress: RenderProgress) -> String {
        var line = ""
        if let fraction = progress.fraction {
            let filled = Int(saturating: min(max(fraction, 0), 1) * 24)
            line = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
            line += " \(Int(saturating: fraction * 100)) %  "
        }
        line += Figures.counted(progress.counts.documents, "document") + "  "
        line += "\(Figures.count(progress.patchesPerSecond)) patches/s"
        if let left = progress.secondsLeft { line += "  \(Figures.time(left)) left" }
        return line
    }
}
