/// One form in which the files of a task are handed around: the official files, or an export of a copy.
public struct TaskLayout: Codable, Sendable, Equatable {
    /// How a file is cut into records.
    public enum Format: String, Codable, Sendable, CaseIterable {
        /// Cells between tabs, one record a line; quotes are characters like any other.
        case rawTSV = "raw_tsv"
        /// Cells between tabs, quoted by RFC 4180.
        case tsv
        /// Cells between commas, RFC 4180.
        case csv
        /// One JSON object a line.
        case jsonl
        /// One JSON array of objects.
        case json
        /// A file name without ending, to which `.jsonl`, `.json`, `.csv` and `.tsv` are tried in this order.
        case export
        /// One text a line, in the column `1`.
        case lines
        /// Lines between blank lines are one record; the columns are `1`, `2`, ….
        case blocks
        /// CoNLL-U: a word a line, ten cells between tabs, a blank line behind a sentence; the columns are `form`, `upos`, ….
        case conllu
        /// A word a line, in the columns `1`, `2`, … between tabs or blanks, a blank line behind a sentence, as in CoNLL-2003.
        case columns
    }

    /// The name, for messages ("official").
    public var name: String
    /// How the files are cut into records.
    public var format: Format
    /// Folders below the data folder in which the files are looked for, in this order. May hold `{language}`.
    public var folders: [String]
    /// Whether a raw table begins with the names of its columns; without them they are `1`, `2`, ….
    public var header: Bool
    /// The columns by what they hold: `id`, `text_a`, `text_b`, `label`, `words`, `labels`, `language`, `answers`, `choice_labels`, and names that the
    /// prompt uses. The value is a column; of JSON records a path: `question.stem`, `question.choices[].text`.
    public var columns: [String: String]
    /// The files of each split.
    public var splits: [String: TaskFiles]

    enum CodingKeys: String, CodingKey { case name, format, folders, header, columns, splits }

    /// Decodes; `folders` and `header` may be left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        let word = try container.decode(String.self, forKey: .format)
        guard let format = Format(rawValue: word) else {
            let known = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .format, in: container,
                debugDescription: "there is no format '\(word)'; there are: \(known)")
        }
        self.format = format
        folders = try container.decodeIfPresent([String].self, forKey: .folders) ?? ["."]
        header = try container.decodeIfPresent(Bool.self, forKey: .header) ?? true
        columns = try container.decode([String: String].self, forKey: .columns)
        splits = try container.decode([String: TaskFiles].self, forKey: .splits)
    }

    /// The folders of a split's files.
    func folders(of files: TaskFiles) -> [String] { files.folders ?? folders }

    /// Whether a split has files, or records, of each language.
    func isByLanguage(_ files: TaskFiles) -> Bool {
        let names = files.files + Array((files.where ?? [:]).values) + folders(of: files)
        return names.contains { $0.contains("{language}") }
    }

    /// The columns of a split: its own before those of the layout.
    public func columns(of files: TaskFiles) -> [String: String] {
        columns.merging(files.columns ?? [:]) { $1 }.filter { !$0.value.isEmpty }
    }
}

/// The files of one split in one layout.
public struct TaskFiles: Codable, Sendable, Equatable {
    /// What becomes of a line with too many or too few cells.
    public enum BadLines: String, Codable, Sendable {
        /// It is an error.
        case stop
        /// It is left out and counted.
        case skip
    }

    /// Names below one of the folders, read one after the other. May hold `{language}`.
    public var files: [String]
    /// The folders of these files, where they are not the layout's.
    public var folders: [String]?
    /// Columns that differ from the layout's; an empty name takes a column away.
    public var columns: [String: String]?
    /// Whether there is a header, where it differs from the layout.
    public var header: Bool?
    /// True if the labels are withheld (no gold labels).
    public var labelled: Bool
    /// A file with one label a line, beside the records.
    public var labelsFile: String?
    /// Columns and what they must hold for a record to belong here. Values may hold `{language}`.
    public var `where`: [String: String]?
    /// The languages of this split, where they are not the task's.
    public var languages: [String]?
    /// The share of the records that belong here, from and to, where a file holds several splits: 0 to 0.8 and 0.8 to 1. Which a record
    /// is of follows from the SHA-256 of its texts, so that equal ones stay together.
    public var part: [Double]?
    /// What becomes of a line with too many or too few cells.
    public var badLines: BadLines

    enum CodingKeys: String, CodingKey {
        case files, folders, columns, header, labelled, languages, part
        case `where`
        case labelsFile = "labels_file"
        case badLines = "bad_lines"
    }

    /// Decodes; only `files` must be there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        files = try container.decode([String].self, forKey: .files)
        folders = try container.decodeIfPresent([String].self, forKey: .folders)
        columns = try container.decodeIfPresent([String: String].self, forKey: .columns)
        header = try container.decodeIfPresent(Bool.self, forKey: .header)
        labelled = try container.decodeIfPresent(Bool.self, forKey: .labelled) ?? true
        labelsFile = try container.decodeIfPresent(String.self, forKey: .labelsFile)
        `where` = try container.decodeIfPresent([String: String].self, forKey: .where)
        languages = try container.decodeIfPresent([String].self, forKey: .languages)
        part = try container.decodeIfPresent([Double].self, forKey: .part)
        badLines = try container.decodeIfPresent(BadLines.self, forKey: .badLines) ?? .stop
    }
}
