import CPNG

/// How hard the PNG encoder works. Every setting decodes to the same pixels.
public struct PNGSettings: Sendable, Equatable {
    /// The row filter.
    public enum Filter: Sendable, CaseIterable {
        /// Rows as they are: best for strips of text.
        case none
        /// The difference to the row above.
        case up
        /// The best of all filters for each row.
        case adaptive

        var flags: Int32 {
            switch self {
            case .none: PNG_FILTER_NONE
            case .up: PNG_FILTER_UP
            case .adaptive: PNG_FILTER_NONE | PNG_FILTER_SUB | PNG_FILTER_UP | PNG_FILTER_AVG | PNG_FILTER_PAETH
            }
        }
    }

    /// zlib's level, 0 to 9.
    public var level: Int
    /// The row filter.
    public var filter: Filter

    /// The setting for strips, chosen by measurement on English lines: level 2 without a filter takes 77 % of the bytes
    /// of an RGB picture at level 6 with adaptive filters; level 4 would save a tenth and cost a quarter of the speed.
    public init(level: Int = 2, filter: Filter = .none) {
        precondition((0...9).contains(level), "zlib's levels are 0 to 9")
        self.level = level
        self.filter = filter
    }
}

/// Turns pixels into PNG bytes; keeps its buffers between calls. One thread at a time.
///
/// The bytes depend on the pixels, the settings and the versions of libpng and zlib, and on nothing else.
@safe
public final class PNGEncoder {
    private let settings: PNGSettings
    private var output = unsafe lp_png_buffer()
    private var pool = lp_png_pool()
    private var row: [UInt8] = []

    /// An encoder with empty buffers.
    public init(settings: PNGSettings = PNGSettings()) {
        self.settings = settings
    }

    deinit {
        unsafe lp_png_release(&output)
        unsafe lp_png_pool_release(&pool)
    }

    /// The PNG of a picture. Throws ``PictureError/cannotEncode(width:height:reason:)``.
    public func encode(_ picture: Picture) throws(PictureError) -> [UInt8] {
        try encode(
            picture.pixels, width: picture.width, height: picture.height, channels: picture.channels, patch: 0)
    }

    /// The PNG of the strip of a sequence of patches, `patchSize` rows high, cut nowhere.
    ///
    /// Shapes: `patches` is patch-major, `[count, patchSize, patchSize, channels]`, and not empty.
    /// Throws ``PictureError/cannotEncode(width:height:reason:)``.
    public func encode(patches: [UInt8], patchSize: Int, channels: Int) throws(PictureError) -> [UInt8] {
        let size = patchSize * patchSize * channels
        precondition(size > 0 && patches.count % size == 0, "whole patches are expected")
        return try encode(
            patches, width: patches.count / size * patchSize, height: patchSize, channels: channels, patch: patchSize)
    }

    private func encode(
        _ pixels: [UInt8], width: Int, height: Int, channels: Int, patch: Int
    ) throws(PictureError) -> [UInt8] {
        guard width > 0, height > 0, width < 1 << 30, height < 1 << 30 else {
            throw .cannotEncode(width: width, height: height, reason: "the size is out of range")
        }
        if patch > 0, row.count < width * channels { row = [UInt8](repeating: 0, count: width * channels) }
        var info = lp_png_info()
        unsafe output.count = 0
        let code = unsafe lp_png_encode(
            pixels, UInt32(width), UInt32(height), Int32(channels), UInt32(patch), Int32(settings.level),
            settings.filter.flags, &row, &output, &pool, &info)
        guard code == Int32(lp_png_done) else {
            throw .cannotEncode(width: width, height: height, reason: PNG.message(of: info, code: code))
        }
        return unsafe [UInt8](UnsafeBufferPointer(start: output.bytes, count: output.count))
    }
}

/// Reading PNG pictures, and the versions in use.
public enum PNG {
    /// Decodes a PNG of any kind to 8 bits a channel: one channel for gray ones, three for the others; 16 bits are
    /// scaled, palettes expanded, transparency is laid over white.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - limit: bytes of pixels that the picture may have at most.
    ///
    /// Throws ``PictureError/malformed(reason:)`` or ``PictureError/tooLarge(width:height:limit:)``.
    public static func decode(_ bytes: [UInt8], limit: Int = 256 << 20) throws(PictureError) -> Picture {
        var info = lp_png_info()
        var output = unsafe lp_png_buffer()
        defer { unsafe lp_png_release(&output) }
        let code = unsafe lp_png_decode(bytes, bytes.count, max(limit, 0), &output, &info)
        if code == Int32(lp_png_too_large) {
            throw .tooLarge(width: Int(info.width), height: Int(info.height), limit: limit)
        }
        guard code == Int32(lp_png_done) else {
            throw .malformed(reason: message(of: info, code: code))
        }
        return unsafe Picture(
            width: Int(info.width), height: Int(info.height), channels: Int(info.channels),
            pixels: [UInt8](UnsafeBufferPointer(start: output.bytes, count: output.count)))
    }

    /// libpng's version; with zlib's it decides the bytes of encoded pictures, never the pixels.
    public static var version: String { unsafe png_get_libpng_ver(nil).map { unsafe String(cString: $0) } ?? "unknown" }

    fileprivate static func message(of info: lp_png_info, code: Int32) -> String {
        if code == Int32(lp_png_no_memory) { return "out of memory" }
        return unsafe withUnsafeBytes(of: info.message) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
