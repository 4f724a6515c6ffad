public import Foundations

/// One document on its way to a model.
public struct StreamDocument: Sendable {
    /// What is rendered.
    public var input: TextInput
    /// What the document is labelled with.
    public var label: JSONValue?
    /// Where it comes from.
    public var origin: StreamOrigin

    /// A document from its parts.
    public init(input: TextInput, label: JSONValue? = nil, origin: StreamOrigin) {
        self.input = input
        self.label = label
        self.origin = origin
    }
}

/// Where a document comes from, for messages.
public struct StreamOrigin: Sendable, Equatable, CustomStringConvertible {
    /// A path, or another name of the source.
    public var name: String
    /// The line it begins on, from 1, or another running number.
    public var line: Int?
    /// The entry of an archive.
    public var entry: String?

    /// An origin from its parts.
    public init(name: String, line: Int? = nil, entry: String? = nil) {
        self.name = name
        self.line = line
        self.entry = entry
    }

    /// `name:line, entry e`
    public var description: String {
        name + (line.map { ":\($0)" } ?? "") + (entry.map { ", entry \($0)" } ?? "")
    }
}

/// What became of a record.
public struct ParsedPatchRecord: Sendable {
    /// The document; `nil` for a record to leave out.
    public var document: StreamDocument?
    /// What was wrong with it, and where.
    public var problems: [String]

    /// A parsed record from its parts.
    public init(document: StreamDocument?, problems: [String] = []) {
        self.document = document
        self.problems = problems
    }
}

/// Where a ``PatchStream`` gets its documents. Read by one thread at a time; records are parsed by the workers.
public protocol PatchSource: SendableMetatype {
    /// What reading yields: cheap to make, parsed later.
    associatedtype Record: Sendable
    /// Where the next record begins; can be saved, and found again.
    associatedtype Position: Codable & Sendable & Equatable

    /// Where the next record begins.
    var position: Position { get }

    /// Goes to a position taken from an equal source before. Throws when there is no such place.
    mutating func seek(to position: Position) throws

    /// The next record, `nil` after the last. Throws what reading throws.
    mutating func next() throws -> Record?

    /// What parses records, in any thread.
    func makeParser() throws -> @Sendable (Record) throws -> ParsedPatchRecord

    /// Bytes of a record, about.
    func byteCount(of record: Record) -> Int
}

/// Documents in memory.
public struct ArrayPatchSource: PatchSource {
    private let documents: [TextInput]
    /// Index of the next document.
    public private(set) var position = 0

    /// A source of these documents.
    public init(_ documents: [TextInput]) { self.documents = documents }

    /// Goes to a document. Throws ``StreamError/noSuchPosition(_:)`` outside of the array.
    public mutating func seek(to position: Int) throws {
        guard (0...documents.count).contains(position) else { throw StreamError.noSuchPosition("\(position)") }
        self.position = position
    }

    /// The next document's index and text.
    public mutating func next() -> (index: Int, input: TextInput)? {
        guard position < documents.count else { return nil }
        defer { position += 1 }
        return (position, documents[position])
    }

    /// Names documents by their index.
    public func makeParser() -> @Sendable ((index: Int, input: TextInput)) throws -> ParsedPatchRecord {
        {
            ParsedPatchRecord(
                document: StreamDocument(input: $0.input, origin: StreamOrigin(name: "document", line: $0.index)))
        }
    }

    /// Bytes of text.
    public func byteCount(of record: (index: Int, input: TextInput)) -> Int { record.input.byteCount }
}
