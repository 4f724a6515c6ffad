internal import CKernels

extension Canvas {
    /// `[count][P][P]` gray bytes of strip patches.
    ///
    /// - Parameters:
    ///   - patches: indices on the line.
    ///   - source: where gray comes from under coloured glyphs.
    /// - Precondition: the patches lie inside the canvas.
    public func gray(of patches: Range<Int>, from source: RenderOptions.GraySource = .luma) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: patches.count * patchBytes) { target, filled in
            unsafe write(gray: patches, from: source, to: target)
            filled = patches.count * patchBytes
        }
    }

    /// `[count][P][P][3]` red, green, blue bytes of strip patches.
    ///
    /// - Precondition: the patches lie inside the canvas.
    public func rgb(of patches: Range<Int>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: patches.count * patchBytes * 3) { target, filled in
            unsafe write(rgb: patches, to: target)
            filled = patches.count * patchBytes * 3
        }
    }

    /// Writes gray bytes of strip patches over the first bytes of a buffer that is used again and again.
    ///
    /// - Precondition: `pixels` holds `count * P * P` bytes or more.
    public func copyGray(
        of patches: Range<Int>, from source: RenderOptions.GraySource = .luma, to pixels: inout [UInt8]
    ) {
        precondition(pixels.count >= patches.count * patchBytes, "the buffer is too small")
        unsafe pixels.withUnsafeMutableBufferPointer { unsafe write(gray: patches, from: source, to: $0) }
    }

    /// Writes red, green, blue bytes of strip patches over the first bytes of a buffer that is used again and again.
    ///
    /// - Precondition: `pixels` holds `count * P * P * 3` bytes or more.
    public func copyRGB(of patches: Range<Int>, to pixels: inout [UInt8]) {
        precondition(pixels.count >= patches.count * patchBytes * 3, "the buffer is too small")
        unsafe pixels.withUnsafeMutableBufferPointer { unsafe write(rgb: patches, to: $0) }
    }

    private func write(
        gray patches: Range<Int>, from source: RenderOptions.GraySource, to pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        guard let base = pixels.baseAddress else { return }
        let count = patches.count * patchBytes
        let drawn = unsafe gray + offset(of: patches)
        if isPlain, overlays.isEmpty {
            unsafe base.update(from: drawn, count: count)
            return
        }
        if source == .luma {
            unsafe lp_rgb_to_gray(base, rgb(of: patches), count)
            return
        }
        unsafe base.update(from: drawn, count: count)
        forEachColouredPixel(in: patches) { pixel, _, _, _, alpha in
            unsafe base[pixel] = UInt8(unsafe Int(base[pixel]) * (255 - alpha) / 255)
        }
    }

    private func write(rgb patches: Range<Int>, to pixels: UnsafeMutableBufferPointer<UInt8>) {
        guard let base = pixels.baseAddress else { return }
        let count = patches.count * patchBytes
        let drawn = unsafe gray + offset(of: patches)
        if isPlain {
            unsafe lp_gray_to_rgb(base, drawn, count)
        } else {
            unsafe lp_tint(base, drawn, count, [ink.red, ink.green, ink.blue], [paper.red, paper.green, paper.blue])
            for patch in blackPatches where patches.contains(patch) {
                let start = unsafe base + (patch - patches.lowerBound) * patchBytes * 3
                unsafe start.update(repeating: 0, count: patchBytes * 3)
            }
        }
        forEachColouredPixel(in: patches) { pixel, red, green, blue, alpha in
            let place = unsafe base + 3 * pixel
            let rest = 255 - alpha
            unsafe place[0] = UInt8(min(255, unsafe red + (Int(place[0]) * rest + 127) / 255))
            unsafe place[1] = UInt8(min(255, unsafe green + (Int(place[1]) * rest + 127) / 255))
            unsafe place[2] = UInt8(min(255, unsafe blue + (Int(place[2]) * rest + 127) / 255))
        }
    }

    private func offset(of patches: Range<Int>) -> Int {
        precondition(
            patches.lowerBound >= firstPatch && patches.upperBound <= firstPatch + patchCount,
            "patches \(patches) lie outside the canvas \(firstPatch)..<\(firstPatch + patchCount)")
        return (patches.lowerBound - firstPatch) * patchBytes
    }

    /// Calls `body` with the place (pixels from the start of `patches`), red, green, blue and alpha of every pixel of
    /// a coloured glyph that no separator hides.
    private func forEachColouredPixel(in patches: Range<Int>, _ body: (Int, Int, Int, Int, Int) -> Void) {
        let columns = patches.lowerBound * patchSize..<patches.upperBound * patchSize
        for overlay in overlays {
            let picture = overlay.picture
            let rows = max(0, -overlay.y)..<max(max(0, -overlay.y), min(picture.rows, patchSize - overlay.y))
            for column in 0..<picture.width where columns.contains(overlay.x + column) {
                let x = overlay.x + column - columns.lowerBound
                if blackPatches.contains(patches.lowerBound + x / patchSize) { continue }
                for row in rows {
                    let place = (row * picture.width + column) * 4
                    let alpha = Int(picture.bytes[place + 3])
                    if alpha == 0 { continue }
                    body(
                        (x / patchSize * patchSize + overlay.y + row) * patchSize + x % patchSize,
                        Int(picture.bytes[place + 2]), Int(picture.bytes[place + 1]), Int(picture.bytes[place]), alpha)
                }
            }
        }
    }
}
