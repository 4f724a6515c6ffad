import Foundation
import Foundations

/// The identity of input files, compared on resume: by content and name, whatever the spelling of their paths.
public struct InputIdentity: Codable, Sendable, Equatable {
    /// How many.
    public var files: Int
    /// Their size on disk.
    public var bytes: Int
    /// SHA-256, hexadecimal, over the name without folders, the size, and the first and last 64 KiB of each file.
    public var sha256: String

    /// Bytes at either end of a file that are looked at. A change between them that keeps the size stays unseen.
    private static let endByteCount = 1 << 16

    /// Looks at files in the order in which they are read. Standard input and pipes count with their name alone, a file
    /// that cannot be read with its name and size.
    public init(paths: [String]) {
        files = paths.count
        bytes = 0
        var hasher = SHA256Hasher()
        for path in paths {
            hasher.update(Array("\((path as NSString).lastPathComponent)\0".utf8))
            var information = stat()
            guard path != "-", unsafe stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
                continue
            }
            let size = Int(information.st_size)
            bytes += size
            hasher.update(Array("\(size)\0".utf8))
            guard let file = FileHandle(forReadingAtPath: path) else { continue }
            hasher.update(Self.bytes(of: file, from: 0))
            hasher.update(Self.bytes(of: file, from: max(size - Self.endByteCount, 0)))
            try? file.close()
        }
        sha256 = hasher.finish().hex
    }

    private static func bytes(of file: FileHandle, from offset: Int) -> [UInt8] {
        guard (try? file.seek(toOffset: UInt64(offset))) != nil else { return [] }
        return (try? file.read(upToCount: endByteCount)).map { [UInt8]($0) } ?? []
    }
}
