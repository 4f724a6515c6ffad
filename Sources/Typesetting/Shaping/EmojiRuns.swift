/// Which characters are in emoji presentation (UTS 51): drawn from the colour font where the stack has one.
enum EmojiRuns {
    private static let joiner: UInt32 = 0x200D
    private static let textSelector: UInt32 = 0xFE0E
    private static let emojiSelector: UInt32 = 0xFE0F
    private static let keycap: UInt32 = 0x20E3

    /// One answer a character.
    static func resolve(_ paragraph: Paragraph) -> [Bool] {
        var answer = [Bool](repeating: false, count: paragraph.scalars.count)
        var index = 0
        while index < answer.count {
            let (length, isEmoji) = sequence(paragraph, at: index)
            if isEmoji { for place in index..<index + length { answer[place] = true } }
            index += length
        }
        return answer
    }

    /// Length and presentation of the longest emoji sequence that starts here; one plain character otherwise.
    private static func sequence(_ paragraph: Paragraph, at start: Int) -> (Int, Bool) {
        let scalars = paragraph.scalars
        func scalar(_ index: Int) -> UInt32 { index < scalars.count ? scalars[index] : 0 }
        let flags = paragraph.infos[start].flags
        if flags.contains(.regionalIndicator) {
            let paired = start + 1 < scalars.count && paragraph.infos[start + 1].flags.contains(.regionalIndicator)
            return paired ? (2, true) : (1, false)
        }
        if isKeycapBase(scalars[start]), scalar(start + 1) == emojiSelector, scalar(start + 2) == keycap {
            return (3, true)
        }
        guard flags.contains(.emoji), !flags.contains(.emojiModifier) || flags.contains(.emojiPresentation),
            scalars[start] > 0xA8, !isSelectorOrTag(scalars[start])
        else { return (1, false) }
        if scalar(start + 1) == textSelector { return (2, false) }
        var (length, isEmoji) = element(paragraph, at: start)
        while scalar(start + length) == joiner, start + length + 1 < scalars.count,
            paragraph.infos[start + length + 1].flags.contains(.emoji), !isSelectorOrTag(scalar(start + length + 1))
        {
            length += 1 + element(paragraph, at: start + length + 1).0
            isEmoji = true
        }
        return (length, isEmoji)
    }

    private static func element(_ paragraph: Paragraph, at start: Int) -> (Int, Bool) {
        let scalars = paragraph.scalars
        let flags = paragraph.infos[start].flags
        let next = start + 1
        guard next < scalars.count else { return (1, flags.contains(.emojiPresentation)) }
        if scalars[next] == emojiSelector { return (2, true) }
        if flags.contains(.emojiModifierBase), paragraph.infos[next].flags.contains(.emojiModifier) {
            return (scalars.count > next + 1 && scalars[next + 1] == emojiSelector ? 3 : 2, true)
        }
        var end = next
        while end < scalars.count, (0xE0020...0xE007F).contains(scalars[end]) { end += 1 }
        if end > next { return (end - start, true) }
        return (1, flags.contains(.emojiPresentation))
    }

    private static func isKeycapBase(_ scalar: UInt32) -> Bool {
        (0x30...0x39).contains(scalar) || scalar == 0x23 || scalar == 0x2A
    }

    private static func isSelectorOrTag(_ scalar: UInt32) -> Bool {
        scalar == textSelector || scalar == emojiSelector || scalar == keycap || (0xE0020...0xE007F).contains(scalar)
    }
}
