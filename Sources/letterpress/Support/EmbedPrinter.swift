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
                    var fields = Self.fields(hit.document)
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
                    Self.cell(name, 40), "\(rank + 1)", String(format: "%.4f", hit.cosine), Self.place(hit.document),
                    Self.cell(Self.text(hit.document), 80),
                ]
                try Console.result(cells.joined(separator: "\t"))
            }
        }
    }

    /// The line that names a row.
    static func line(of text: EmbeddedText, row: Int) -> [UInt8] {
        var fields = fields(text.document)
        fields["row"] = .integer(row)
        if text.embedding.isTruncated { fields["truncated"] = .bool(true) }
        return JSONValue.object(fields).encoded() + [UInt8(ascii: "\n")]
    }

    private static func fields(_ document: Document) -> [String: JSONValue] {
        var source: [String: JSONValue] = ["path": .string(document.origin.path)]
        source["line"] = document.origin.line.map { .integer($0) }
        source["entry"] = document.origin.entry.map { .string($0) }
        var fields: [String: JSONValue] = ["source": .object(source)]
        if !document.fields.isEmpty { fields["fields"] = .object(document.fields) }
        return fields
    }

    private static func place(_ document: Document) -> String {
        document.place
    }

    private static func text(_ document: Document) -> String {
        String(decoding: document.segments.first ?? [], as: UTF8.self)
    }

    /// The beginning of a text as one cell: what would end it, or steer a terminal, is a blank.
    private static func cell(_ text: String, _ limit: Int) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(4 * limit) {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            result.append(isControl || [0x2028, 0x2029].contains(scalar.value) ? " " : scalar)
        }
        let line = String(result)
        return line.count <= limit ? line : "\(line.prefix(limit - 1))…"
    }
}
