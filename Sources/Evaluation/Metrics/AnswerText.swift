/// Scores of generated text against answers, as SQuAD's: Rajpurkar et al. 2016, and 2018 for empty answers.
public enum AnswerText {
    /// The words of a text: small letters, without ASCII punctuation and English articles. O(characters).
    ///
    /// Words are separated and articles found as the reference does with Python's `str` and `re`: a letter or number of any
    /// script belongs to a word. The two small sigmas count as one.
    public static func words(_ text: String) -> [[UInt8]] {
        var kept = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars where !isPunctuation(scalar) {
            kept.append(scalar == "\u{3C2}" ? "\u{3C3}" : scalar)
        }
        var words: [[UInt8]] = []
        var word = String.UnicodeScalarView()
        var run = String.UnicodeScalarView()
        func isArticle(_ run: String.UnicodeScalarView) -> Bool {
            let bytes = Array(String(run).utf8)
            return bytes == Array("a".utf8) || bytes == Array("an".utf8) || bytes == Array("the".utf8)
        }
        func endWord() {
            if !word.isEmpty { words.append(Array(String(word).utf8)) }
            word = .init()
        }
        func endRun() {
            if isArticle(run) { endWord() } else { word.append(contentsOf: run) }
            run = .init()
        }
        for scalar in kept {
            if isOfWord(scalar) {
                run.append(scalar)
                continue
            }
            endRun()
            if isBlank(scalar) { endWord() } else { word.append(scalar) }
        }
        endRun()
        endWord()
        return words
    }

    /// Whether the words of a text are those of an answer.
    public static func isExact(_ text: String, _ answers: [String]) -> Bool {
        let words = words(text)
        return answers.contains { self.words($0) == words }
    }

    /// The greatest F1 of the words of a text against those of each answer; two empty texts are alike. 0 without an answer.
    public static func f1(_ text: String, _ answers: [String]) -> Double {
        let words = words(text)
        return answers.reduce(0) { max($0, f1(words, self.words($1))) }
    }

    private static func f1(_ a: [[UInt8]], _ b: [[UInt8]]) -> Double {
        if a.isEmpty || b.isEmpty { return a == b ? 1 : 0 }
        var left: [[UInt8]: Int] = [:]
        for word in b { left[word, default: 0] += 1 }
        var same = 0
        for word in a {
            guard let count = left[word], count > 0 else { continue }
            left[word] = count - 1
            same += 1
        }
        return same == 0 ? 0 : 2 * Double(same) / Double(a.count + b.count)
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        default: scalar.properties.numericType != nil
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}
