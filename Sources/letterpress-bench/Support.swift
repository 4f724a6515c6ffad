import ArgumentParser
import Foundation
import Typesetting

/// Fonts and options that every case takes.
struct RenderArguments: ParsableArguments {
    @Option(name: .customLong("font"), help: "A font file, PATH or PATH#FACE; repeat for fallback fonts.")
    var fonts: [String] = []

    @Option(help: "A stack manifest, used when no font is named.")
    var stack = "fonts/default.json"

    @Option(help: "Which fonts place the baseline: primary or max.")
    var lineMetrics: String = "primary"

    @Flag(help: "Draw without the word cache.")
    var noWordCache = false

    @Option(help: "Bytes of the word cache.")
    var cacheBytes = RenderOptions().wordCacheBytes

    func fontSet() throws -> FontSet {
        fonts.isEmpty
            ? try FontSet(stack: FontStackManifest.load(path: stack)) : try FontSet(paths: fonts)
    }

    func options() throws -> RenderOptions {
        var options = RenderOptions()
        guard let metrics = RenderOptions.LineMetrics(rawValue: lineMetrics) else {
            throw ValidationError("--line-metrics is primary or max, not \(lineMetrics)")
        }
        options.lineMetrics = metrics
        options.wordCache = !noWordCache
        options.wordCacheBytes = cacheBytes
        return options
    }
}

/// The lines of a UTF-8 text file, without their line feeds.
func readLines(_ path: String) throws -> [[UInt8]] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    var lines = data.split(separator: 10, omittingEmptySubsequences: false).map { [UInt8]($0) }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
}

/// The middle value; the mean of the two middle ones for an even count.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    return sorted.count % 2 == 1
        ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
}

/// Prints one JSON object with sorted keys.
func printJSON(_ object: [String: Any]) throws {
    let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    print(String(decoding: data, as: UTF8.self))
}
