import Typesetting

/// The stretch of text on a patch under the strategy `adaptive`, by script.
enum PatchUnit {
    /// Two grapheme clusters: letters that stand apart.
    case pair
    /// One grapheme cluster: signs as wide as a patch, with a syllable or a word each.
    case character
    /// A word, whose picture is cut every P pixels: letters that join, stack or move across clusters.
    case word

    /// The unit of a script, ISO 15924; nil is a word without letters, such as a number.
    ///
    /// A script outside the two lists is drawn by words: no cut harms it. That holds for
    /// - letters that join their neighbours: Arabic, Syriac, N'Ko, Mandaic, Adlam, Mongolian, Phags-pa, Ogham on its stem;
    /// - Brahmic scripts, whose headlines run through a word (Devanagari, Bengali, Gurmukhi) or whose vowels and subscripts
    ///   reach over neighbouring clusters (Tamil, Thai, Lao, Khmer, Burmese, Tibetan, Javanese, Balinese);
    /// - scripts from right to left, joined or not (Hebrew, Thaana, Samaritan): a picture keeps the order of the line, and
    ///   mPIXEL draws Arabic and Hebrew so.
    init(script: String?) {
        switch script {
        case nil: self = .pair
        case let code? where Self.apart.contains(code): self = .pair
        case let code? where Self.wide.contains(code): self = .character
        default: self = .word
        }
    }

    /// Alphabets and syllabaries from left to right whose clusters neither touch nor change with their neighbours.
    private static let apart: Set<String> = [
        "Latn", "Grek", "Cyrl", "Armn", "Geor", "Copt", "Goth", "Ital", "Glag", "Runr", "Cher", "Cans", "Ethi", "Vaii",
        "Tfng",
        "Lisu", "Olck", "Dsrt", "Shaw", "Osma", "Osge", "Brai", "Bamu", "Cari", "Lyci", "Ugar", "Xpeo", "Linb", "Perm",
        "Aghb",
        "Elba", "Bass", "Wara", "Mroo", "Hmng", "Hmnp", "Medf", "Wcho", "Toto", "Nagm", "Vith",
    ]

    /// Scripts of square signs.
    private static let wide: Set<String> = ["Hani", "Hira", "Kana", "Hang", "Bopo", "Yiii", "Tang", "Nshu"]
}

/// A stretch of a word in one script.
struct ScriptStretch {
    /// The byte of the word where it begins.
    let start: Int
    /// Its script, ISO 15924; nil where it has no letters.
    var script: String?

    /// The stretches of a word, the first from byte 0 on. O(n).
    ///
    /// Characters of no script of their own (digits, punctuation, marks, emoji) belong to the stretch before them, at the
    /// start of a word to the one behind. Those of ASCII are narrow, so that beside square signs they are a stretch without
    /// letters, or begin the alphabet's behind them.
    static func all(of word: [UInt8]) -> [ScriptStretch] {
        var stretches: [ScriptStretch] = []
        var index = 0
        while index < word.count {
            let (scalar, length) = UTF8Walk.scalar(in: word, at: index)
            let code = code(of: scalar)
            if code != "Zyyy", code != "Zinh", code != "Zzzz" {
                add(code, at: index, to: &stretches)
            } else if scalar < 0x80 {
                if stretches.isEmpty || isSquare(stretches.last?.script) {
                    stretches.append(ScriptStretch(start: stretches.isEmpty ? 0 : index, script: nil))
                }
            } else if code == "Zyyy", stretches.count > 1, let last = stretches.last, last.script == nil {
                // Behind the ASCII between square signs come their own punctuation and such.
                stretches.append(ScriptStretch(start: index, script: stretches[stretches.count - 2].script))
            }
            index += length
        }
        return stretches.isEmpty ? [ScriptStretch(start: 0, script: nil)] : stretches
    }

    private static func add(_ script: String, at index: Int, to stretches: inout [ScriptStretch]) {
        guard let last = stretches.last else {
            stretches.append(ScriptStretch(start: 0, script: script))
            return
        }
        let unit = PatchUnit(script: script)
        if last.script == nil, unit == .pair || unit == .word && stretches.count == 1 {
            stretches[stretches.count - 1].script = script
        } else if last.script != script {
            stretches.append(ScriptStretch(start: index, script: script))
        }
    }

    private static func isSquare(_ script: String?) -> Bool { script != nil && PatchUnit(script: script) == .character }

    private static func code(of scalar: UInt32) -> String {
        guard scalar < 0x80 else { return ScriptTable.code(of: scalar) }
        return (0x41...0x5A).contains(scalar & 0xDF) ? "Latn" : "Zyyy"
    }
}
