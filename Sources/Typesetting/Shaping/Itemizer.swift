internal import CHarfBuzz

/// Cuts a paragraph into runs of one font, script, direction and kind, in logical order.
struct Itemizer {
    let table: ScalarTable
    let fonts: [HarfBuzzFont]

    /// - Parameter text: the decoded paragraph.
    /// - Returns: runs that cover it, in logical order.
    /// - Complexity: linear.
    func runs(_ text: Paragraph, _ direction: BaseDirection) throws(TypesettingError) -> [ItemRun] {
        let count = text.scalars.count
        guard count > 0 else { return [] }
        let levels: [UInt8]? =
            text.flags.contains(.needsLevels) || direction == .rightToLeft
            ? try BidiLevels.resolve(text.scalars, text.infos, direction) : nil
        let scripts = ScriptRuns.resolve(text)
        let emoji: [Bool]? =
            text.flags.isDisjoint(with: [.emoji, .regionalIndicator]) ? nil : EmojiRuns.resolve(text)
        let chosen = try chooseFonts(text, emoji)
        var runs: [ItemRun] = []
        var start = 0
        for index in 1...count {
            if index < count, levels?[index] == levels?[start], scripts[index] == scripts[start],
                emoji?[index] == emoji?[start]
            {
                continue
            }
            cut(text, start..<index, chosen, level: levels?[start] ?? 0, script: scripts[start], into: &runs)
            start = index
        }
        return runs
    }

    /// Every character's font, or ``ScalarInfo/noFont`` where it has no say or no font has it.
    private func chooseFonts(_ text: Paragraph, _ emoji: [Bool]?) throws(TypesettingError) -> [UInt8] {
        let count = text.scalars.count
        var fonts = [UInt8](repeating: ScalarInfo.noFont, count: count)
        for index in 0..<count {
            fonts[index] = emoji?[index] == true ? text.infos[index].emojiFont : text.infos[index].font
        }
        guard text.flags.contains(.extends) else { return fonts }
        var start = 0
        while start < count {
            var end = start + 1
            while end < count, text.infos[end].flags.contains(.extends) { end += 1 }
            if end > start + 1, try !agree(text, start..<end, fonts),
                let font = try fontCovering(text, start..<end, emoji: emoji?[start] ?? false)
            {
                for index in start..<end where !text.infos[index].flags.contains(.neutralFont) { fonts[index] = font }
            }
            start = end
        }
        return fonts
    }

    private func agree(_ text: Paragraph, _ cluster: Range<Int>, _ chosen: [UInt8]) throws(TypesettingError) -> Bool {
        for index in cluster.dropFirst() where !text.infos[index].flags.contains(.neutralFont) {
            if chosen[index] != chosen[cluster.lowerBound] { return false }
        }
        return true
    }

    /// The first font that has every character of a cluster, a base and mark in composed form included.
    private func fontCovering(
        _ text: Paragraph, _ cluster: Range<Int>, emoji: Bool
    ) throws(TypesettingError) -> UInt8? {
        let unicode = unsafe hb_unicode_funcs_get_default()
        search: for (number, font) in fonts.enumerated() {
            if emoji, !font.isEmoji { continue }
            var base = text.scalars[cluster.lowerBound]
            var isBaseCovered = try font.covers(base)
            for index in cluster.dropFirst() where !text.infos[index].flags.contains(.neutralFont) {
                var composed: hb_codepoint_t = 0
                if unsafe hb_unicode_compose(unicode, base, text.scalars[index], &composed) != 0,
                    try font.covers(composed)
                {
                    base = composed
                    isBaseCovered = true
                } else if try !font.covers(text.scalars[index]) {
                    continue search
                }
            }
            if isBaseCovered { return UInt8(number) }
        }
        return nil
    }

    /// Cuts a segment of one level, script and presentation where the font or the kind changes.
    private func cut(
        _ text: Paragraph, _ segment: Range<Int>, _ chosen: [UInt8], level: UInt8, script: UInt32,
        into runs: inout [ItemRun]
    ) {
        var current: ItemRun?
        var trailingSpaces = 0
        func kind(_ index: Int) -> ItemRun.Kind {
            let flags = text.infos[index].flags
            return flags.contains(.tab)
                ? .tab
                : flags.contains(.unknown) && chosen[index] == ScalarInfo.noFont
                    ? .unknown : .text
        }
        func close(_ run: ItemRun) {
            var run = run
            if run.font == ScalarInfo.noFont, run.kind != .unknown { run.font = table.fallbackFont }
            if run.kind == .text, fonts[Int(run.font)].isEmoji { run.kind = .emoji }
            runs.append(run)
        }
        for index in segment {
            let kind = kind(index)
            var font = chosen[index]
            let isSpace = text.infos[index].flags.contains(.space)
            guard var run = current else {
                current = ItemRun(
                    start: index, end: index + 1, kind: kind, font: font, script: script, level: level)
                trailingSpaces = isSpace ? 1 : 0
                continue
            }
            if kind == .text, run.kind == .text, run.font == ScalarInfo.noFont, font != ScalarInfo.noFont {
                run.font = font
            } else if font == ScalarInfo.noFont, kind != .unknown {
                font = run.font
            }
            if kind == run.kind, kind != .tab, font == run.font {
                run.end = index + 1
                current = run
                trailingSpaces = isSpace ? trailingSpaces + 1 : 0
                continue
            }
            // Trailing spaces go to a font that is preferred over the one they trail.
            var start = index
            if run.kind == .text, kind == .text, font < run.font, trailingSpaces > 0,
                trailingSpaces < run.end - run.start
            {
                start = index - trailingSpaces
                run.end = start
            }
            close(run)
            current = ItemRun(start: start, end: index + 1, kind: kind, font: font, script: script, level: level)
            trailingSpaces = isSpace ? 1 : 0
        }
        if let run = current { close(run) }
    }

    /// Visual order of runs by rule L2 of UAX 9.
    static func visualOrder(_ runs: [ItemRun]) -> [Int] {
        var order = Array(runs.indices)
        guard let highest = runs.map(\.level).max(), highest > 0 else { return order }
        for level in stride(from: highest, through: 1, by: -1) {
            var index = 0
            while index < order.count {
                guard runs[order[index]].level >= level else {
                    index += 1
                    continue
                }
                var end = index
                while end < order.count, runs[order[end]].level >= level { end += 1 }
                order[index..<end].reverse()
                index = end
            }
        }
        return order
    }
}
