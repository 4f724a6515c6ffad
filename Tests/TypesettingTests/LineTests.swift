import Foundations
import Testing
import Typesetting

@Suite struct LineTests {
    @Test func emptyTextHasNoWidthAndNoInk() throws {
        let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"))
        let drawing = try Drawing("", typesetter)
        #expect(drawing.width == 0)
        #expect(drawing.ink == 0)
    }

    @Test func controlsOfDirectionAndWidthLeaveNoInk() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        let plain = try Drawing("ab", typesetter)
        for scalar in [0x200B, 0x200C, 0x200D, 0x2060, 0xAD, 0xFEFF, 0x200E, 0x2066, 0x2069, 0xFE0F] {
            let text = "a" + String(try #require(Unicode.Scalar(scalar))) + "b"
            let drawing = try Drawing(text, typesetter)
            #expect(drawing.width == plain.width, "U+\(String(scalar, radix: 16))")
            #expect(drawing.ink == plain.ink, "U+\(String(scalar, radix: 16))")
            #expect(drawing.missing.isEmpty)
        }
    }

    @Test func tabsStopAtEightSpaces() throws {
        let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"))
        #expect(try typesetter.line(Array("\t".utf8)).width == 24)
        #expect(try typesetter.line(Array("a\t".utf8)).width == 24)
        #expect(try typesetter.line(Array("\t\t".utf8)).width == 48)
        var options = RenderOptions()
        options.profile = .plain
        let plain = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"), options: options)
        #expect(try plain.line(Array("\t".utf8)).width == 12, "four spaces")
    }

