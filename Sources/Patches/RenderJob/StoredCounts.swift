import Corpora
import Foundations
import Typesetting

/// What the sequences of a folder say about the counts of its manifest.
///
/// Coloured sequences follow from the pictures, characters and bytes of text from the texts, if they are stored. Lines
/// of PixelGPT files do not say which belong together: pairs and lists of words, which stand in every line, are counted
/// only where each document has one. What laying a document out found is known of those that were rendered again.
struct StoredCounts {
    private let settings: JobSettings
    private var counts = RenderCounts()
    /// Documents of several sequences.
    private var parted = 0
    /// The text is not stored, or a column of another name took its place.
    private let lacksText: Bool
    /// A text was found that may stand in several lines.
    private var repeatsText = false

    private var isPixelGPT: Bool { settings.shards.format == .pixelgpt }

    init(settings: JobSettings) {
        self.settings = settings
        let names = settings.textNames
        let taken = ["num_patches", "image"] + (settings.read.labelField == nil ? [] : ["label"])
        lacksText =
            !settings.shards.storeText
            || settings.shards.format == .pixelgpt
                && taken.contains { [names.text, names.textB, names.words].contains($0) }
    }

    mutating func add(_ example: StoredExample) {
        counts.sequences += 1
        if example.channels == 3 { counts.colouredSequences += 1 }
        let part = example.integer("part") ?? 0
        if !isPixelGPT, part == 1 { parted += 1 }
        guard let text = example.text(settings) else { return }
        switch text {
        case .part(let text): add(text)
        case .pair(let first, let second):
            repeatsText = true
            if isPixelGPT || part == 0 { [first, second].forEach { add($0) } }
        case .words(let words):
            repeatsText = true
            if isPixelGPT || part == 0 { words.forEach { add($0) } }
        }
    }

    private mutating func add(_ text: [UInt8]) {
        counts.textBytes += text.count
        counts.characters += UTF8Walk.count(text, in: 0..<text.count)
    }

    /// Where the manifest contradicts the sequences.
    ///
    /// - Parameters:
    ///   - stated: the counts of the manifest.
    ///   - sample: those of the documents that were rendered again.
    ///   - path: the manifest's.
    func errors(of stated: RenderCounts, sample: RenderCounts, path: String) -> [ShardError] {
        // What the documents that were not rendered again may add.
        let documents = max(stated.documents - sample.documents, 0)
        let open = documents == 0 ? 0 : 1 << 60
        var bounds = [
            Bounds("coloured_sequences", stated.colouredSequences, from: counts.colouredSequences, adding: 0),
            Bounds("dropped_marks", stated.droppedMarks, from: sample.droppedMarks, adding: open),
            Bounds("forced_cuts", stated.forcedCuts, from: sample.forcedCuts, adding: open),
        ]
        if !lacksText, !isPixelGPT || !repeatsText || stated.sequences == stated.documents {
            bounds.append(Bounds("characters", stated.characters, from: counts.characters, adding: 0))
            bounds.append(Bounds("text_bytes", stated.textBytes, from: counts.textBytes, adding: 0))
        }
        var overflowed = Bounds(
            "overflowed_documents", stated.overflowedDocuments, from: sample.overflowedDocuments, adding: documents)
        if settings.layout.packing == .none { overflowed.lower = max(overflowed.lower, parted) }
        var truncated = Bounds(
            "truncated_documents", stated.truncatedDocuments, from: sample.truncatedDocuments, adding: documents)
        truncated.upper = min(truncated.upper, stated.overflowedDocuments)
        bounds += [overflowed, truncated]
        for script in Set(stated.missingGlyphs.keys).union(sample.missingGlyphs.keys).sorted() {
            bounds.append(
                Bounds(
                    "missing_glyphs.\(script)", stated.missingGlyphs[script] ?? 0,
                    from: sample.missingGlyphs[script] ?? 0, adding: open))
        }
        return bounds.compactMap { $0.error(path) }
    }

    /// A count as it is stated, and what it may be.
    private struct Bounds {
        let what: String
        let stated: Int
        var lower: Int
        var upper: Int

        init(_ what: String, _ stated: Int, from lower: Int, adding more: Int) {
            self.what = what
            self.stated = stated
            self.lower = lower
            upper = lower + more
        }

        func error(_ path: String) -> ShardError? {
            guard stated < lower || stated > upper else { return nil }
            let limit = stated < lower ? "\(lower) or more" : "\(upper) or less"
            return .mismatch(
                path: path, what: what, expected: "\(stated)", got: lower == upper ? "\(lower)" : limit)
        }
    }
}

extension RenderCounts {
    /// Adds what laying out a document found.
    mutating func add(_ report: RenderReport) {
        overflowedDocuments += report.overflowed ? 1 : 0
        truncatedDocuments += report.truncated ? 1 : 0
        droppedMarks += report.droppedMarks
        forcedCuts += report.forcedCuts
        for glyph in report.missing { missingGlyphs[glyph.script, default: 0] += 1 }
    }
}

extension StoredExample {
    /// The text of the record, by the rules of ``ShardRecord/Text``; `nil` when none is stored.
    func text(_ settings: JobSettings) -> ShardRecord.Text? {
        func bytes(_ value: JSONValue?) -> [UInt8]? {
            if case .string(let text)? = value { Array(text.utf8) } else { nil }
        }
        let isPixelGPT = settings.shards.format == .pixelgpt
        let names = isPixelGPT ? settings.textNames : ShardRecord.TextNames()
        let hasWords = !isPixelGPT || settings.read.wordsField != nil
        let hasPairs = !isPixelGPT || settings.read.textBField != nil
        if hasWords, case .array(let words)? = record[names.words] { return .words(words.map { bytes($0) ?? [] }) }
        guard let text = bytes(record[names.text]) else { return nil }
        if hasPairs, let textB = bytes(record[names.textB]) { return .pair(text, textB) }
        return .part(text)
    }
}
