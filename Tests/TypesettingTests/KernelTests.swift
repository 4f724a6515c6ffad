import CKernels
import Foundations
import Testing

/// Each loop in C against a scalar reference written here.
@Suite struct KernelTests {
    private func random(_ count: Int, _ seed: UInt64) -> [UInt8] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test(arguments: [8, 16, 24, 32])
    func pressSubtractsClippedCoverage(side: Int) {
        var generator = SplitMix64(seed: UInt64(side))
        for _ in 0..<300 {
            let count = Int.random(in: 1...5, using: &generator)
            let width = Int.random(in: 1...70, using: &generator)
            let rows = Int.random(in: 1...40, using: &generator)
            let x = Int.random(in: -80...90, using: &generator)
            let y = Int.random(in: -45...20, using: &generator)
            let picture = random(width * rows, generator.next())
            var canvas = random(count * side * side, generator.next())
            var expected = canvas
            for row in 0..<rows where (0..<side).contains(y + row) {
                for column in 0..<width where (0..<side * count).contains(x + column) {
                    let place = ((x + column) / side * side + y + row) * side + (x + column) % side
                    expected[place] = UInt8(max(0, Int(expected[place]) - Int(picture[row * width + column])))
                }
            }
            let guarded = [UInt8](repeating: 77, count: 16) + picture + [UInt8](repeating: 99, count: 16)
            guarded.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return }
                lp_press(
                    &canvas, Int32(side), Int32(count), base + 16, Int32(width), Int32(width), Int32(rows), Int32(x),
                    Int32(y))
            }
            let same = canvas == expected
            #expect(same, "side \(side) width \(width) rows \(rows) at \(x), \(y)")
        }
    }

    @Test func coverageAddsUpToFull() {
        var picture = random(12 * 5, 1)
        let before = picture
        let glyph = random(7 * 4, 2)
        lp_add(&picture, 12, glyph, 7, 7, 4)
        for row in 0..<5 {
            for column in 0..<12 {
                let added = row < 4 && column < 7 ? Int(glyph[row * 7 + column]) : 0
                #expect(Int(picture[row * 12 + column]) == min(255, Int(before[row * 12 + column]) + added))
            }
        }
    }

    @Test func overIsCairosRounding() {
        let all = (0..<256).flatMap { over in (0..<256).map { (UInt8(over), UInt8($0)) } }
        var under = all.map(\.1)
        lp_multiply(&under, all.map(\.0), all.count)
        for (index, pair) in all.enumerated() {
            let u = Int(pair.0) * Int(pair.1) + 128
            let isRight = Int(under[index]) == (u + (u >> 8)) >> 8
            #expect(isRight, "\(pair)")
        }
    }

    @Test(arguments: [0, 1, 15, 16, 17, 255, 256, 1000])
    func grayAndColourConvert(count: Int) {
        let gray = random(count, 3)
        var rgb = [UInt8](repeating: 0, count: count * 3)
        lp_gray_to_rgb(&rgb, gray, count)
        #expect(rgb == gray.flatMap { [$0, $0, $0] })
        var back = [UInt8](repeating: 0, count: count)
        lp_rgb_to_gray(&back, rgb, count)
        #expect(back == gray, "gray of equal channels is unchanged")
        let colours = random(count * 3, 4)
        lp_rgb_to_gray(&back, colours, count)
        for index in 0..<count {
            let luma =
                0.299 * Double(colours[3 * index]) + 0.587 * Double(colours[3 * index + 1])
                + 0.114 * Double(colours[3 * index + 2])
            #expect(abs(Double(back[index]) - luma) <= 0.51)
        }
    }

    @Test func thresholdCutsAt128AndIsIdempotent() {
        var pixels = (0...255).map { UInt8($0) }
        lp_threshold(&pixels, 256)
        #expect(pixels == (0...255).map { $0 < 128 ? 0 : 255 })
        let once = pixels
        lp_threshold(&pixels, 256)
        #expect(pixels == once)
    }

    @Test func tintGoesFromInkToPaper() {
        var rgb = [UInt8](repeating: 0, count: 9)
        lp_tint(&rgb, [0, 255, 128], 3, [10, 20, 30], [200, 210, 220])
        #expect(rgb[0..<3] == [10, 20, 30])
        #expect(rgb[3..<6] == [200, 210, 220])
        #expect(rgb[6..<9] == [105, 115, 125])
    }

    @Test(arguments: [1, 3])
    func stripAndPatchesAreInverse(channels: Int) {
        let patches = random(16 * 16 * 5 * channels, 5)
        var strip = [UInt8](repeating: 0, count: patches.count)
        lp_patches_to_strip(&strip, patches, 16, 5, Int32(channels))
        #expect(strip[(3 * 80 + 17) * channels] == patches[(256 + 3 * 16 + 1) * channels])
        var back = [UInt8](repeating: 0, count: patches.count)
        lp_strip_to_patches(&back, strip, 16, 5, Int32(channels))
        #expect(back == patches)
    }
}