    @Test func unknownCharactersFollowThePolicy() throws {
        let fonts = try Fonts.named("NotoSans-Regular.ttf")
        let text = "a\u{E123}\u{13000}b"
        var options = RenderOptions()
        let letters = try Drawing("ab", try Typesetter(fonts: fonts, options: options))
        let boxes = try Drawing(text, try Typesetter(fonts: fonts, options: options))
        #expect(boxes.width == letters.width + 32)
        #expect(boxes.missing.map(\.scalar) == [0xE123, 0x13000])
        #expect(boxes.missing.map(\.script) == ["Zzzz", "Egyp"])
        #expect(boxes.missing.map(\.byteOffset) == [1, 4])
        options.unknownGlyph = .skip
        let skipped = try Drawing(text, try Typesetter(fonts: fonts, options: options))
        #expect(skipped.width == letters.width)
        #expect(skipped.missing.count == 2)
        options.unknownGlyph = .error
        let strict = try Typesetter(fonts: fonts, options: options)
        #expect(throws: TypesettingError.missingGlyph(scalar: 0xE123, script: "Zzzz", byteOffset: 1)) {
            try strict.line(Array(text.utf8))
        }
    }

    @Test func skippedCharactersLeaveNothingAndOffsetsHold() throws {
        for profile in RenderOptions.Profile.allCases {
            var options = RenderOptions()
            options.profile = profile
            options.unknownGlyph = .skip
            let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"), options: options)
            let plain = try Drawing("ab", typesetter)
            let holed = try Drawing("日a本\u{FFF9}b", typesetter)
            #expect(holed.gray == plain.gray, "\(profile)")
            let clusters = try typesetter.clusters(of: typesetter.line(Array("日a本b".utf8)))
            #expect(clusters.map(\.x.isEmpty) == [true, false, true, false], "\(profile)")
        }
    }

    @Test func textThatIsNoUTF8IsRefusedWithItsPlace() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        let bad: [([UInt8], Int)] = [
            ([0x61, 0xFF], 1), ([0x61, 0xC3], 1), ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0),
            ([0xC0, 0x80], 0), ([0x61, 0xE2, 0x82, 0x61], 1),
        ]
        for (bytes, place) in bad {
            #expect(throws: TypesettingError.invalidUTF8(byteOffset: place)) { try typesetter.line(bytes) }
        }
    }

    @Test func aFontIsChosenForWholeClusters() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        for text in ["e\u{301}", "\u{0646}\u{200C}\u{0647}", "कि", "ก็", "👨‍👩‍👧", "🇫🇷", "👍🏽", "1️⃣", "é", "한국"] {
            let drawing = try Drawing(text, typesetter)
            #expect(drawing.missing.isEmpty, "\(text)")
            #expect(drawing.width > 0, "\(text)")
        }
    }

    /// Fonts of other scripts hold commas and brackets of these code points too, some of them turned.
    @Test func hanPunctuationComesFromTheHanFont() throws {
        let stack = try Typesetter(fonts: Fonts.all())
        let two = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc"))
        for text in ["、", "。", "（）", "，！", "《印》", "「刷」", "『所』", "〈一〉", "【二】", "〔三〕", "・", "｡｢｣､", "印刷所では、職人が。"] {
            let same = try Drawing(text, stack) == Drawing(text, two)
            #expect(same, "\(text)")
        }
    }

    @Test func emojiSequencesAreOneGlyphOfSeventeenPixels() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        for text in ["😀", "👨‍👩‍👧", "🇫🇷", "👍🏽", "1️⃣", "❤️"] {
            let line = try typesetter.line(Array(text.utf8))
            #expect(line.width == 17, "\(text)")
            #expect(line.hasColour, "\(text)")
        }
        #expect(try !typesetter.line(Array("❤\u{FE0E} 123 #".utf8)).hasColour)
    }

    @Test func colourIsReadBackOnlyWhereItIs() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        let line = try typesetter.line(Array("ab 😀".utf8))
        let canvas = typesetter.canvas(patchCount: 4)
        try typesetter.draw(line, on: canvas, x: 2)
        #expect(canvas.hasColour)
        let rgb = canvas.rgb(of: 0..<4)
        let coloured = (0..<4).map { patch in
            (0..<256).contains { pixel in
                let place = (patch * 256 + pixel) * 3
                return rgb[place] != rgb[place + 1] || rgb[place] != rgb[place + 2]
            }
        }
        #expect(coloured == [false, true, true, false])
        let alpha = canvas.gray(of: 0..<4, from: .alpha)
        let luma = canvas.gray(of: 0..<4, from: .luma)
        #expect(alpha.reduce(0) { $0 + Int($1) } < luma.reduce(0) { $0 + Int($1) }, "a silhouette is darker")
        #expect(alpha[..<256] == luma[..<256])
    }

    @Test func coloursReplaceBlackAndWhiteButNotSeparators() throws {
        var options = RenderOptions()
        options.textColour = try #require(RGBColour("red"))
        options.background = try #require(RGBColour("#000080"))
        let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"), options: options)
        let canvas = typesetter.canvas(patchCount: 3)
        try typesetter.draw(try typesetter.line(Array("l".utf8)), on: canvas, x: 2)
        canvas.fillBlack(patch: 1)
        let rgb = canvas.rgb(of: 0..<3)
        #expect(rgb[0..<3] == [0, 0, 128])
        #expect(rgb[768..<1536].allSatisfy { $0 == 0 })
        #expect(canvas.hasColour)
        #expect(stride(from: 0, to: 768, by: 3).contains { rgb[$0] > 200 && rgb[$0 + 2] < 40 })
    }

    @Test func drawingInWindowsEqualsDrawingAtOnce() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        let text = "The press, مطبعة 2024 (old), печать, 印刷, 😀 and a long tail of plain words to cross windows"
        let line = try typesetter.line(Array(text.utf8))
        let count = line.width / 16 + 2
        let whole = typesetter.canvas(patchCount: count)
        try typesetter.draw(line, on: whole, x: 2)
        let expected = whole.rgb(of: 0..<count)
        let window = typesetter.canvas(patchCount: 3)
        for first in stride(from: 0, to: count, by: 3) {
            window.firstPatch = first
            window.clear()
            try typesetter.draw(line, on: window, x: 2)
            let end = min(first + 3, count)
            let same = window.rgb(of: first..<end) == Array(expected[first * 768..<end * 768])
            #expect(same, "window at \(first)")
        }
    }

    @Test func everyPatchSizeDraws() throws {
        for side in [8, 16, 20, 32, 64] {
            var options = RenderOptions()
            options.patchSize = side
            options.fontSize = Double(side) / 2
            let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"), options: options)
            #expect(try Drawing("press", typesetter).ink > 0)
        }
        var options = RenderOptions()
        options.patchSize = 7
        #expect(throws: TypesettingError.self) {
            try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"), options: options)
        }
    }
}
