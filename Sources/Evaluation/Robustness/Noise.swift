import Tensors

/// Orthographic noise at a rate. What becomes of a text is a function of the seed, the example's id, the kind and the rate
/// alone, and whatever a rate changes, each higher rate changes in the same way. Source: ours; the kinds are the usual ones.
///
/// The rate is the share of characters (grapheme clusters) that change among those that the kind can change: of all but blanks
/// for `drop`, `repeat` and `zero_width`, of letters for `diacritic`, of pairs within words for `swap`, of the letters in its
/// table for the others. No cluster is split, and no two are joined.
public struct Noise: Codable, Sendable, Equatable {
    /// What changes.
    public let kind: NoiseKind
    /// The share that changes, from 0 to 1.
    public let rate: Double
    /// The seed of all examples.
    public let seed: UInt64

    /// What noise made of a text.
    public struct Result: Sendable, Equatable {
        /// The text.
        public var text: String
        /// Characters that could have changed.
        public var eligible: Int
        /// Characters that did.
        public var changed: Int
    }

    /// Noise of a kind; a rate outside 0...1 is taken to its nearer end, one that is no number as 0.
    public init(_ kind: NoiseKind, rate: Double, seed: UInt64) {
        self.kind = kind
        self.rate = rate.isNaN ? 0 : min(1, max(0, rate))
        self.seed = seed
    }

    /// The example with noise on its texts and on what stands before its choices; continuations, answers and labels stay. Contexts
    /// that begin alike do so under noise. O(characters).
    public func callAsFunction(_ example: TaskExample) -> TaskExample {
        var example = example
        for index in example.choices.indices {
            example.choices[index].context = apply(to: example.choices[index].context, id: example.id).text
        }
        for index in example.words.indices {
            example.words[index] = apply(to: example.words[index], id: example.id, part: "\(index)").text
        }
        example.textA = apply(to: example.textA, id: example.id).text
        example.textB = example.textB.map { apply(to: $0, id: example.id, part: "b").text }
        return example
    }

    /// A text with noise; `part` tells the texts of an example apart. O(characters).
    public func apply(to text: String, id: String, part: String = "a") -> Result {
        let key = RandomKey(seed: seed).with("noise").with(kind.rawValue).with(id).with(part)
        let characters = Array(text)
        switch kind {
        case .swap: return swapped(characters, key)
        case .drop: return dropped(characters, key)
        default: return replaced(characters, key)
        }
    }

    private func isHit(_ key: RandomKey, _ index: Int) -> Bool { key.uniform(at: 2 * index) < rate }

    private func pick<T>(_ values: [T], _ key: RandomKey, _ index: Int) -> T {
        values[Int(truncatingIfNeeded: key.bits(at: 2 * index + 1).multipliedFullWidth(by: UInt64(values.count)).high)]
    }

    private func replaced(_ characters: [Character], _ key: RandomKey) -> Result {
        var result = Result(text: "", eligible: 0, changed: 0)
        for (index, character) in characters.enumerated() {
            let choices = replacements(of: character)
            guard !choices.isEmpty else {
                result.text.append(character)
                continue
            }
            result.eligible += 1
            if isHit(key, index) {
                result.changed += 1
                result.text.append(pick(choices, key, index))
            } else {
                result.text.append(character)
            }
        }
        return result
    }

    /// What may stand for a character; nothing where the kind leaves it alone.
    private func replacements(of character: Character) -> [String] {
        switch kind {
        case .homoglyph: return (LookAlikes.homoglyphs[character] ?? []).map { String($0) }
        case .keyboard: return LookAlikes.keys(beside: character).map { String($0) }
        case .leetspeak: return (LookAlikes.leet[character] ?? []).map { String($0) }
        case .diacritic:
            guard character.isLetter, isSolid(character) else { return [] }
            return LookAlikes.marks.map { mark in
                var scalars = String(character).unicodeScalars
                scalars.append(mark)
                return String(scalars)
            }
        case .repeat: return isSolid(character) ? [String([character, character])] : []
        case .zeroWidth: return isSolid(character) ? LookAlikes.invisible.map { String([character, $0]) } : []
        case .swap, .drop: return []
        }
    }

    /// Neither a blank nor a character that would join one that comes to stand beside it: a half of a flag, a conjoining jamo, a
    /// mark on its own, a cluster with a virama or a joiner at its end.
    private func isSolid(_ character: Character) -> Bool {
        let scalars = character.unicodeScalars
        guard !character.isWhitespace, let first = scalars.first, let last = scalars.last else { return false }
        switch first.value {
        case 0x1F1E6...0x1F1FF, 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF: return false
        default: break
        }
        return !first.properties.isGraphemeExtend && !first.properties.isEmojiModifier && last.value != 0x200D
            && last.properties.canonicalCombiningClass != .virama
    }

    /// Leaves characters out; where all would go, the one with the greatest draw stays.
    private func dropped(_ characters: [Character], _ key: RandomKey) -> Result {
        var result = Result(text: "", eligible: 0, changed: 0)
        let places = characters.indices.filter { isSolid(characters[$0]) }
        let last = places.max { key.uniform(at: 2 * $0) < key.uniform(at: 2 * $1) }
        result.eligible = places.count
        for (index, character) in characters.enumerated() {
            if isSolid(character), index != last, isHit(key, index) {
                result.changed += 1
            } else {
                result.text.append(character)
            }
        }
        return result
    }

    /// Swaps pairs that do not overlap; whether they begin at even or odd places of a word is drawn for each word.
    private func swapped(_ characters: [Character], _ key: RandomKey) -> Result {
        var result = Result(text: "", eligible: 0, changed: 0)
        var characters = characters
        var start = 0
        while start < characters.count {
            guard isSolid(characters[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < characters.count, isSolid(characters[end]) { end += 1 }
            let shift = end - start > 2 ? Int(key.bits(at: 2 * start + 1) & 1) : 0
            for index in stride(from: start + shift, to: end - 1, by: 2)
            where characters[index] != characters[index + 1] {
                result.eligible += 2
                guard isHit(key, index) else { continue }
                result.changed += 2
                characters.swapAt(index, index + 1)
            }
            start = end
        }
        result.text = String(characters)
        return result
    }
}
