/// One record as it was cut out of its input, not yet parsed. Cheap to make, to be parsed on any thread.
public struct RawRecord: Sendable {
    enum Content: Sendable {
        /// A document in itself.
        case text([UInt8])
        /// A JSON object.
        case json([UInt8])
        /// A row with its line break removed, and the columns of its table.
        case row([UInt8], Table)
        /// The members of a sample.
        case sample([SampleMember])
        /// No document, a problem of the input itself.
        case problem(Problem)
    }

    let content: Content
    /// Where it comes from. For a record that is only a problem the index is that of the next document.
    public let origin: Origin
    /// The place after it: reading from there resumes at the next record.
    public let next: ReadPosition

    /// Bytes that it holds.
    public var byteCount: Int {
        switch content {
        case .text(let bytes), .json(let bytes), .row(let bytes, _): bytes.count
        case .sample(let members): members.reduce(0) { $0 + $1.bytes.count }
        case .problem: 0
        }
    }
}

/// The shape of a table: its separator and its columns, shared by all rows.
final class Table: Sendable {
    let separator: UInt8
    let columns: [String]

    init(separator: UInt8, columns: [String]) {
        self.separator = separator
        self.columns = columns
    }
}

/// A file of a sample.
struct SampleMember: Sendable {
    /// The lower-case name after the first dot.
    let suffix: String
    let bytes: [UInt8]
}
