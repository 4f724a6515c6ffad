/// What stands for a letter under noise.
enum LookAlikes {
    private static func table(_ pairs: String) -> [Character: [Character]] {
        var table: [Character: [Character]] = [:]
        for entry in pairs.split(separator: " ") {
            if let letter = entry.first { table[letter] = Array(entry.dropFirst()) }
        }
        return table
    }

    /// Letters of other scripts with the same shape in most fonts, from Latin to Cyrillic and Greek and back. Source: ours, after
    /// Unicode's list of confusables.
    static let homoglyphs = table(
        "aа cс eе iі jј oоο pр sѕ vν xх yу hһ dԁ wԝ qԛ AАΑ BВΒ CС EЕΕ HНΗ IІΙ JЈ KКΚ MМΜ NΝ OОΟ PРΡ SЅ TТΤ XХΧ YҮΥ ZΖ "
            + "аa сc еe іi јj оo рp ѕs хx уy АA ВB СC ЕE НH ІI КK МM ОO РP ТT ХX "
            + "οo νv ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX")

    /// Letters beside a letter on a keyboard of the English layout.
    static let keys = table(
        "qwa wqes ewrd retf rtyg tyuh yuij uiok iopl olp pol aqsz swedx derfc frtgv gtyhb hyujn juikm kiol lok zasx xzsdc "
            + "cxdfv vcfgb bvghn nbhjm mnjk")

    /// Digits that stand for letters.
    static let leet = table("a4 b8 e3 g9 i1 l1 o0 s5 t7 z2 A4 B8 E3 G9 I1 L1 O0 S5 T7 Z2")

    /// Grave, acute, circumflex, tilde, macron, breve, diaeresis, ring, caron.
    static let marks: [Unicode.Scalar] = [
        "\u{300}", "\u{301}", "\u{302}", "\u{303}", "\u{304}", "\u{306}", "\u{308}", "\u{30A}", "\u{30C}",
    ]

    /// Zero-width space, word joiner, zero-width no-break space: none joins its neighbours to one character.
    static let invisible: [Character] = ["\u{200B}", "\u{2060}", "\u{FEFF}"]

    /// The keys beside that of a letter, in its case.
    static func keys(beside letter: Character) -> [Character] {
        if let found = keys[letter] { return found }
        guard letter.isASCII, letter.isUppercase, let small = letter.lowercased().first else { return [] }
        return (keys[small] ?? []).compactMap { $0.uppercased().first }
    }
}
