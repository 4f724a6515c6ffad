/// ROUGE-L: F1 of the longest common subsequence of words. Source: Lin 2004, "ROUGE: A Package for Automatic Evaluation of
/// Summaries", with precision and recall of equal weight and the words of Google's `rouge_score` without stemming; letters and
/// numbers outside ASCII, which that package drops, are kept.
public enum RougeL {
    /// Runs of letters and numbers, in small letters. O(characters).
    public static func words(_ text: String) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word = String.UnicodeScalarView()
        func end() {
            if !word.isEmpty { words.append(Array(String(word).utf8)) }
            word = .init()
        }
        for scalar in text.lowercased().unicodeScalars {
            let isMark = scalar.properties.canonicalCombiningClass != .notReordered || isSpacingMark(scalar)
            if AnswerText.isOfWord(scalar) || (isMark && !word.isEmpty) { word.append(scalar) } else { end() }
        }
        end()
        return words
    }

    private static func isSpacingMark(_ scalar: Unicode.Scalar) -> Bool {
        [.spacingMark, .nonspacingMark].contains(scalar.properties.generalCategory)
    }

    /// The greatest score of a text against each answer, 0 without one. O(words of the text · words of the answers).
    public static func score(_ text: String, _ answers: [String]) -> Double {
        let words = words(text)
        return answers.reduce(0) { max($0, score(words, self.words($1))) }
    }

    private static func score(_ a: [[UInt8]], _ b: [[UInt8]]) -> Double {
        let common = longestCommon(a, b)
        return common == 0 ? 0 : 2 * Double(common) / Double(a.count + b.count)
    }

    private static func longestCommon(_ a: [[UInt8]], _ b: [[UInt8]]) -> Int {
        // Words as numbers: the inner loop compares these.
        var numbers: [[UInt8]: Int] = [:]
        for word in a where numbers[word] == nil { numbers[word] = numbers.count }
        let left = a.map { numbers[$0] ?? -1 }
        let right = b.map { numbers[$0] ?? -1 }
        var row = [Int](repeating: 0, count: right.count + 1)
        for word in left {
            var diagonal = 0
            for (index, other) in right.enumerated() {
                let above = row[index + 1]
                row[index + 1] = word == other ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        return row[right.count]
    }
}
