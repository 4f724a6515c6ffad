import ArgumentParser
import Foundation
import Typesetting

/// Measures the patch stream in memory: text in, patches out, nothing written.
struct Stream: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Text patches a second, from lines in memory to patches in memory.")

    @OptionGroup var render: RenderArguments

    @Option(help: "Lines of text, one a document.")
    var lines: String

    @Option(help: "Patches of the canvas, L; longer lines are cut off.")
    var length = 1024

    @Option(help: "Runs; the median counts.")
    var repeats = 5

    @Option(help: "Threads, each over all lines.")
    var threads = 1

    @Flag(help: "One channel instead of red, green, blue.")
    var gray = false

    func run() throws {
        let texts = try readLines(lines)
        let fonts = try render.fontSet()
        let options = try render.options()
        let length = length
        let gray = gray
        var seconds: [Double] = []
        var patches = 0
        var found = 0
        var asked = 0
        for _ in 0..<repeats + 1 {
            let results = Results(count: threads)
            let start = ContinuousClock.now
            let workers = (0..<threads).map { number in
                let thread = Thread {
                    results.set(number, Self.pass(texts, fonts, options, length, gray))
                }
                thread.stackSize = 8 << 20
                thread.start()
                return thread
            }
            _ = workers
            let done = try results.wait()
            patches = done.reduce(0) { $0 + $1.patches }
            found = done.reduce(0) { $0 + $1.wordsFound }
            asked = done.reduce(0) { $0 + $1.wordsAsked }
            let spent = start.duration(to: .now)
            seconds.append(Double(spent.components.seconds) + Double(spent.components.attoseconds) * 1e-18)
        }
        seconds.removeFirst()  // fills the page cache and the heap
        let middle = median(seconds)
        try printJSON([
            "patches": patches, "seconds_median": middle, "patches_per_second": Double(patches) / middle,
            "threads": threads, "channels": gray ? 1 : 3, "runs": seconds,
            "word_cache_hits": asked == 0 ? 0 : Double(found) / Double(asked),
            "documents_per_second": Double(texts.count * threads) / middle,
        ])
    }

    /// Draws every line once with a typesetter of its own; returns what it drew.
    private static func pass(
        _ texts: [[UInt8]], _ fonts: FontSet, _ options: RenderOptions, _ length: Int, _ gray: Bool
    ) -> Result<Pass, any Error> {
        Result {
            let typesetter = try Typesetter(fonts: fonts, options: options)
            let canvas = typesetter.canvas(patchCount: length)
            var pixels = [UInt8](repeating: 0, count: length * 768)
            var patches = 0
            for text in texts {
                let line = try typesetter.line(text)
                canvas.clear()
                try typesetter.draw(line, on: canvas, x: 2)
                let end = min((line.width + 4 + 15) / 16, length - 1)
                canvas.fillBlack(patch: end)
                if gray {
                    canvas.copyGray(of: 0..<end + 1, to: &pixels)
                } else {
                    canvas.copyRGB(of: 0..<end + 1, to: &pixels)
                }
                patches += end
            }
            let words = typesetter.wordCacheStatistics
            return Pass(patches: patches, wordsFound: words.hits, wordsAsked: words.lookups)
        }
    }
}

/// What one thread drew, and how often it found a word.
struct Pass {
    var patches: Int
    var wordsFound: Int
    var wordsAsked: Int
}

/// What each thread found, and a way to wait for all of them.
final class Results: @unchecked Sendable {  // guarded by `condition`
    private let condition = NSCondition()
    private var values: [Result<Pass, any Error>?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ value: Result<Pass, any Error>) {
        condition.withLock {
            values[index] = value
            condition.broadcast()
        }
    }

    func wait() throws -> [Pass] {
        condition.lock()
        defer { condition.unlock() }
        while values.contains(where: { $0 == nil }) { condition.wait() }
        return try values.compactMap { try $0?.get() }
    }
}
