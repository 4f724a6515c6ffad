/// Entities of the labels of words: `B-PER I-PER O`, in the schemes IOB1, IOB2 (BIO) and IOBES.
///
/// Two readings. The lenient one is that of CoNLL's evaluation script and of seqeval's default mode: an entity begins where a tag
/// begins one, or where the type changes. The strict one is seqeval's `mode="strict"`: in IOB2 an entity is a `B` with the `I` of its
/// type behind it, in IOBES `S`, or `B`, any `I` and an `E` of one type; everything else is none.
struct TagScheme: Sendable {
    /// A run of words.
    struct Entity: Hashable, Sendable {
        let type: String
        let first: Int
        let last: Int
    }

    private let prefixes: [Character]
    private let types: [String]
    /// True if labels mark ends and single words.
    let isIOBES: Bool

    /// The scheme of some labels: `O`, and `B`, `I`, `E` or `S` with a hyphen and a type. Nil for other labels, and for `O` alone.
    init?(_ labels: [String]) {
        var (prefixes, types): ([Character], [String]) = ([], [])
        for label in labels {
            let parts = label.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard label == "O" || parts.count == 2 && ["B", "I", "E", "S"].contains(parts[0]) && !parts[1].isEmpty
            else {
                return nil
            }
            prefixes.append(label.first ?? "O")
            types.append(label == "O" ? "" : String(parts[1]))
        }
        guard types.contains(where: { !$0.isEmpty }) else { return nil }
        (self.prefixes, self.types) = (prefixes, types)
        isIOBES = prefixes.contains("E") || prefixes.contains("S")
    }

    /// The entities of a sentence by the lenient reading; a number that is no label's counts as `O`. O(words).
    func entities(_ labels: [Int]) -> Set<Entity> {
        var found: Set<Entity> = []
        var (last, lastType, begin) = (Character("O"), "", 0)
        for place in 0...labels.count {
            let (tag, type) = place < labels.count ? tag(labels[place]) : ("O", "")
            if Self.ends(last, lastType, tag, type) {
                found.insert(Entity(type: lastType, first: begin, last: place - 1))
            }
            if Self.begins(last, lastType, tag, type) { begin = place }
            (last, lastType) = (tag, type)
        }
        return found
    }

    /// The same by the strict reading. O(words).
    func strictEntities(_ labels: [Int]) -> Set<Entity> {
        var found: Set<Entity> = []
        var place = 0
        while place < labels.count {
            let (tag, type) = tag(labels[place])
            var end = place
            if tag == "B" {
                while end + 1 < labels.count, self.tag(labels[end + 1]) == ("I", type) { end += 1 }
                if isIOBES {
                    let isClosed = end + 1 < labels.count && self.tag(labels[end + 1]) == ("E", type)
                    if isClosed { end += 1 }
                    if isClosed { found.insert(Entity(type: type, first: place, last: end)) }
                } else {
                    found.insert(Entity(type: type, first: place, last: end))
                }
            } else if tag == "S" {
                found.insert(Entity(type: type, first: place, last: place))
            }
            place = end + 1
        }
        return found
    }

    private func tag(_ label: Int) -> (Character, String) {
        prefixes.indices.contains(label) ? (prefixes[label], types[label]) : ("O", "")
    }

    private static func ends(_ last: Character, _ lastType: String, _ tag: Character, _ type: String) -> Bool {
        switch last {
        case "O": false
        case "E", "S": true
        default: tag == "B" || tag == "S" || tag == "O" || lastType != type
        }
    }

    private static func begins(_ last: Character, _ lastType: String, _ tag: Character, _ type: String) -> Bool {
        switch tag {
        case "O": false
        case "B", "S": true
        default: last == "E" || last == "S" || last == "O" || lastType != type
        }
    }
}
