import Corpora
import Foundations
import Typesetting

/// Collects every k-th document of a folder from its sequences, and renders it again.
final class RenderSample {
    private let every: Int
    private let format: ShardFormat
    private let settings: JobSettings
    private let renderer: PatchRenderer
    private var seen = 0
    private var document: Int?
    private var texts: [ShardRecord.Text] = []
    private var digests: [SHA256Digest] = []
    /// A line of a PixelGPT file that its text alone does not give.
    private var waiting: (text: [UInt8], digest: SHA256Digest, error: ShardError)?
    /// Documents rendered again, or lines of PixelGPT files.
    private(set) var rendered = 0
    /// What rendering the documents again found; nothing of lines.
    private(set) var counts = RenderCounts()

    init(every: Int, format: ShardFormat, settings: JobSettings, renderer: PatchRenderer) {
        self.every = every
        self.format = format
        self.settings = settings
        self.renderer = renderer
    }

    /// Takes the next sequence of a shard. Returns an error of the document that it completes.
    func take(_ example: StoredExample, path: String) throws -> ShardError? {
        guard format != .pixelgpt else { return try takeLine(example, path: path) }
        guard let number = example.integer("document") else { return nil }
        let error = number == document ? nil : try finishDocument(path: path)
        if document == nil {
            document = number
            seen += 1
        }
        if (seen - 1) % every == 0 {
            if let text = example.text(settings) { texts.append(text) }
            digests.append(Self.digest(example.patches, example.channels))
        }
        return error
    }

    /// Renders the document whose sequences were taken, if it is one of the sample.
    func finishDocument(path: String) throws -> ShardError? {
        defer {
            document = nil
            texts.removeAll()
            digests.removeAll()
            waiting = nil
        }
        if let waiting { return waiting.error }
        guard let input = Self.input(of: texts) else { return nil }
        var index = 0
        var different: Int?
        let report = try renderer.render(input) { sequence in
            let isEqual = index < digests.count && Self.digest(sequence.pixels, sequence.channels) == digests[index]
            if !isEqual, different == nil { different = index }
            index += 1
        }
        rendered += 1
        counts.documents += 1
        counts.add(report)
        if different == nil, index == digests.count { return nil }
        return .mismatch(
            path: path, what: "part \(different ?? index) of document \(document ?? 0)",
            expected: "the pixels of its text", got: "other pixels")
    }

    /// The document behind the texts of its records.
    private static func input(of texts: [ShardRecord.Text]) -> TextInput? {
        switch texts.first {
        case .words(let words)?: .words(words)
        case .pair(let first, let second)?: .pair(first, second)
        case .part?: .single(texts.flatMap { if case .part(let text) = $0 { text } else { [UInt8]() } })
        case nil: nil
        }
    }

    /// Lines of PixelGPT files do not say which belong together: each shows its text alone, up to spaces and line breaks
    /// at its end. Layouts that draw the last word of a text in another way want the line after it too.
    private func takeLine(_ example: StoredExample, path: String) throws -> ShardError? {
        let error = try errorOfWaiting(before: example)
        seen += 1
        guard (seen - 1) % every == 0 else { return error }
        try checkLine(example, path: path)
        return error
    }

    private func errorOfWaiting(before example: StoredExample) throws -> ShardError? {
        guard let line = waiting else { return nil }
        waiting = nil
        guard case .part(let next)? = example.text(settings), try draws(.single(line.text + next), line.digest) else {
            return line.error
        }
        return nil
    }

    private func checkLine(_ example: StoredExample, path: String) throws {
        guard let text = example.text(settings), let input = Self.input(of: [text]) else { return }
        var inputs = [input]
        if case .single(let text) = input {
            let last = WordBreaks.lines(text).reversed().lazy.compactMap { text[$0].lastIndex { $0 != 0x20 } }.first
            inputs.append(.single(Array(text[..<((last ?? -1) + 1)])))
        }
        let stored = Self.digest(example.patches, example.channels)
        rendered += 1
        for input in inputs where try draws(input, stored) { return }
        let error = ShardError.mismatch(
            path: path, what: "line \(example.key)", expected: "the pixels of its text", got: "other pixels")
        if case .part(let bytes) = text { waiting = (bytes, stored, error) } else { waiting = ([], stored, error) }
    }

    /// Whether a sequence of the text has these pixels.
    private func draws(_ input: TextInput, _ stored: SHA256Digest) throws -> Bool {
        var isFound = false
        _ = try renderer.render(input) { isFound = isFound || Self.digest($0.pixels, $0.channels) == stored }
        return isFound
    }

    private static func digest(_ pixels: [UInt8], _ channels: Int) -> SHA256Digest {
        SHA256Digest.of(pixels + [UInt8(channels)])
    }
}
