internal import CHarfBuzz

/// The script of every character, after Common and Inherited ones joined their neighbours.
///
/// Source: the itemisation rules of UAX 24 as Pango applies them: the first real script names a run, leading Common
/// characters included, and a closing bracket or quote takes the script that stood at its opening partner.
enum ScriptRuns {
    private struct Open {
        var pair: Int
        var script: UInt32
    }
    private static let stackDepth = 128

    static func resolve(_ paragraph: Paragraph) -> [UInt32] {
        let common = HB_SCRIPT_COMMON.rawValue
        let count = paragraph.scalars.count
        var scripts = [UInt32](repeating: common, count: count)
        var stack: [Open] = []
        var start = 0
        while start < count {
            var run = common
            var isReal = false
            var unnamed = stack.count  // openings from here on do not know their script yet
            var end = start
            while end < count {
                let info = paragraph.infos[end]
                var script = info.script
                var real = !info.flags.contains(.commonScript)
                let pair =
                    script == common && info.flags.contains(.paired)
                    ? PairedCharacters.index(of: paragraph.scalars[end]) : nil
                let isClosing = pair.map { $0 & 1 == 1 } ?? false
                if let pair, !isClosing {
                    if stack.count >= stackDepth {
                        stack.removeAll(keepingCapacity: true)
                        unnamed = 0
                    }
                    stack.append(Open(pair: pair, script: run))
                } else if let pair {
                    while let top = stack.last, top.pair != pair - 1 { stack.removeLast() }
                    unnamed = min(unnamed, stack.count)
                    if let top = stack.last {
                        script = top.script
                        real = script != common && script != HB_SCRIPT_INHERITED.rawValue
                    }
                }
                guard !isReal || !real || run == script else { break }
                if !isReal, real {
                    run = script
                    isReal = true
                    for index in unnamed..<stack.count { stack[index].script = script }
                    unnamed = stack.count
                }
                if isClosing, !stack.isEmpty {
                    stack.removeLast()
                    unnamed = min(unnamed, stack.count)
                }
                end += 1
            }
            for index in start..<end { scripts[index] = isReal ? run : common }
            start = end
        }
        return scripts
    }
}
