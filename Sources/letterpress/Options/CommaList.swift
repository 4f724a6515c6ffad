import Foundations

/// Lists of a flag's value: words with commas between them, where a path that is there may have commas of its own.
enum CommaList {
    /// The words of all values; of words that could be one path, the longest that names a file of JSON which is there is taken.
    static func words(_ values: [String]) -> [String] {
        values.flatMap { value in
            let pieces = value.split(separator: ",", omittingEmptySubsequences: false)
            var words: [String] = []
            var start = 0
            while start < pieces.count {
                let longest = pieces.indices.reversed().first { end in
                    end > start && pieces[end].hasSuffix(".json")
                        && Folder.hasItem(pieces[start...end].joined(separator: ","))
                }
                let end = longest ?? start
                words.append(pieces[start...end].joined(separator: ","))
                start = end + 1
            }
            return words.filter { !$0.isEmpty }
        }
    }
}
