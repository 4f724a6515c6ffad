/// A kind of file that holds no text, recognised by its first bytes.
struct BinaryContent: Equatable {
    /// What the file is, with its article.
    let name: String
    /// What to do with it.
    let remedy: String

    /// First bytes of a decompressed file that are looked at.
    static let byteCount = 8192

    /// The kind of binary file that begins with `bytes`; nil for what may be text. O(bytes).
    ///
    /// Files whose kind is not known count as binary when they hold a NUL byte, as in git's rule.
    static func found(in bytes: [UInt8]) -> BinaryContent? {
        for (magic, offset, name, remedy) in magics
        where bytes.dropFirst(offset).starts(with: magic) {
            return BinaryContent(name: name, remedy: remedy)
        }
        guard bytes.contains(0) else { return nil }
        return BinaryContent(name: "binary data (a NUL byte stands in it)", remedy: "name files of text")
    }

    private static let archive = "unpack it first"
    private static let picture = "name files of text"
    private static let compressed = "decompress it first, or compress with gzip, zstd or xz"

    private static let magics: [(magic: [UInt8], offset: Int, name: String, remedy: String)] = [
        (
            Array("PAR1".utf8), 0, "a Parquet file",
            "pass --input-format parquet, or give it a name that ends in .parquet"
        ),
        (Array("ARROW1".utf8), 0, "an Arrow file", "write it as Parquet or JSON lines"),
        (Array("%PDF-".utf8), 0, "a PDF document", "extract its text first, for instance with pdftotext"),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], 0, "a PNG image", picture),
        ([0xFF, 0xD8, 0xFF], 0, "a JPEG image", picture),
        (Array("GIF87a".utf8), 0, "a GIF image", picture), (Array("GIF89a".utf8), 0, "a GIF image", picture),
        (Array("WEBP".utf8), 8, "a WebP image", picture),
        ([0x49, 0x49, 0x2A, 0x00], 0, "a TIFF image", picture), ([0x4D, 0x4D, 0x00, 0x2A], 0, "a TIFF image", picture),
        (
            [0x50, 0x4B, 0x03, 0x04], 0, "a ZIP archive or an office document",
            "unpack it, or save the document as text, first"
        ),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0, "a 7z archive", archive),
        (Array("Rar!".utf8), 0, "a RAR archive", archive),
        (
            Array("ustar".utf8), 257, "a tar archive",
            "pass --input-format webdataset, or give it a name that ends in .tar"
        ),
        (Array("BZh".utf8), 0, "compressed by bzip2", compressed),
        ([0x04, 0x22, 0x4D, 0x18], 0, "compressed by LZ4", compressed),
        ([0x1F, 0x8B], 0, "compressed by gzip twice", compressed),
        ([0x28, 0xB5, 0x2F, 0xFD], 0, "compressed by zstd twice", compressed),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, "compressed by xz twice", compressed),
        ([0x7F, 0x45, 0x4C, 0x46], 0, "a program", picture),
        (Array("SQLite format 3\0".utf8), 0, "an SQLite database", "export its texts as CSV or JSON lines"),
        ([0x93] + Array("NUMPY".utf8), 0, "a NumPy array", picture),
        ([0x89] + Array("HDF".utf8), 0, "an HDF5 file", picture),
        (Array("GGUF".utf8), 0, "a GGUF model", picture),
        ([0xFF, 0xFE], 0, "text in UTF-16", "convert it first: iconv -f UTF-16 -t UTF-8"),
        ([0xFE, 0xFF], 0, "text in UTF-16", "convert it first: iconv -f UTF-16 -t UTF-8"),
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
