import Tensors

/// The order in which documents are read.
struct DocumentOrder: Sendable {
    /// Documents that are brought into another order together; 0 and 1 leave all as they come.
    var block: Int
    /// What the orders are drawn from.
    var key: RandomKey
}

/// Brings documents into an order drawn anew for each block of them: corpora are often sorted, and a model that reads them so
/// forgets their beginning. Source: the shuffle buffer of streamed data sets, in blocks so that a place in it can be saved.
final class DocumentShuffle<Position: Codable & Sendable & Equatable, Unit: Sendable> {
    /// A place before a document.
    struct Place: Codable, Sendable, Equatable {
        /// Where its block begins.
        var block: Position
        /// Blocks before this one.
        var number: Int
        /// Documents of the block before it.
        var taken: Int
    }

    /// Bytes after which a block ends, however few its documents.
    private static var blockBytes: Int { 64 << 20 }

    private let order: DocumentOrder
    private let weight: (Unit) -> Int
    private let position: () -> Position
    private let source: () throws -> Unit?
    private var place: Place
    private var units: [Unit?] = []
    private var places: [Int] = []

    /// Documents of `source`, whose place before the next one is `position`. With a saved place, `source` begins at its block.
    init(
        _ order: DocumentOrder, from saved: Place?, position: @escaping () -> Position,
        weight: @escaping (Unit) -> Int, source: @escaping () throws -> Unit?
    ) throws {
        self.order = order
        self.weight = weight
        self.position = position
        self.source = source
        place = saved ?? Place(block: position(), number: 0, taken: 0)
        guard place.taken >= 0, 0...1 << 53 ~= place.number else {
            throw PretrainingError.badSetting(
                key: "data cursor", reason: "there is no document \(place.taken) of block \(place.number)")
        }
        try fill()
    }

    /// The next document, the place before it, and its bytes; nil after the last. O(block) where a block begins.
    func next() throws -> (unit: Unit, position: Place, weight: Int)? {
        while place.taken >= places.count {
            guard !places.isEmpty else { return nil }
            place = Place(block: position(), number: place.number + 1, taken: 0)
            try fill()
        }
        let (here, index) = (place, places[place.taken])
        place.taken += 1
        guard let unit = units[index] else { return nil }
        units[index] = nil
        return (unit, here, weight(unit))
    }

    private func fill() throws {
        units = []
        var bytes = 0
        while units.count < max(order.block, 1), bytes < Self.blockBytes, let unit = try source() {
            units.append(unit)
            bytes += weight(unit)
        }
        places = order.key.with(place.number).order(of: units.count)
    }
}

extension RandomKey {
    /// 0 ..< count in an order drawn from the key (Fisher and Yates). O(count).
    func order(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(bits(at: last) % UInt64(last + 1)))
        }
        return order
    }
}
