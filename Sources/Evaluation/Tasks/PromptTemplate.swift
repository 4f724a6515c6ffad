public import Foundations

/// A text with columns in braces and filters behind bars: `Question: {goal|trim}`.
public struct PromptTemplate: Codable, Sendable, Equatable {
    private enum Piece: Sendable, Equatable {
        case text(String)
        case column(String, filters: [TextFilter])
    }

    /// The text as it is written.
    public let text: String
    private let pieces: [Piece]

    /// The columns it names.
    public var columns: [String] {
        pieces.compactMap { piece in
            if case .column(let name, _) = piece { return name }
            return nil
        }
    }

    /// Reads the braces. Throws a `ConfigError` without a source where one stays open or a filter is unknown.
    public init(_ text: String) throws(ConfigError) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
                throw Self.flaw("a brace of '\(text)' has no partner")
            }
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            let parts = rest[rest.index(after: open)..<close].split(separator: "|", omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty else { throw Self.flaw("'\(text)' names no column in a brace") }
            var filters: [TextFilter] = []
            for part in parts.dropFirst() {
                guard let filter = TextFilter(rawValue: String(part)) else {
                    let names = TextFilter.allCases.map(\.rawValue)
                    let near = NearNames.of(String(part), among: names)
                    throw Self.flaw(
                        "there is no filter '\(part)', "
                            + (near.isEmpty
                                ? "there are: \(names.joined(separator: ", "))"
                                : "near: \(near.joined(separator: ", "))"))
                }
                filters.append(filter)
            }
            pieces.append(.column(String(name), filters: filters))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.text = text
        self.pieces = pieces
    }

    private static func flaw(_ reason: String) -> ConfigError { .invalidValue(source: "", keyPath: "", reason: reason) }

    /// Decodes a string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(ConfigError) {
            self = try PromptTemplate(text)
        } catch {
            guard case .invalidValue(_, _, let reason) = error else { throw error }
            throw DecodingError.dataCorruptedError(in: container, debugDescription: reason)
        }
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The text with its columns filled in; `value` gives a column's text.
    func filled<E: Error>(words: [String: String], _ value: (String) throws(E) -> String) throws(E) -> String {
        var result = ""
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .column(let name, let filters):
                var text = try value(name)
                for filter in filters { text = filter.apply(to: text, words: words) }
                result += text
            }
        }
        return result
    }
}
