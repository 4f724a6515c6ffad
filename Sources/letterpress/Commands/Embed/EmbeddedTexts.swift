import Corpora
import Foundations
import ZooKit

/// A text with its place and its vector.
struct EmbeddedText {
    let document: Document
    let embedding: Embedding
}

/// Reads texts and computes their vectors, one after the other.
final class EmbeddedTexts {
    private let embedder: TextEmbedder
    private let report: ReportFlags
    private var (truncated, count) = (0, 0)

    /// For the vectors of a model.
    init(_ embedder: TextEmbedder, report: ReportFlags) { (self.embedder, self.report) = (embedder, report) }

    /// Calls `body` with each text of the command line or of files, in their order. Throws with the place of a text that has no vector.
    func each(
        _ texts: [String], files: [String], options: ReadOptions, _ body: (EmbeddedText) throws -> Void
    ) throws {
        for (index, text) in texts.enumerated() {
            try body(
                embedded(
                    Document(
                        segments: [Array(text.utf8)], kind: .single,
                        origin: Origin(path: "--text", line: index + 1, index: index))))
        }
        guard !files.isEmpty else { return }
        try options.validate()
        let windows = try DocumentWindows(files.map(InputSpec.init), options, size: 16)
        defer { report.tell(windows.report) }
        while case let window = try windows.next(), !window.isEmpty {
            for document in window { try body(embedded(document)) }
            if report.showsProgress { Console.progress("\(counted(count, "text"))") }
        }
        if report.showsProgress { Console.progress(nil) }
    }

    /// The texts of queries with their vectors.
    func queries(_ given: [String], file: String?) throws -> [EmbeddedText] {
        var found: [EmbeddedText] = []
        try each(given, files: [], options: ReadOptions()) { found.append($0) }
        if let file {
            try TextLines.each([], file: file, key: "text") { place, value in
                guard case .string(let text) = value else {
                    throw CommandFailure(.badData, "\(place): expected a string or an object with text")
                }
                found.append(
                    try embedded(
                        Document(
                            segments: [Array(text.utf8)], kind: .single,
                            origin: Origin(path: place, line: nil, index: found.count))))
            }
        }
        guard !found.isEmpty else { throw CommandFailure(.badData, "\(file ?? "--queries"): there are no queries") }
        if truncated > 0 {
            report.note("\(truncated) of \(counted(count, "text")) to search for had no room for all of their text")
        }
        (truncated, count) = (0, 0)
        return found
    }

    /// Says how many texts had no room.
    func tell(_ kind: ExampleKind, _ length: Int) {
        report.tell(truncated: truncated, of: count, kind, length: length)
    }

    private func embedded(_ document: Document) throws -> EmbeddedText {
        let embedding = try document.placing { try embedder.embedding(of: document.segments.first ?? []) }
        count += 1
        if embedding.isTruncated { truncated += 1 }
        return EmbeddedText(document: document, embedding: embedding)
    }
}
