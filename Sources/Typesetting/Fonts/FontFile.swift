internal import CFreeType
internal import CHarfBuzz
internal import Foundations
internal import Synchronization

/// What an artefact records of a font.
public struct FontDescription: Codable, Sendable, Equatable {
    /// Family name: the stack's, or name table entry 1 by way of FreeType.
    public let family: String
    /// File name without folders.
    public let file: String
    /// Face inside a collection, from 0.
    public let faceIndex: Int
    /// SHA-256 of the whole file, hexadecimal.
    public let sha256: String
    /// Whether the hash is the one that the stack expects; `true` for fonts named by path.
    public let matchesStack: Bool
    /// Whether the font is drawn in its own colours.
    public let isEmoji: Bool

    enum CodingKeys: String, CodingKey {
        case family, file, sha256
        case faceIndex = "face_index"
        case matchesStack = "matches_stack"
        case isEmoji = "is_emoji"
    }
}

/// Line metrics of a font at one size, whole pixels as FreeType rounds them, away from zero.
struct FontMetrics: Sendable, Equatable {
    var ascent: Int
    var descent: Int
}

/// A glyph's picture: coverage, or colour with premultiplied alpha.
struct GlyphRaster {
    /// Column of the left edge relative to the pen.
    var left = 0
    /// Rows from the baseline up to the top edge.
    var top = 0
    var width = 0
    var rows = 0
    /// `[rows][width]` coverage, or `[rows][width][4]` blue, green, red, alpha.
    var bytes: [UInt8] = []
    var isColour = false
    /// Hinted advance in 26.6 units.
    var advance26 = 0
}

/// One face of one font file: mapped once, shared by all typesetters.
///
/// HarfBuzz faces may be used by many threads. FreeType faces may not, so every use stands behind a lock; typesetters
/// keep what they drew, so the lock is seldom taken.
@safe
final class FontFile: Sendable {
    enum Hinting { case light, native, none }

    @safe struct FreeType {
        var library: FT_Library?
        var face: FT_Face?
        var pixels64 = 0
    }

    let path: String
    let faceIndex: Int
    let isEmoji: Bool
    private let mapping: MappedFile
    private let freeType: Mutex<FreeTypeBox>
    private let shaping: Mutex<HarfBuzzBox>

    // Handles in boxes: the mutex owns them, and only its closures touch them.
    private struct FreeTypeBox: ~Copyable, @unchecked Sendable {  // guarded by the mutex that holds it
        var state = FreeType()
        deinit {
            if let face = unsafe state.face { unsafe FT_Done_Face(face) }
            if let library = unsafe state.library { unsafe FT_Done_Library(library) }
        }
    }
    @safe private struct HarfBuzzBox: ~Copyable, @unchecked Sendable {  // guarded by the mutex that holds it
        var face: OpaquePointer?
        deinit { if let face = unsafe face { unsafe hb_face_destroy(face) } }
    }

    init(path: String, faceIndex: Int, isEmoji: Bool) throws(TypesettingError) {
        guard (0...Int(UInt16.max)).contains(faceIndex) else {
            throw .unreadableFont(path: path, faceIndex: faceIndex, reason: "a face index is 0 to 65535")
        }
        self.path = path
        self.faceIndex = faceIndex
        self.isEmoji = isEmoji
        do throws(FileError) {
            mapping = try MappedFile(path: path)
        } catch {
            throw .unreadableFont(path: path, faceIndex: faceIndex, reason: "\(error)")
        }
        freeType = Mutex(FreeTypeBox())
        shaping = Mutex(HarfBuzzBox())
    }

    /// Opens the face with both libraries, so that a broken file is found before any text is drawn.
    func check() throws(TypesettingError) {
        let face = unsafe try hbFace()
        guard unsafe hb_face_get_glyph_count(face) > 0 else {
            throw .unreadableFont(path: path, faceIndex: faceIndex, reason: "HarfBuzz finds no glyph in it")
        }
        unsafe try withFace { _ throws(TypesettingError) in }
    }

