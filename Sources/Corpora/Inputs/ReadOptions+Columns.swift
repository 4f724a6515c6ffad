import Foundations

extension ReadOptions {
    /// Names of a file's fields: of a table those of its header in their order, of JSON lines those of the first object, sorted; nil for
    /// a format without fields. Reads no more than the beginning.
    ///
    /// Throws `structure` for a beginning that cannot be read.
    public static func columns(of path: String, format: Format = .auto) throws(CorporaError) -> [String]? {
        let format = format == .auto ? Self.format(ofName: path) ?? .lines : format
        guard [.csv, .tsv, .jsonl].contains(format) else { return nil }
        do {
            return try first(path, format)
        } catch {
            switch error {
            case let error as CorporaError: throw error
            case let error as JSONError:
                throw .structure(
                    Problem(kind: .brokenJSON, path: path, line: 1, byteOffset: 0, detail: "no JSON object: \(error)"))
            default: throw .structure(Problem(kind: .unreadableInput, path: path, byteOffset: 0, detail: "\(error)"))
            }
        }
    }

    private static func first(_ path: String, _ format: Format) throws -> [String] {
        let stream = try CompressedReader(path: path)
        let limit = ReadOptions().recordLimit
        guard format == .jsonl else {
            let separator = UInt8(ascii: format == .csv ? "," : "\t")
            let reader = try TableReader(
                reader: stream, reopened: nil, position: ReadPosition(), separator: separator, wanted: [], limit: limit)
            if case .problem(let problem)? = try reader.next()?.content, reader.columns == nil {
                throw CorporaError.structure(problem)
            }
            return reader.columns ?? []
        }
        let reader = try LineReader(reader: stream, position: ReadPosition(), isJSON: true, limit: limit)
        switch try reader.next()?.content {
        case .json(let bytes)?:
            guard case .object(let fields) = try JSONValue.parse(bytes) else {
                throw JSONError.syntax(byteOffset: 0, expected: "an object")
            }
            return fields.keys.sorted()
        case .problem(let problem)?: throw CorporaError.structure(problem)
        default: return []
        }
    }
}
