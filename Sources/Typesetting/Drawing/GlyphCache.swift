internal import CKernels

/// A glyph's coverage as drawn, ready for ``Canvas``.
@safe
struct GlyphPicture {
    var left: Int32
    var top: Int32
    var width: Int32
    var rows: Int32
    /// Hinted advance in whole pixels.
    var advance: Int32
    /// First coverage byte, or `nil` without ink. Lives as long as the cache does not flush.
    var bytes: UnsafePointer<UInt8>?
    /// Index into ``GlyphCache/colours``, -1 for coverage.
    var colour: Int32
}

/// A picture in its own colours, kept as long as anyone draws it.
final class ColourPicture: Sendable {
    let left: Int
    let top: Int
    let width: Int
    let rows: Int
    /// `[rows][width][4]` blue, green, red, alpha, premultiplied.
    let bytes: [UInt8]

    init(_ raster: GlyphRaster) {
        left = raster.left
        top = raster.top
        width = raster.width
        rows = raster.rows
        bytes = raster.bytes
    }
}

/// Drawn glyphs of one typesetter: (font, glyph) to coverage. Emptied when it has grown past its limit, between lines.
@safe
final class GlyphCache {
    private let fonts: [HarfBuzzFont]
    private let hinting: FontFile.Hinting
    /// 256 glyphs a page, 256 pages a font; glyph numbers have 16 bits in OpenType.
    private var pages: [UnsafeMutablePointer<GlyphPicture>?]
    private static let absent: Int32 = -2
    private(set) var colours: [ColourPicture] = []
    private var blocks: [UnsafeMutablePointer<UInt8>] = unsafe []
    private var used = 0
    private var bytes = 0
    private static let blockSize = 1 << 18
    private static let byteLimit = 4 << 20
    private let guardBytes = Int(LP_PRESS_GUARD)

    init(fonts: [HarfBuzzFont], hinting: FontFile.Hinting) {
        self.fonts = fonts
        self.hinting = hinting
        unsafe pages = unsafe [UnsafeMutablePointer<GlyphPicture>?](repeating: nil, count: fonts.count << 8)
    }

    deinit { releaseBlocks() }

    private func releaseBlocks() {
        for index in unsafe blocks.indices { unsafe blocks[index].deallocate() }
        unsafe blocks.removeAll()
        for index in unsafe pages.indices {
            unsafe pages[index]?.deallocate()
            unsafe pages[index] = nil
        }
    }

    /// Forgets everything once the limit is passed. Called where no ``GlyphPicture`` is in use.
    func trim() {
        guard bytes > Self.byteLimit else { return }
        releaseBlocks()
        colours.removeAll()
        used = 0
        bytes = 0
    }

    /// The drawn glyph. Complexity: one table look-up, or FreeType's work the first time.
    @inline(__always)
    func picture(font: UInt8, glyph: UInt32) throws(TypesettingError) -> GlyphPicture {
        if let page = unsafe pages[Int(font) << 8 | Int(glyph >> 8 & 255)], glyph < 65_536 {
            let picture = unsafe page[Int(glyph & 255)]
            if picture.colour != Self.absent { return picture }
        }
        return try draw(font, glyph)
    }

    private func draw(_ font: UInt8, _ glyph: UInt32) throws(TypesettingError) -> GlyphPicture {
        let source = fonts[Int(font)]
        let raster = try source.file.raster(glyph: glyph, pixels64: source.pixels64, hinting: hinting)
        var picture = unsafe GlyphPicture(
            left: Int32(clamping: raster.left), top: Int32(clamping: raster.top), width: Int32(clamping: raster.width),
            rows: Int32(clamping: raster.rows),
            advance: Int32(clamping: (raster.advance26 + 32) >> 6), bytes: nil, colour: -1)
        if raster.isColour {
            picture.colour = Int32(colours.count)
            colours.append(ColourPicture(raster))
            bytes += raster.bytes.count
        } else if !raster.bytes.isEmpty {
            unsafe picture.bytes = unsafe store(raster.bytes)
        }
        guard glyph < 65_536 else { return picture }
        let number = Int(font) << 8 | Int(glyph >> 8)
        if unsafe pages[number] == nil {
            let page = UnsafeMutablePointer<GlyphPicture>.allocate(capacity: 256)
            unsafe page.initialize(
                repeating: GlyphPicture(
                    left: 0, top: 0, width: 0, rows: 0, advance: 0, bytes: nil, colour: Self.absent),
                count: 256)
            unsafe pages[number] = unsafe page
            bytes += 256 * MemoryLayout<GlyphPicture>.stride
        }
        unsafe pages[number]?[Int(glyph & 255)] = picture
        return picture
    }

    private func store(_ coverage: [UInt8]) -> UnsafePointer<UInt8> {
        let size = coverage.count + 2 * guardBytes
        if size > Self.blockSize {  // a glyph as large as a page: a block of its own, before the open one
            let block = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
            unsafe block.initialize(repeating: 0, count: size)
            unsafe blocks.insert(block, at: 0)
            bytes += size
            unsafe (block + guardBytes).update(from: coverage, count: coverage.count)
            return unsafe UnsafePointer(block + guardBytes)
        }
        if unsafe blocks.isEmpty || used + size > Self.blockSize {
            let block = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.blockSize)
            unsafe block.initialize(repeating: 0, count: Self.blockSize)
            unsafe blocks.append(block)
            used = 0
        }
        let place = unsafe blocks[blocks.count - 1] + used + guardBytes
        unsafe place.update(from: coverage, count: coverage.count)
        used += size
        bytes += size
        return unsafe UnsafePointer(place)
    }
}
