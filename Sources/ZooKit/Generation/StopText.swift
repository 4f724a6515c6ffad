/// Lets text through up to the first stop string, and holds back what may be the beginning of one.
struct StopText {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []
    /// Whether a stop string has come.
    private(set) var hasStopped = false

    init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) } }

    /// What is certain with more text. Of two stop strings the one that begins first counts.
    mutating func add(_ text: String) -> String {
        guard !hasStopped else { return "" }
        held += Array(text.utf8)
        if let place = held.indices.first(where: { place in stops.contains { held[place...].starts(with: $0) } }) {
            hasStopped = true
            held.removeSubrange(place...)
            return finish()
        }
        let open = held.indices.first { place in stops.contains { $0.starts(with: held[place...]) } } ?? held.count
        defer { held.removeFirst(open) }
        return String(decoding: held[..<open], as: UTF8.self)
    }

    /// What was held back, where no more text comes.
    mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }
}
