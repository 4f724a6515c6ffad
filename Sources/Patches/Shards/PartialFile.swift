import Foundations
import Glibc

/// A file that gets its name only when it is complete: bytes go to `<path>.partial`, hashed as they pass.
///
/// Not `Sendable`. An unfinished one removes its partial file when it goes away; a killed process leaves it behind.
@safe
final class PartialFile {
    /// The name that the finished file gets.
    let path: String
    /// Bytes written so far, those still in the buffer included.
    private(set) var count = 0
    private let descriptor: Int32
    private let hash = BackgroundHash()
    private var buffer: [UInt8] = []
    private var isOpen = true

    private static let bufferSize = 1 << 18
    /// Blocks of this many bytes are written as they are, smaller ones are collected first.
    private static let directSize = 1 << 15

    /// Creates or empties `<path>.partial`. Throws ``ShardError/file(_:)``.
    init(path: String) throws(ShardError) {
        self.path = path
        descriptor = unsafe open(path + ".partial", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .file(.cannotOpen(path: path + ".partial", reason: unsafe String(cString: strerror(errno))))
        }
        buffer.reserveCapacity(Self.bufferSize)
    }

    deinit {
        guard isOpen else { return }
        close(descriptor)
        unsafe unlink(path + ".partial")
    }

    /// Appends bytes. Throws ``ShardError/file(_:)``, on a full disk too.
    func write(_ bytes: [UInt8]) throws(ShardError) {
        count += bytes.count
        let isDirect = bytes.count >= Self.directSize
        if isDirect || buffer.count + bytes.count > Self.bufferSize, !buffer.isEmpty {
            try drain(buffer)
            buffer = []
            buffer.reserveCapacity(Self.bufferSize)
        }
        if isDirect { try drain(bytes) } else { buffer += bytes }
    }

    /// Appends zero bytes up to a multiple of `alignment`.
    func pad(to alignment: Int) throws(ShardError) {
        let missing = (alignment - count % alignment) % alignment
        if missing > 0 { try write([UInt8](repeating: 0, count: missing)) }
    }

    /// Makes the file durable and gives it its name. Returns the digest of all bytes.
    func finish() throws(ShardError) -> SHA256Digest {
        try drain(buffer)
        guard let digest = hash.finish() else {
            throw .file(.cannotWrite(path: path, reason: "the file is finished already"))
        }
        isOpen = false
        guard close(descriptor) == 0 else {
            throw .file(.cannotWrite(path: path, reason: unsafe String(cString: strerror(errno))))
        }
        do { try AtomicFile.commit(partial: path + ".partial", to: path) } catch { throw .file(error) }
        return digest
    }

    private func drain(_ bytes: [UInt8]) throws(ShardError) {
        hash.update(bytes)
        var done = 0
        while done < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(descriptor, raw.baseAddress.map { unsafe $0 + done }, raw.count - done)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw .file(
                    .cannotWrite(path: path + ".partial", reason: unsafe String(cString: strerror(errno))))
            }
            done += written
        }
    }
}
