import ZooKit

extension TaskExample {
    /// The example as a labeller of words reads it. Throws what the encoder throws.
    func encoded(by encoder: WordEncoder) throws -> ClassifierExample {
        var encoded = try encoder.encode(words.map { Array($0.utf8) })
        encoded.targets = label?.indices.map { $0.map { .label($0) } } ?? []
        return encoded
    }

    /// A text whose words, between white space, are labelled.
    public static func words(id: String, _ text: String) -> TaskExample {
        words(id: id, list: text.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// Words that are labelled; a blank within one does not part it.
    public static func words(id: String, list: [String]) -> TaskExample {
        var example = TaskExample(id: id, textA: list.joined(separator: " "))
        example.words = list
        return example
    }
}

extension [ClassifierExample] {
    /// The answers of scores that rows of words have, one after the other.
    func wordAnswers(_ scores: [[Double]]) -> [GivenAnswer] {
        var next = 0
        return map { example in
            .words(
                scores: example.rows.map { row in
                    guard row != nil, scores.indices.contains(next) else { return [] }
                    next += 1
                    return scores[next - 1]
                })
        }
    }
}
