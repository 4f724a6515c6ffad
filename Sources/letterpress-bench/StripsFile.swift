import ArgumentParser
import Foundation

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
            return data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
                Int(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            }
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
