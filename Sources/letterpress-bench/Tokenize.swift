import ArgumentParser
import Corpora
import Foundations

/// Times encoding and decoding of texts on one thread.
struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Encode and decode texts on one thread: megabytes a second, and milliseconds to open the tokenizer.",
        discussion: """
            TEXTS holds a JSON string a line. They are encoded one by one, with warm caches, and joined into one text; then a \
            megabyte of the same character, the worst there is. ids_sha256 is of the ids as 32-bit numbers, little-endian, each \
            text's count before them. Tests/Peers/tokenizers_speed.py runs this beside Python.
            """)

    @Argument(help: "Folder or file of a tokenizer.") var model: String
    @Argument(help: "Texts, a JSON string a line.") var texts: String
    @Option(help: "Times that everything is measured; the median counts.") var repeats = 5

    @Flag(help: "Add nothing around a text: no begin, no [CLS].") var plain = false

    func validate() throws {
        if repeats < 1 { throw ValidationError("--repeats takes 1 or more, not \(repeats)") }
    }

    func run() throws {
        let tokenizer = try TokenizerFolder.load(model)
        var options = EncodeOptions()
        options.addsSpecial = !plain
        let opening = try times { _ = try TokenizerFolder.load(model) }
        let rows = try readLines(texts).enumerated().map { number, line in
            guard case .string(let text) = try JSONValue.parse(line) else {
                throw ValidationError("\(texts), line \(number + 1): expected a JSON string")
            }
            return text
        }
        let megabytes = Double(rows.reduce(0) { $0 + $1.utf8.count }) / 1e6
        let ids = rows.map { tokenizer.encode($0, options) }
        let single = times { for row in rows { _ = tokenizer.encode(row, options) } }
        let joined = rows.joined(separator: "\n")
        let whole = times { _ = tokenizer.encode(joined, options) }
        let back = times { for row in ids { _ = tokenizer.decode(row) } }
        var same: [String: Double] = [:]
        for (name, unit) in [("a", "a"), ("space", " "), ("line feed", "\n"), ("é", "é"), ("字", "字")] {
            let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
            same[name] = seconds { _ = tokenizer.encode(text, options) }
        }
        try printJSON([
            "tokenizer": tokenizer.summary, "texts": rows.count, "megabytes": megabytes,
            "ids": ids.reduce(0) { $0 + $1.count }, "ids_sha256": Self.digest(ids).hex,
            "open_ms": 1e3 * median(opening), "encode_mb_s": megabytes / median(single),
            "encode_whole_mb_s": megabytes / median(whole), "decode_mb_s": megabytes / median(back),
            "megabyte_of_the_same_s": same,
        ])
    }

    private func times(_ body: () throws -> Void) rethrows -> [Double] {
        try (0..<repeats).map { _ in try seconds(body) }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let passed = try clock.measure(body).components
        return Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
    }

    private static func digest(_ ids: [[Int32]]) -> SHA256Digest {
        var hasher = SHA256Hasher()
        for row in ids {
            for number in [Int32(row.count)] + row {
                hasher.update((0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
            }
        }
        return hasher.finish()
    }
}
