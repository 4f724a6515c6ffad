/// Who made a task's data, and how to get it.
public struct TaskSource: Codable, Sendable, Equatable {
    /// The paper or collection.
    public var title: String
    /// Authors, place and year.
    public var citation: String
    /// Where it is described.
    public var link: String
    /// Under which terms the data are published, as far as is known.
    public var licence: String
    /// In one sentence how to get the files; ends messages about missing ones.
    public var obtain: String

    enum CodingKeys: String, CodingKey { case title, citation, link, licence, obtain }

    /// A source of which nothing is said.
    public init() { (title, citation, link, licence, obtain) = ("", "", "", "", "") }

    /// Decodes; every key may be left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try container.decodeIfPresent(String.self, forKey: key) ?? "" }
        (title, citation, link) = (try text(.title), try text(.citation), try text(.link))
        (licence, obtain) = (try text(.licence), try text(.obtain))
    }
}

/// Scores that a publication prints, quoted to stand beside measured ones.
public struct PublishedScores: Codable, Sendable, Equatable {
    /// Where the figures are printed.
    public var source: String
    /// The metric they are of.
    public var metric: String
    /// The split they are of.
    public var split: String
    /// By what the metric was multiplied (100 for per cent).
    public var scale: Double
    /// One row a model.
    public var rows: [Row]

    /// The scores of one model.
    public struct Row: Codable, Sendable, Equatable {
        /// The model.
        public var model: String
        /// Its parameters, as printed ("317M").
        public var parameters: String?
        /// What it reads: `text`, `pixel` or `pair`.
        public var input: String
        /// Scores by split or language; `average` is the printed mean.
        public var scores: [String: Double]
    }
}

/// What the splits of a task are for.
public struct TaskUse: Codable, Sendable, Equatable {
    /// The split to fine-tune on.
    public var train: String?
    /// The split that early stopping and the best checkpoint go by.
    public var select: String?
    /// The splits whose scores are told.
    public var report: [String]
}