    /// The HarfBuzz face, opened on first use, alive as long as the font file.
    func hbFace() throws(TypesettingError) -> OpaquePointer {
        let face: OpaquePointer? = unsafe shaping.withLock { box in
            if let face = unsafe box.face { return unsafe face }
            let blob = unsafe mapping.withBytes { bytes in
                unsafe hb_blob_create(
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(clamping: bytes.count),
                    HB_MEMORY_MODE_READONLY, nil, nil)
            }
            defer { unsafe hb_blob_destroy(blob) }
            guard unsafe hb_face_count(blob) > UInt32(faceIndex) else { return nil }
            let face = unsafe hb_face_create(blob, UInt32(faceIndex))
            unsafe hb_face_make_immutable(face)
            unsafe box.face = face
            return unsafe face
        }
        guard let face = unsafe face else {
            throw .unreadableFont(path: path, faceIndex: faceIndex, reason: "no OpenType face with this index")
        }
        return unsafe face
    }

    /// Runs `body` with the FreeType face, alone.
    private func withFace<R>(_ body: (FT_Face) throws(TypesettingError) -> R) throws(TypesettingError) -> R {
        try freeType.withLock { box throws(TypesettingError) in
            let face = unsafe try open(&box)
            return unsafe try body(face)
        }
    }

    private func open(_ box: inout FreeTypeBox) throws(TypesettingError) -> FT_Face {
        if let face = unsafe box.state.face { return unsafe face }
        var code = unsafe lp_ft_library(&box.state.library)
        guard code == 0 else { throw .library(name: "FreeType", call: "FT_New_Library", code: Int(code)) }
        var face: FT_Face?
        code = unsafe mapping.withBytes { bytes in
            unsafe FT_New_Memory_Face(
                box.state.library, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
                faceIndex, &face)
        }
        guard code == 0, let face = unsafe face else {
            throw .unreadableFont(
                path: path, faceIndex: faceIndex, reason: "FreeType cannot open it (error \(code)); is it a font?")
        }
        unsafe box.state.face = face
        return unsafe face
    }

    /// Sets the size: 26.6 pixels per em for outlines, the nearest strike at or above for bitmap fonts.
    /// Returns the scale from strike to wanted size, 1 for outlines.
    private func setSize(_ face: FT_Face, _ pixels64: Int, _ box: inout FreeTypeBox) throws(TypesettingError) -> Double
    {
        if unsafe lp_ft_is_scalable(face) != 0 {
            if box.state.pixels64 != pixels64 {
                let code = unsafe FT_Set_Char_Size(face, pixels64, pixels64, 72, 72)
                guard code == 0 else { throw .library(name: "FreeType", call: "FT_Set_Char_Size", code: Int(code)) }
                box.state.pixels64 = pixels64
            }
            return 1
        }
        guard unsafe lp_ft_has_strikes(face) != 0 else { throw .undrawableFont(path: path) }
        let strikes = unsafe (0..<Int(face.pointee.num_fixed_sizes)).map {
            unsafe Int(face.pointee.available_sizes[$0].y_ppem)
        }
        let above = strikes.indices.filter { strikes[$0] >= pixels64 }.min { strikes[$0] < strikes[$1] }
        let best = above ?? strikes.indices.max { strikes[$0] < strikes[$1] } ?? 0
        if box.state.pixels64 != pixels64 {
            let code = unsafe FT_Select_Size(face, Int32(best))
            guard code == 0 else { throw .library(name: "FreeType", call: "FT_Select_Size", code: Int(code)) }
            box.state.pixels64 = pixels64
        }
        return Double(pixels64) / Double(max(1, strikes[best]))
    }

    private func withSizedFace<R>(
        _ pixels64: Int, _ body: (FT_Face, Double) throws(TypesettingError) -> R
    ) throws(TypesettingError) -> R {
        try freeType.withLock { box throws(TypesettingError) in
            let face = unsafe try open(&box)
            let scale = unsafe try setSize(face, pixels64, &box)
            return unsafe try body(face, scale)
        }
    }

    /// Line metrics at a size in 26.6 pixels per em.
    func metrics(pixels64: Int) throws(TypesettingError) -> FontMetrics {
        unsafe try withSizedFace(pixels64) { face, scale in
            let size = unsafe face.pointee.size.pointee.metrics
            let up = Double(size.ascender) / 64 * scale
            let down = Double(-size.descender) / 64 * scale
            return FontMetrics(ascent: Int(up.rounded(.up)), descent: Int(down.rounded(.up)))
        }
    }

