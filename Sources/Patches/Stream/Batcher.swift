/// Groups small items, so that handing work to a thread costs nothing per item.
///
/// A batch is closed as soon as its items weigh `limit` or more; an item heavier than the limit stands alone or last.
public struct Batcher<Element> {
    private let limit: Int
    private let weight: (Element) -> Int
    private let pull: () throws -> Element?
    private var isAtEnd = false

    /// Batches what `pull` yields until it yields `nil`.
    public init(limit: Int = 1 << 16, weight: @escaping (Element) -> Int, pull: @escaping () throws -> Element?) {
        self.limit = limit
        self.weight = weight
        self.pull = pull
    }

    /// The next batch, never empty, or `nil` at the end. Throws what the source throws.
    public mutating func next() throws -> [Element]? {
        var batch: [Element] = []
        var total = 0
        while !isAtEnd, total < limit {
            guard let element = try pull() else {
                isAtEnd = true
                break
            }
            total += weight(element)
            batch.append(element)
        }
        return batch.isEmpty ? nil : batch
    }
}
