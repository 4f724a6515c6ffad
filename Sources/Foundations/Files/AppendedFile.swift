import Glibc

/// A file that grows at its end. Each piece is with the system when ``append(_:)`` returns: it survives the end of the process,
/// and, behind ``sync()``, that of the machine.
public final class AppendedFile {
    /// Where it is.
    public let path: String
    private let file: FileDescriptor

    /// Opens `path` at its end, and makes it where it is not there. Throws `cannotWrite`.
    public init(_ path: String) throws(FileError) {
        self.path = path
        file = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_APPEND)
    }

    /// Writes `bytes` at the end. Throws `cannotWrite`.
    public func append(_ bytes: [UInt8]) throws(FileError) {
        try unsafe bytes.withRawBytes { (raw) throws(FileError) in try unsafe file.write(raw, path: path) }
    }

    /// Waits until everything is on the disk. Throws `cannotWrite`.
    public func sync() throws(FileError) { try file.sync(path: path) }
}
