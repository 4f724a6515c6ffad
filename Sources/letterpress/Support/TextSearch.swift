import Corpora
import ZooKit

/// The texts most like some queries, kept while texts go by.
struct TextSearch {
    /// A text that was found.
    struct Hit {
        let document: Document
        let cosine: Double
    }

    /// The queries.
    let queries: [EmbeddedText]
    /// For each query the best texts so far, the best first; of equals the first first.
    private(set) var hits: [[Hit]]
    private let top: Int

    /// A search for the `top` texts of each query.
    init(_ queries: [EmbeddedText], top: Int) {
        (self.queries, self.top) = (queries, top)
        hits = queries.map { _ in [] }
    }

    /// Compares a text with every query. O(queries · width).
    mutating func add(_ text: EmbeddedText) {
        for (index, query) in queries.enumerated() {
            let cosine = query.embedding.vector.cosine(text.embedding.vector)
            if hits[index].count == top, let last = hits[index].last, last.cosine >= cosine { continue }
            let place = hits[index].firstIndex { $0.cosine < cosine } ?? hits[index].count
            hits[index].insert(Hit(document: text.document, cosine: cosine), at: place)
            if hits[index].count > top { hits[index].removeLast() }
        }
    }
}
