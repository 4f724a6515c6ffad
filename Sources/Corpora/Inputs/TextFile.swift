import Foundations

/// A whole file of text, for commands that read texts and no corpora.
public enum TextFile {
    /// The bytes of a file, plain or compressed; `-` is standard input. O(bytes).
    ///
    /// Throws `FileError` for a file that cannot be opened or is torn, and `binary` for one that holds no text.
    public static func contents(of path: String) throws -> [UInt8] {
        let reader =
            path == "-"
            ? try CompressedReader(fileDescriptor: 0, name: "standard input") : try CompressedReader(path: path)
        if let binary = BinaryContent.found(in: try reader.peek(BinaryContent.byteCount)) {
            throw CorporaError.binary(path: reader.path, what: binary.name, remedy: binary.remedy)
        }
        var bytes: [UInt8] = []
        while try reader.read(appendingTo: &bytes) > 0 {}
        return bytes
    }
}
