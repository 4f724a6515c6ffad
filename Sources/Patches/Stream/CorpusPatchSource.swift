public import Corpora

/// The documents of a corpus: files of text, JSON lines, tables or archives, compressed or not.
public struct CorpusPatchSource: PatchSource {
    private let inputs: [InputSpec]
    private let options: ReadOptions
    private var records: RecordSource

    /// Finds the inputs. Throws `CorporaError`.
    public init(inputs: [InputSpec], options: ReadOptions = ReadOptions()) throws {
        self.inputs = inputs
        self.options = options
        records = try RecordSource(inputs: inputs, options: options)
    }

    /// The place before the next record.
    public var position: Corpora.Cursor { records.cursor }

    /// Opens the inputs again at a saved place; compressed ones are read up to it. Throws `CorporaError`.
    public mutating func seek(to position: Corpora.Cursor) throws {
        records = try RecordSource(inputs: inputs, options: options, cursor: position)
    }

    /// The next record. Throws `CorporaError` under the policy `stop`.
    public mutating func next() throws -> RawRecord? { try records.next() }

    /// Parses by the read options.
    public func makeParser() throws -> @Sendable (RawRecord) throws -> ParsedPatchRecord {
        let parser = try RecordParser(options: options)
        return { record in
            let parsed = try parser.parse(record)
            return ParsedPatchRecord(
                document: parsed.document.map(StreamDocument.init), problems: parsed.problems.map(\.description))
        }
    }

    /// Bytes as they were read.
    public func byteCount(of record: RawRecord) -> Int { record.byteCount }
}

extension TextInput {
    /// The text of a document. A pair without its second text has an empty one.
    public init(_ document: Document) {
        switch document.kind {
        case .single: self = .single(document.segments.first ?? [])
        case .pair: self = .pair(document.segments.first ?? [], document.segments.dropFirst().first ?? [])
        case .words: self = .words(document.segments)
        }
    }
}

extension StreamDocument {
    /// A document of a corpus with its label and its place.
    public init(_ document: Document) {
        let origin = document.origin
        self.init(
            input: TextInput(document), label: document.label,
            origin: StreamOrigin(name: origin.path, line: origin.line, entry: origin.entry))
    }
}
