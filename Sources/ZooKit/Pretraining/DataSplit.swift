import Corpora
import Foundations

/// Chooses the documents of a part by their texts.
struct DataSplit: Sendable {
    /// The share of documents that is held out, 0 to 1.
    let heldOut: Double
    /// The part that is read.
    let part: DataPart

    /// True if a document belongs to the part. O(bytes).
    func contains(_ document: Document) -> Bool { contains(document.segments) }

    /// True if a document of which shards tell the running number alone belongs to the part.
    func contains(document number: Int) -> Bool { contains([Array("document \(number)".utf8)]) }

    private func contains(_ segments: [[UInt8]]) -> Bool {
        var hasher = SHA256Hasher()
        for segment in segments {
            hasher.update(segment)
            hasher.update([0])
        }
        let place = hasher.finish().bytes.prefix(6).reduce(0.0) { $0 * 256 + Double($1) } * 0x1p-48
        return (place < heldOut) == (part == .heldOut)
    }
}
