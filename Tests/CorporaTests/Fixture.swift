import Corpora
import Foundations
import TestSupport

/// The same documents in every format and compression.
enum Fixture {
    static let formats: [ReadOptions.Format] = [.lines, .document, .jsonl, .csv, .tsv, .webdataset]

    /// Texts with what each format has to quote: empty ones, quotes, separators, backslashes, other scripts.
    static func texts(_ count: Int, seed: UInt64 = 1) -> [String] {
        var generator = SplitMix64(seed: seed)
        let pool = ["a", "word", " ", ",", "\t", "\"", "\\", "é", "字", "😀", "न्", "; ", "'", "/", "\u{301}"]
        return (0..<count).map { index in
            if index % 7 == 3 { return "" }
            return (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                pool[Int.random(in: 0..<pool.count, using: &generator)]
            }.joined()
        }
    }

    /// Writes the texts as one input (for `document` one file each) and returns its path.
    static func write(
        _ texts: [String], as format: ReadOptions.Format, _ compression: Compression, in folder: TemporaryFolder
    ) throws -> String {
        let suffix = [Compression.none: "", .gzip: ".gz", .zstd: ".zst", .xz: ".xz"][compression] ?? ""
        switch format {
        case .auto, .lines, .parquet:
            let text = texts.map { $0 + "\n" }.joined()
            return try folder.write(try compressed(Array(text.utf8), compression), to: "in/data.txt\(suffix)")
        case .document:
            for (index, text) in texts.enumerated() {
                let name = String("0000\(index)".suffix(5))
                try folder.write(try compressed(Array(text.utf8), compression), to: "in/\(name).txt\(suffix)")
            }
            return folder.file("in")
        case .jsonl:
            let lines = texts.enumerated().map { index, text in
                JSONValue.object(["text": .string(text), "label": .integer(index)]).encoded() + [0x0A]
            }
            return try folder.write(try compressed(lines.flatMap(\.self), compression), to: "in/data.jsonl\(suffix)")
        case .csv, .tsv:
            let separator = format == .csv ? "," : "\t"
            let rows = texts.enumerated().map { index, text in
                // By scalars: a quote before a combining mark is no character of its own.
                let quoted = text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined()
                return "\(index)\(separator)\"\(quoted)\"\r\n"
            }
            let text = "label\(separator)text\r\n" + rows.joined()
            return try folder.write(
                try compressed(Array(text.utf8), compression), to: "in/data.\(format.rawValue)\(suffix)")
        case .webdataset:
            try folder.write("", to: "in/.hidden")
            let path = folder.file("in/data.tar\(suffix)")
            let writer = try TarWriter(path: path, compression: compression)
            for (index, text) in texts.enumerated() {
                let key = "folder/" + String("0000\(index)".suffix(5))
                if index % 2 == 0 {
                    try writer.add(name: "\(key).txt", bytes: Array(text.utf8))
                    try writer.add(name: "\(key).label", bytes: Array("\(index)\n".utf8))
                } else {
                    let record = JSONValue.object(["text": .string(text), "label": .integer(index)])
                    try writer.add(name: "\(key).json", bytes: record.encoded())
                }
            }
            try writer.finish()
            return path
        }
    }

    static func compressed(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
        switch compression {
        case .none: return bytes
        case .zstd: return try Zstd.compress(bytes)
        case .gzip:
            let folder = try TemporaryFolder()
            let writer = try GzipWriter(path: folder.file("x"))
            try writer.write(bytes)
            try writer.finish()
            return try folder.read("x")
        case .xz: return try Execution.run("/usr/bin/env", ["xz", "-c"], input: bytes).output
        }
    }

    static func options(_ format: ReadOptions.Format) -> ReadOptions {
        var options = ReadOptions()
        options.format = format
        if format != .lines, format != .document { options.labelField = "label" }
        return options
    }
}

/// All documents of an input with the final report.
func readAll(
    _ path: String, _ options: ReadOptions = ReadOptions(), cursor: Cursor? = nil
) throws -> (documents: [Document], report: ReadReport) {
    let reader = try DocumentReader(inputs: [InputSpec(path)], options: options, cursor: cursor)
    var documents: [Document] = []
    while let document = try reader.next() { documents.append(document) }
    return (documents, reader.report)
}

extension Document {
    /// The segments as text.
    var texts: [String] { segments.map { String(decoding: $0, as: UTF8.self) } }
}
