import ArgumentParser
import Foundation
import Typesetting

/// Compares our strips with those that the reference renderer drew of the same lines.
struct Fidelity: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare strips with a .strips file drawn by Tests/Peers/pango_strips.py pixels.")

    @OptionGroup var render: RenderArguments

    @Option(help: "Lines of text, one a document.")
    var lines: String

    @Option(help: "The reference's .strips file.")
    var strips: String

    @Option(help: "Patches of the canvas, L.")
    var length = 1024

    @Option(help: "Print the first so many differing lines on standard error.")
    var show = 0

    func run() throws {
        let texts = try readLines(lines)
        let reference = try StripsFile(path: strips)
        guard reference.strips.count == texts.count else {
            throw ValidationError("\(strips) holds \(reference.strips.count) strips, \(lines) \(texts.count) lines")
        }
        let typesetter = try Typesetter(fonts: render.fontSet(), options: render.options())
        let canvas = typesetter.canvas(patchCount: length)
        var counts = (identical: 0, sameN: 0, missing: 0, colour: 0, compared: 0)
        var colourDifference = 0.0
        var colourPixels = 0
        var shown = 0
        for (number, (text, strip)) in zip(texts, reference.strips).enumerated() {
            let line = try typesetter.line(text)
            if !line.missing.isEmpty {
                counts.missing += 1
                continue
            }
            canvas.clear()
            try typesetter.draw(line, on: canvas, x: 2)
            let end = min((line.width + 4 + 15) / 16, length - 1)
            canvas.fillBlack(patch: end)
            if line.hasColour {
                counts.colour += 1
                counts.sameN += end == strip.textPatchCount ? 1 : 0
                let (sum, pixels) = strip.colourDifference(canvas.rgb(of: 0..<end + 1), patches: end + 1)
                colourDifference += sum
                colourPixels += pixels
                continue
            }
            counts.compared += 1
            let isSameN = end == strip.textPatchCount
            let isIdentical = isSameN && strip.matches(gray: canvas.gray(of: 0..<end + 1))
            counts.identical += isIdentical ? 1 : 0
            counts.sameN += isSameN ? 1 : 0
            if !isIdentical, shown < show {
                shown += 1
                FileHandle.standardError.write(
                    Data("line \(number + 1): N \(end), reference \(strip.textPatchCount): \(String(decoding: text, as: UTF8.self))\n".utf8))
            }
        }
        try printJSON([
            "lines": texts.count, "compared": counts.compared, "identical": counts.identical,
            "identical_percent": counts.compared == 0
                ? 0 : (Double(counts.identical) / Double(counts.compared) * 1e5).rounded() / 1e3,
            "same_n": counts.sameN, "excluded_missing_glyph": counts.missing, "colour_lines": counts.colour,
            "colour_mean_absolute_difference": colourPixels == 0
                ? 0 : (colourDifference / Double(colourPixels) * 100).rounded() / 100,
        ])
    }
}

/// A .strips file: the reference's pictures, row-major.
struct StripsFile {
    struct Strip {
        var textPatchCount: Int
        var width: Int
        var channels: Int
        var pixels: Data

        /// Whether patch-major gray pixels are the same picture.
        func matches(gray: [UInt8]) -> Bool {
            guard gray.count == 16 * width else { return false }
            return pixels.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> Bool in
                for row in 0..<16 {
                    for column in 0..<width {
                        let ours = gray[(column / 16 * 16 + row) * 16 + column % 16]
                        for channel in 0..<channels where bytes[(row * width + column) * channels + channel] != ours {
                            return false
                        }
                    }
                }
                return true
            }
        }

        /// Sum of absolute differences over the channels of the patches that hold colour, and how many values.
        func colourDifference(_ rgb: [UInt8], patches: Int) -> (Double, Int) {
            guard rgb.count == 16 * width * 3, channels == 3 else { return (0, 0) }
            var sum = 0.0
            var count = 0
            for patch in 0..<patches {
                var isColoured = false
                var difference = 0
                for row in 0..<16 {
                    for column in 0..<16 {
                        let theirs = (row * width + patch * 16 + column) * 3
                        let ours = ((patch * 16 + row) * 16 + column) * 3
                        let base = pixels.startIndex + theirs
                        if pixels[base] != pixels[base + 1] || pixels[base] != pixels[base + 2] { isColoured = true }
                        for channel in 0..<3 {
                            difference += abs(Int(pixels[base + channel]) - Int(rgb[ours + channel]))
                        }
                    }
                }
                if isColoured {
                    sum += Double(difference)
                    count += 768
                }
            }
            return (sum, count)
        }
    }

    var strips: [Strip] = []

    init(path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard data.count >= 20, data.prefix(8) == Data("LPSTRIPS".utf8) else {
            throw ValidationError("\(path) is no .strips file")
        }
        var position = 8
        func next() throws -> Int {
            guard position + 4 <= data.count else { throw ValidationError("\(path) ends at byte \(data.count)") }
            defer { position += 4 }
            return data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in Int(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)) }
        }
        guard try next() == 1, try next() == 16 else { throw ValidationError("\(path): unknown version or patch size") }
        for _ in 0..<(try next()) {
            let patches = try next()
            let width = try next()
            let channels = try next()
            let size = width * 16 * channels
            guard position + size <= data.count else { throw ValidationError("\(path) is cut at byte \(data.count)") }
            strips.append(
                Strip(
                    textPatchCount: patches, width: width, channels: channels,
                    pixels: data.subdata(in: position..<position + size)))
            position += size
        }
    }
}
