import Foundations

/// A kind of file that holds no text, recognised by its first bytes.
struct BinaryContent: Equatable {
    /// The kind of file, with its article: "a PDF document".
    let name: String
    /// The advice on such a file.
    let remedy: String

    /// First bytes of a decompressed file that are looked at.
    static let byteCount = 8192

    /// The kind of binary file that begins with `bytes`; nil for what may be text. O(bytes).
    ///
    /// First bytes that a text may have too count only where bytes follow that no text has: NUL, or what is no UTF-8. Files whose kind
    /// is not known count as binary when they hold a NUL byte, as in git's rule.
    static func found(in bytes: [UInt8]) -> BinaryContent? {
        let hasNUL = bytes.contains(0)
        // A character may be cut at the end.
        let isText = !hasNUL && UTF8Text.firstInvalid(in: bytes).map { $0 + 4 > bytes.count } ?? true
        for kind in kinds where !(kind.isPrintable && isText) && kind.matches(bytes) {
            return BinaryContent(name: kind.name, remedy: kind.remedy)
        }
        return hasNUL ? BinaryContent(name: "binary data (a NUL byte stands in it)", remedy: texts) : nil
    }

    /// A kind of file with its first bytes.
    private struct Kind {
        let magic: [UInt8]
        var offset = 0
        /// True if the first bytes could as well begin a text.
        var isPrintable = false
        let name: String
        let remedy: String

        init(_ magic: [UInt8], _ name: String, _ remedy: String) {
            (self.magic, self.name, self.remedy) = (magic, name, remedy)
        }

        init(_ magic: String, at offset: Int = 0, isPrintable: Bool = true, _ name: String, _ remedy: String) {
            (self.magic, self.offset, self.isPrintable) = (Array(magic.utf8), offset, isPrintable)
            (self.name, self.remedy) = (name, remedy)
        }

        func matches(_ bytes: [UInt8]) -> Bool { bytes.dropFirst(offset).starts(with: magic) }
    }

    private static let unpack = "unpack it first"
    private static let texts = "name files of text"
    private static let decompress = "decompress it first, or compress with gzip, zstd or xz"
    private static let recode = "convert it first: iconv -f UTF-16 -t UTF-8"

    private static let kinds = [
        Kind("PAR1", "a Parquet file", "pass --input-format parquet, or give it a name that ends in .parquet"),
        Kind("ARROW1", "an Arrow file", "write it as Parquet or JSON lines"),
        Kind("%PDF-1.", isPrintable: false, "a PDF document", "extract its text first, for instance with pdftotext"),
        Kind("%PDF-2.", isPrintable: false, "a PDF document", "extract its text first, for instance with pdftotext"),
        Kind([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "a PNG image", texts),
        Kind([0xFF, 0xD8, 0xFF], "a JPEG image", texts), Kind("GIF87a", "a GIF image", texts),
        Kind("GIF89a", "a GIF image", texts), Kind("WEBP", at: 8, "a WebP image", texts),
        Kind([0x49, 0x49, 0x2A, 0x00], "a TIFF image", texts), Kind([0x4D, 0x4D, 0x00, 0x2A], "a TIFF image", texts),
        Kind(
            [0x50, 0x4B, 0x03, 0x04], "a ZIP archive or an office document",
            "unpack it, or save the document as text, first"),
        Kind([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", unpack),
        Kind("Rar!\u{1A}\u{7}", isPrintable: false, "a RAR archive", unpack),
        Kind(
            "ustar", at: 257, "a tar archive", "pass --input-format webdataset, or give it a name that ends in .tar"),
        Kind("BZh", "compressed by bzip2", decompress),
        Kind([0x04, 0x22, 0x4D, 0x18], "compressed by LZ4", decompress),
        Kind([0x1F, 0x8B], "compressed by gzip twice", decompress),
        Kind([0x28, 0xB5, 0x2F, 0xFD], "compressed by zstd twice", decompress),
        Kind([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "compressed by xz twice", decompress),
        Kind([0x7F, 0x45, 0x4C, 0x46], "a program", texts),
        Kind("SQLite format 3\0", isPrintable: false, "an SQLite database", "export its texts as CSV or JSON lines"),
        Kind([0x93] + Array("NUMPY".utf8), "a NumPy array", texts),
        Kind([0x89] + Array("HDF".utf8), "an HDF5 file", texts),
        Kind("GGUF", "a GGUF model", texts), Kind([0xFF, 0xFE], "text in UTF-16", recode),
        Kind([0xFE, 0xFF], "text in UTF-16", recode),
    ]
}

/// A reader of a file that holds no text: it finds that alone.
final class BinaryReader: RecordReader {
    private let problem: Problem
    private var isDone = false

    init(path: String, _ content: BinaryContent) {
        problem = Problem(
            kind: .binaryInput, path: path, byteOffset: 0, detail: "it is \(content.name), not text; \(content.remedy)")
    }

    func next() -> RecordPiece? {
        if isDone { return nil }
        isDone = true
        return RecordPiece(content: .problem(problem), byteOffset: 0, nextByteOffset: 0, isLast: true)
    }
}
