import Foundations

/// What became of a record.
public struct ParsedRecord: Sendable {
    /// The document; `nil` when it was left out.
    public var document: Document?
    /// What was wrong.
    public var problems: [Problem] = []
    /// The place after the record, for a cursor.
    public var next: ReadPosition
}

/// Turns records into documents: decoding, checking, picking fields. A value to be used on any thread.
public struct RecordParser: Sendable {
    private let options: ReadOptions
    private let names: FieldNames

    /// A parser for the records of a source with the same options. Throws `invalidOption`.
    public init(options: ReadOptions) throws(CorporaError) {
        try options.validate()
        self.options = options
        names = FieldNames(options: options)
    }

    /// Parses one record. O(bytes).
    ///
    /// Under the policy `skip` a record with a problem gives no document, and under `replace` a repaired one. Throws
    /// `structure` or `encoding` under the policy `stop`.
    public func parse(_ record: RawRecord) throws(CorporaError) -> ParsedRecord {
        if case .problem(let problem) = record.content {
            return ParsedRecord(document: nil, problems: [problem], next: record.next)
        }
        var work = RecordWork(origin: record.origin, options: options, names: names)
        do throws(Rejection) {
            let document = try work.document(record.content)
            return ParsedRecord(document: document, problems: work.problems, next: record.next)
        } catch {
            let problem = error.problem
            if problem.kind.isEncoding {
                if options.onEncodingError == .stop { throw .encoding(problem) }
            } else if options.onStructureError == .stop {
                throw .structure(problem)
            }
            return ParsedRecord(document: nil, problems: work.problems + [problem], next: record.next)
        }
    }
}

/// A record that gives no document.
struct Rejection: Error {
    let problem: Problem
}

/// Which fields are wanted, resolved once.
struct FieldNames: Sendable {
    let reader: JSONFieldReader
    /// Positions in the result of the reader.
    let text: Int
    let textB: Int?
    let words: Int?
    let label: Int?
    let keep: [(name: String, position: Int)]

    init(options: ReadOptions) {
        var wanted: [(name: String, kind: JSONFieldReader.Kind)] = []
        func want(_ name: String, _ kind: JSONFieldReader.Kind) -> Int {
            wanted.append((name, kind))
            return wanted.count - 1
        }
        text = want(options.textField, .text)
        textB = options.textBField.map { want($0, .text) }
        words = options.wordsField.map { want($0, .texts) }
        label = options.labelField.map { want($0, .value) }
        keep = options.keepFields.map { ($0, want($0, .value)) }
        reader = JSONFieldReader(wanted)
    }
}