    /// The glyph of a character by the font's character map, 0 when it has none. FreeType's view, for `pygame`.
    func glyphIndex(_ scalar: UInt32) throws(TypesettingError) -> UInt32 {
        unsafe try withFace { face in unsafe FT_Get_Char_Index(face, UInt(scalar)) }
    }

    /// Whether the font has bitmap strikes and no outlines, as colour emoji fonts do.
    func hasOnlyColourStrikes() throws(TypesettingError) -> Bool {
        unsafe try withFace { face in unsafe lp_ft_is_scalable(face) == 0 && lp_ft_has_strikes(face) != 0 }
    }

    /// Family name in the name table.
    func familyName() throws(TypesettingError) -> String {
        unsafe try withFace { face in
            guard let name = unsafe face.pointee.family_name else { return "" }
            return unsafe String(cString: name)
        }
    }

    /// Draws one glyph. A glyph without ink has no rows.
    func raster(glyph: UInt32, pixels64: Int, hinting: Hinting) throws(TypesettingError) -> GlyphRaster {
        unsafe try withSizedFace(pixels64) { face, scale throws(TypesettingError) in
            var flags: Int32
            switch hinting {
            case .light: flags = lp_ft_load_light()
            case .native: flags = lp_ft_load_native()
            case .none: flags = lp_ft_load_unhinted()
            }
            if unsafe lp_ft_is_scalable(face) == 0 { flags = lp_ft_load_colour() }
            var code = unsafe FT_Load_Glyph(face, glyph, flags)
            // A glyph program that fails leaves the outline, which is drawn without hints.
            if code != 0 { code = unsafe FT_Load_Glyph(face, glyph, lp_ft_load_unhinted()) }
            guard code == 0, let slot = unsafe face.pointee.glyph else {
                throw .refusedGlyph(path: path, faceIndex: faceIndex, glyph: glyph, code: Int(code))
            }
            if unsafe slot.pointee.format != FT_GLYPH_FORMAT_BITMAP {
                code = unsafe FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL)
                guard code == 0 else {
                    throw .refusedGlyph(path: path, faceIndex: faceIndex, glyph: glyph, code: Int(code))
                }
            }
            guard let raster = unsafe FontFile.copy(slot, scale: scale) else {
                throw .refusedGlyph(path: path, faceIndex: faceIndex, glyph: glyph, code: Int(FT_Err_Raster_Overflow))
            }
            return raster
        }
    }

    private static func copy(_ slot: FT_GlyphSlot, scale: Double) -> GlyphRaster? {
        var bitmap = unsafe slot.pointee.bitmap
        var raster = GlyphRaster()
        raster.left = unsafe Int(slot.pointee.bitmap_left)
        raster.top = unsafe Int(slot.pointee.bitmap_top)
        raster.advance26 = unsafe slot.pointee.advance.x
        let width = unsafe Int(bitmap.width)
        let rows = unsafe Int(bitmap.rows)
        let pitch = unsafe Int(bitmap.pitch)
        guard let buffer = unsafe bitmap.buffer, width > 0, rows > 0 else { return raster }
        if unsafe lp_ft_is_bgra(&bitmap) != 0 {
            let source = unsafe ColourBitmap(base: buffer, width: width, rows: rows, pitch: pitch)
            return source.scaled(by: scale, left: raster.left, top: raster.top)
        }
        raster.width = width
        raster.rows = rows
        raster.bytes = [UInt8](repeating: 0, count: width * rows)
        let isMono = unsafe lp_ft_is_mono(&bitmap) != 0
        for row in 0..<rows {
            let line = unsafe pitch >= 0 ? buffer + row * pitch : buffer + (rows - 1 - row) * -pitch
            for column in 0..<width {
                raster.bytes[row * width + column] =
                    isMono
                    ? unsafe (line[column >> 3] >> UInt8(7 - column & 7)) & 1 * 255
                    : unsafe line[column]
            }
        }
        return raster
    }
}
