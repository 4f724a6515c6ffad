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
    private var records: [JSONValue] = []
    private var digests: [SHA256Digest] = []
    /// Documents rendered again.
    private(set) var rendered = 0

    init(every: Int, format: ShardFormat, settings: JobSettings, renderer: PatchRenderer) {
        self.every = every
        self.format = format
        self.settings = settings
        self.renderer = renderer
    }

    /// Takes the next sequence of a shard. Returns a flaw of the document that it completes.
    func take(_ example: StoredExample, path: String) throws -> ShardError? {
        guard format != .pixelgpt else { return try takeLine(example, path: path) }
        guard let number = example.integer("document") else { return nil }
        let flaw = number == document ? nil : try finishDocument(path: path)
        if document == nil {
            document = number
            seen += 1
        }
        if (seen - 1) % every == 0 {
            records.append(example.record)
            digests.append(Self.digest(example.patches, example.channels))
        }
        return flaw
    }

    /// Renders the document whose sequences were taken, if it is one of the sample.
    func finishDocument(path: String) throws -> ShardError? {
        defer {
            document = nil
            records.removeAll()
            digests.removeAll()
        }
        guard !records.isEmpty, let input = Self.input(of: records) else { return nil }
        var index = 0
        var different: Int?
        _ = try renderer.render(input) { sequence in
            let isEqual = index < digests.count && Self.digest(sequence.pixels, sequence.channels) == digests[index]
            if !isEqual, different == nil { different = index }
            index += 1
        }
        rendered += 1
        if different == nil, index == digests.count { return nil }
        return .mismatch(
            path: path, what: "part \(different ?? index) of document \(document ?? 0)",
            expected: "the pixels of its text", got: "other pixels")
    }

    /// The document behind its records, by the rules of ``ShardRecord/Text``.
    private static func input(of records: [JSONValue]) -> TextInput? {
        guard let first = records.first else { return nil }
        func bytes(_ value: JSONValue?) -> [UInt8]? {
            if case .string(let text)? = value { Array(text.utf8) } else { nil }
        }
        if case .array(let words)? = first["words"] { return .words(words.map { bytes($0) ?? [] }) }
        guard let text = bytes(first["text"]) else { return nil }
        if let textB = bytes(first["text_b"]) { return .pair(text, textB) }
        return .single(records.flatMap { bytes($0["text"]) ?? [] })
    }

    /// Lines of PixelGPT files do not say which belong together: each shows its text alone, up to spaces and line breaks
    /// at its end.
    private func takeLine(_ example: StoredExample, path: String) throws -> ShardError? {
        seen += 1
        guard (seen - 1) % every == 0 else { return nil }
        var names = ["text": settings.read.textField]
        names["text_b"] = settings.read.textBField
        names["words"] = settings.read.wordsField
        let record = JSONValue.object(names.compactMapValues { example.record[$0] })
        guard let input = Self.input(of: [record]) else { return nil }
        var inputs = [input]
        if case .single(let text) = input {
            let last = WordBreaks.lines(text).reversed().lazy.compactMap { text[$0].lastIndex { $0 != 0x20 } }.first
            inputs.append(.single(Array(text[..<((last ?? -1) + 1)])))
        }
        let stored = Self.digest(example.patches, example.channels)
        rendered += 1
        for input in inputs {
            var isFound = false
            _ = try renderer.render(input) { sequence in
                isFound = isFound || Self.digest(sequence.pixels, sequence.channels) == stored
            }
            if isFound { return nil }
        }
        return .mismatch(
            path: path, what: "line \(example.key)", expected: "the pixels of its text", got: "other pixels")
    }

    private static func digest(_ pixels: [UInt8], _ channels: Int) -> SHA256Digest {
        SHA256Digest.of(pixels + [UInt8(channels)])
    }
}
