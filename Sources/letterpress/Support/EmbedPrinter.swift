import Corpora
import Foundation
import Foundations
import ZooKit

/// Prints what a search found, and names rows of arrays.
struct EmbedPrinter {
    let isJSON: Bool

    /// The hits of every query. Throws where standard output takes no more.
    func show(_ search: TextSearch) throws {
        for (query, hits) in zip(search.queries, search.hits) {
            let name = Self.text(query.document)
            if isJSON {
                let found = hits.enumerated().map { rank, hit in
                    var fields = hit.document.sourceFields
                    fields["rank"] = .integer(rank + 1)
                    fields["cosine"] = .number(hit.cosine)
                    fields["text"] = .string(Self.text(hit.document))
                    return JSONValue.object(fields)
                }
                try Console.result(.object(["query": .string(name), "hits": .array(found)]))
                continue
            }
            for (rank, hit) in hits.enumerated() {
                let cells = [
                    Self.cell(name, 40), "\(rank + 1)", String(format: "%.4f", hit.cosine), hit.document.place,
                    Self.cell(Self.text(hit.document), 80),
                ]
                try Console.result(cells.joined(separator: "\t"))
            }
        }
    }

    /// The line that names a row.
    static func line(of text: EmbeddedText, row: Int) -> [UInt8] {
        var fields = text.document.sourceFields
        fields["row"] = .integer(row)
        if text.embedding.isTruncated { fields["truncated"] = .bool(true) }
        return JSONValue.object(fields).encoded() + [UInt8(ascii: "\n")]
    }

    private static func text(_ document: Document) -> String {
        String(decoding: document.segments.first ?? [], as: UTF8.self)
    }

    /// The beginning of a text as one cell.
    private static func cell(_ text: String, _ limit: Int) -> String {
        let line = TextCell.plain(text.unicodeScalars.prefix(4 * limit))
        return line.count <= limit ? line : "\(line.prefix(limit - 1))…"
    }
}
