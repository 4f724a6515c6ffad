import Foundation
import Patches
import Typesetting

/// Fonts of the Debian packages, by file name.
enum TestFonts {
    struct Missing: Error {
        let file: String
    }

    static func path(_ file: String) throws -> String {
        let folder = "/usr/share/fonts"
        let names = FileManager.default.enumerator(atPath: folder)
        while let name = names?.nextObject() as? String {
            if name.hasSuffix("/" + file) { return folder + "/" + name }
        }
        throw Missing(file: file)
    }

    static let sans = Result { try FontSet(paths: [path("NotoSans-Regular.ttf")]) }
    static let sansAndHebrew = Result {
        try FontSet(paths: [path("NotoSans-Regular.ttf"), path("NotoSansHebrew-Regular.ttf")])
    }
    static let sansAndArabic = Result {
        try FontSet(paths: [path("NotoSans-Regular.ttf"), path("NotoSansArabic-Regular.ttf")])
    }
    static let mono = Result { try FontSet(paths: [path("NotoSansMono-Regular.ttf")]) }
    static let emoji = Result {
        try FontSet(paths: [path("NotoSans-Regular.ttf"), path("NotoColorEmoji.ttf")])
    }
}

/// The sentence of the golden values.
let sentence = "My cool cat sits in a beautiful box full of black beans."

func makeRenderer(
    _ fonts: Result<FontSet, any Error> = TestFonts.sans, L: Int = 64, profile: RenderOptions.Profile = .pango,
    colour: RenderOptions.ColourMode = .rgb, _ change: (inout LayoutOptions) -> Void = { _ in }
) throws -> PatchRenderer {
    var render = RenderOptions()
    render.profile = profile
    render.colourMode = colour
    var layout = LayoutOptions()
    layout.maxPatches = L
    change(&layout)
    return try PatchRenderer(typesetter: Typesetter(fonts: fonts.get(), options: render), options: layout)
}

func single(_ text: String) -> TextInput { .single(Array(text.utf8)) }
func pair(_ first: String, _ second: String) -> TextInput { .pair(Array(first.utf8), Array(second.utf8)) }
func words(_ words: [String]) -> TextInput { .words(words.map { Array($0.utf8) }) }

/// Words cut at single spaces.
func words(of text: String) -> TextInput { words(text.split(separator: " ").map(String.init)) }

extension PatchSequence {
    /// Sum of 255 minus each pixel, the black patches included.
    var ink: Int { pixels.reduce(0) { $0 + 255 - Int($1) } }

    /// The bytes of some patches.
    func patches(_ range: Range<Int>) -> ArraySlice<UInt8> {
        pixels[range.lowerBound * patchByteCount..<range.upperBound * patchByteCount]
    }

    /// Separators in pixels, as the golden values have them.
    var separatorColumns: [Int] { separators.map { $0 * patchSize } }
}

/// The entries before the padding.
func entries(_ mapping: [CharacterPair]?, _ count: Int) -> [[Int]] {
    (mapping ?? []).prefix(count).map { [$0.start, $0.end] }
}
