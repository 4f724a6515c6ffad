/// What reading met: counts by kind and the first examples. Reports of parts add up to the report of the whole.
public struct ReadReport: Codable, Sendable, Equatable {
    /// Examples that are kept.
    public static let exampleLimit = 20

    /// Documents read.
    public private(set) var documents = 0
    /// Documents or inputs left out.
    public private(set) var skipped = 0
    /// Characters replaced by U+FFFD.
    public private(set) var replacements = 0
    /// Problems by kind, without those that never came.
    public private(set) var problems: [String: Int] = [:]
    /// The first problems, at most ``exampleLimit``.
    public private(set) var examples: [Problem] = []

    /// Files and folders within input folders that are not read; `nil` when there are none.
    public private(set) var passedOver: PassedOver?

    /// What folders hold and is not read.
    public struct PassedOver: Codable, Sendable, Equatable {
        /// How many files and folders.
        public let count: Int
        /// The first paths, at most ``ReadReport/exampleLimit``.
        public let examples: [String]
    }

    enum CodingKeys: String, CodingKey {
        case documents, skipped, replacements, problems, examples
        case passedOver = "passed_over"
    }

    /// A report of so many documents and no problem.
    public init(documents: Int = 0) { self.documents = documents }

    /// Whether anything was wrong.
    public var isClean: Bool { problems.isEmpty }

    /// True if counts that were read from a file can be added to.
    public var isPossible: Bool {
        ([documents, skipped, replacements] + problems.values).allSatisfy((0...1 << 60).contains)
    }

    /// Counts what became of one record.
    public mutating func add(_ parsed: ParsedRecord) {
        if parsed.document != nil { documents += 1 }
        for problem in parsed.problems {
            problems[problem.kind.rawValue, default: 0] += 1
            replacements += problem.replacements
            if problem.isSkipped { skipped += 1 }
            if examples.count < Self.exampleLimit { examples.append(problem) }
        }
    }

    /// Notes what ``RecordSource/passedOver`` lists.
    public mutating func add(passedOver paths: [String]) {
        guard !paths.isEmpty else { return }
        passedOver = PassedOver(count: paths.count, examples: Array(paths.prefix(Self.exampleLimit)))
    }

    /// Adds the report of the part that follows.
    public mutating func add(_ other: ReadReport) {
        passedOver = passedOver ?? other.passedOver
        documents += other.documents
        skipped += other.skipped
        replacements += other.replacements
        problems.merge(other.problems, uniquingKeysWith: +)
        examples.append(contentsOf: other.examples.prefix(max(0, Self.exampleLimit - examples.count)))
    }
}
