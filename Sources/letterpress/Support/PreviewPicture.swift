import Patches
import Typesetting

/// Renders a text and puts its sequences on one picture.
struct PreviewPicture {
    let settings: PixelSettings
    let fonts: FontSet
    let text: [UInt8]
    let textB: [UInt8]?
    let hasGrid: Bool
    let scale: Int
    let columns: Int

    struct Result {
        var picture: Picture
        var patchCounts: [Int]
        var missing: [String: Int]
        /// Sequences that are not on the picture.
        var leftOut = 0
    }

    /// Sequences that are drawn at most; the rest of a longer text is left out.
    static let limit = 16

    func single() throws -> Result {
        try draw(settings.layout, fonts, title: nil)
    }

    /// The strategies one above the other, each with its name. `mono` needs fonts of its own, and is left out without.
    func strategies(monospaced: () -> FontSet?) throws -> Result {
        var parts: [Result] = []
        for strategy in LayoutOptions.Strategy.allCases {
            var layout = settings.layout
            layout.strategy = strategy
            let monoFonts = strategy == .mono ? monospaced() : nil
            guard strategy != .mono || monoFonts != nil else { continue }
            parts.append(try draw(layout, monoFonts ?? fonts, title: strategy.rawValue))
        }
        return Result(
            picture: Picture.stacked(parts.map(\.picture), gap: 6), patchCounts: parts.flatMap(\.patchCounts),
            missing: parts.first?.missing ?? [:], leftOut: parts.reduce(0) { $0 + $1.leftOut })
    }

    private func draw(_ options: LayoutOptions, _ fonts: FontSet, title: String?) throws -> Result {
        var layout = options
        if hasGrid, layout.offsets == .none { layout.offsets = .exact }
        let renderer = try PatchRenderer(
            typesetter: Typesetter(fonts: fonts, options: settings.render), options: layout)
        var sequences: [PatchSequence] = []
        let input = textB.map { TextInput.pair(text, $0) } ?? .single(text)
        let report = try renderer.render(input) { if sequences.count < Self.limit { sequences.append($0) } }
        let grid = try PatchGrid(
            typesetter: labels(), patchSize: RenderOptions().patchSize, scale: scale, columns: columns)
        let pictures = try sequences.enumerated().map { index, sequence in
            if hasGrid { return try grid.picture(of: sequence, title: index == 0 ? title : nil) }
            let strip = Picture(sequence).folded(columns: columns).enlarged(by: scale)
            guard let title, index == 0 else { return strip }
            return try Picture.stacked([grid.label(title), strip], gap: 1)
        }
        return Result(
            picture: Picture.stacked(pictures, gap: 4), patchCounts: sequences.map(\.textPatchCount),
            missing: report.missing.reduce(into: [:]) { $0[$1.script, default: 0] += 1 },
            leftOut: report.sequenceCount - sequences.count)
    }

    /// Labels are black on white in the default size, whatever the text is drawn with.
    private func labels() throws -> Typesetter {
        var options = RenderOptions()
        options.wordCache = false
        return try Typesetter(fonts: fonts, options: options)
    }
}
