/// Finds added tokens in a text: the first that begins, of those the longest, none within another.
struct AddedTokenMatcher: Sendable {
    /// A token found, by its place in the list, and the bytes that are its text.
    struct Match {
        let token: Int
        let start: Int
        let end: Int
    }

    let tokens: [AddedToken]
    private var begins = [Bool](repeating: false, count: 256)
    /// Node << 8 | byte to the next node.
    private var edges: [UInt64: Int32] = [:]
    /// The token that ends at a node, or -1.
    private var endings: [Int32] = [-1]

    var isEmpty: Bool { tokens.isEmpty }

    /// A matcher of tokens with different, non-empty contents.
    init(_ tokens: [AddedToken]) {
        self.tokens = tokens
        for (index, token) in tokens.enumerated() {
            guard let first = token.content.first else { continue }
            begins[Int(first)] = true
            var node: Int32 = 0
            for byte in token.content {
                let edge = UInt64(node) << 8 | UInt64(byte)
                if let following = edges[edge] {
                    node = following
                } else {
                    node = Int32(endings.count)
                    edges[edge] = node
                    endings.append(-1)
                }
            }
            endings[Int(node)] = Int32(index)
        }
    }

    /// The first match that begins in `start ..< end` and ends there. O(n) in texts without the first bytes of tokens, at worst
    /// n times the longest token.
    func next(in text: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Match? {
        if tokens.isEmpty { return nil }
        return unsafe begins.withUnsafeBufferPointer { begins in
            var place = start
            while place < end {
                if unsafe begins[Int(text[place])], let match = unsafe longest(text, place, end) { return match }
                place += 1
            }
            return nil
        }
    }

    private func longest(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Match? {
        var node: Int32 = 0
        var found: Match?
        var place = start
        while place < end, let following = edges[UInt64(node) << 8 | UInt64(unsafe text[place])] {
            node = following
            place += 1
            let token = endings[Int(node)]
            if token >= 0 { found = Match(token: Int(token), start: start, end: place) }
        }
        return found
    }
}
