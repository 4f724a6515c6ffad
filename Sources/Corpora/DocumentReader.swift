/// Reads the documents of a corpus one after the other on the calling thread.
///
/// For many threads use `RecordSource` and `RecordParser`, of which this is the simplest joint.
public final class DocumentReader {
    private let source: RecordSource
    private let parser: RecordParser
    /// The place after the last document.
    public private(set) var cursor: Cursor
    /// What was met so far.
    public private(set) var report = ReadReport()

    /// Finds the inputs, and goes to the place of a saved cursor if one is given. Throws as `RecordSource`.
    public init(inputs: [InputSpec], options: ReadOptions = ReadOptions(), cursor: Cursor? = nil) throws(CorporaError) {
        source = try RecordSource(inputs: inputs, options: options, cursor: cursor)
        parser = try RecordParser(options: options)
        self.cursor = source.cursor
    }

    /// The next document; `nil` at the end. Throws `structure` and `encoding` by the policies.
    public func next() throws(CorporaError) -> Document? {
        while let record = try source.next() {
            let parsed = try parser.parse(record)
            report.add(parsed)
            cursor = source.cursor(at: parsed.next)
            if let document = parsed.document { return document }
        }
        return nil
    }
}
