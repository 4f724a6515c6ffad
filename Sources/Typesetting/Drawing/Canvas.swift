internal import CKernels

/// Patches to draw on: `patchCount` square patches of a strip.
///
/// Letters: P side of a patch, n patches. Pixels are kept patch by patch: `[n][P][P]` gray, so that a stored patch is
/// contiguous and a drawn strip needs no cutting. Coloured glyphs are noted and blended when pixels are read.
@safe
public final class Canvas {
    /// Side of a patch in pixels.
    public let patchSize: Int
    /// Patches of the canvas.
    public let patchCount: Int
    /// Strip index of the first patch.
    public var firstPatch = 0
    /// Colour of uncoloured glyphs.
    public let ink: RGBColour
    /// Colour of the background.
    public let paper: RGBColour

    /// Gray pixels `[n][P][P]`, text black on white whatever the colours.
    let gray: UnsafeMutablePointer<UInt8>
    /// Right end of everything drawn so far, strip pixels: what starts beyond it overlaps nothing.
    var inkEnd = Int.min
    private var scratch: Canvas?
    var overlays: [Overlay] = []
    var blackPatches: [Int] = []
    /// Patches touched since the last clear.
    private var dirty: Range<Int>

    struct Overlay {
        var picture: ColourPicture
        /// Strip column and row of the picture's top left corner.
        var x: Int
        var y: Int
    }

    /// A white canvas. Memory: `n * P * P` bytes, three times as many more while colours are read.
    public init(patchSize: Int = 16, patchCount: Int, ink: RGBColour = .black, paper: RGBColour = .white) {
        precondition(patchSize > 0 && patchCount > 0, "a canvas has at least one patch")
        self.patchSize = patchSize
        self.patchCount = patchCount
        self.ink = ink
        self.paper = paper
        unsafe gray = UnsafeMutablePointer<UInt8>.allocate(capacity: patchCount * patchSize * patchSize)
        dirty = 0..<patchCount
        clear()
    }

    deinit { unsafe gray.deallocate() }

    var patchBytes: Int { patchSize * patchSize }
    /// Strip pixels of the canvas.
    var columns: Range<Int> { firstPatch * patchSize..<(firstPatch + patchCount) * patchSize }

    /// Makes everything background again. Costs only what was drawn.
    public func clear() {
        unsafe (gray + dirty.lowerBound * patchBytes).update(repeating: 255, count: dirty.count * patchBytes)
        dirty = 0..<0
        inkEnd = Int.min
        overlays.removeAll(keepingCapacity: true)
        blackPatches.removeAll(keepingCapacity: true)
    }

    /// Whether reading pixels as color would show anything that gray does not.
    public var hasColour: Bool { !overlays.isEmpty || !ink.isGray || !paper.isGray }

    /// Whether gray pixels are the drawn ones: black on white.
    var isPlain: Bool { ink == .black && paper == .white }

    /// Makes a patch black: a separator or the end. Patches outside the canvas are ignored.
    public func fillBlack(patch: Int) {
        let local = patch - firstPatch
        guard (0..<patchCount).contains(local) else { return }
        unsafe (gray + local * patchBytes).update(repeating: 0, count: patchBytes)
        blackPatches.append(patch)
        touch(columns: patch * patchSize..<(patch + 1) * patchSize)
    }

    private func touch(columns touched: Range<Int>) {
        let first = max(0, touched.lowerBound / patchSize - firstPatch)
        let end = min(patchCount, (touched.upperBound + patchSize - 1) / patchSize - firstPatch)
        if first < end { widen(first..<end) }
        inkEnd = max(inkEnd, touched.upperBound)
    }

    private func widen(_ patches: Range<Int>) {
        dirty =
            dirty.isEmpty
            ? patches : min(dirty.lowerBound, patches.lowerBound)..<max(dirty.upperBound, patches.upperBound)
    }

    /// Lays coverage on the canvas, saturating. Strip columns; clipped.
    @inline(__always)
    func press(_ coverage: UnsafePointer<UInt8>, stride: Int32, width: Int32, rows: Int32, x: Int, y: Int32) {
        let local = x - firstPatch * patchSize
        guard local < patchCount * patchSize, local + Int(width) > 0 else { return }
        unsafe lp_press(
            gray, Int32(patchSize), Int32(patchCount), coverage, stride, width, rows, Int32(local), y)
        touch(columns: x..<x + Int(width))
    }

    /// Notes a coloured picture.
    func overlay(_ picture: ColourPicture, x: Int, y: Int) {
        guard x < columns.upperBound, x + picture.width > columns.lowerBound else { return }
        overlays.append(Overlay(picture: picture, x: x, y: y))
        touch(columns: x..<x + picture.width)
    }

    /// A second canvas of the same patches, white.
    func borrowScratch() -> Canvas {
        let canvas = scratch ?? Canvas(patchSize: patchSize, patchCount: patchCount)
        scratch = canvas
        canvas.firstPatch = firstPatch
        canvas.clear()
        return canvas
    }

    /// Puts another canvas of the same patches over this one.
    func compose(_ other: Canvas) {
        let start = other.dirty.lowerBound * patchBytes
        unsafe lp_multiply(gray + start, other.gray + start, other.dirty.count * patchBytes)
        if !other.dirty.isEmpty { widen(other.dirty) }
        inkEnd = max(inkEnd, other.inkEnd)
        overlays += other.overlays
    }

    /// Lays columns of another canvas on this one, the first of them at column `x`. Both are black on white beneath; a
    /// coloured glyph comes along when its middle is among the columns.
    public func copy(columns: Range<Int>, of other: Canvas, to x: Int) {
        precondition(other.patchSize == patchSize, "canvases of \(patchSize) and \(other.patchSize) px do not mix")
        let source = columns.clamped(to: other.columns)
        for column in source where self.columns.contains(x + column - columns.lowerBound) {
            let from = column - other.firstPatch * patchSize
            let to = x + column - columns.lowerBound - firstPatch * patchSize
            for row in 0..<patchSize {
                let byte = unsafe other.gray[(from / patchSize * patchSize + row) * patchSize + from % patchSize]
                let place = (to / patchSize * patchSize + row) * patchSize + to % patchSize
                unsafe gray[place] = UInt8(max(0, Int(gray[place]) + Int(byte) - 255))
            }
        }
        for overlay in other.overlays where columns.contains(overlay.x + overlay.picture.width / 2) {
            self.overlay(overlay.picture, x: overlay.x - columns.lowerBound + x, y: overlay.y)
        }
        touch(columns: (x..<x + columns.count).clamped(to: self.columns))
    }
}
