import Glibc

/// Takes the bytes of the tensors of a file that is being written.
@safe
public final class SafetensorsSink {
    private static let bufferBytes = 1 << 20

    private let file: FileDescriptor
    private let partial: String
    private let path: String
    private var buffer: [UInt8] = []
    private var name = ""
    private var expected = 0
    private var received = 0
    private var isHeader = true

    init(partial: String, path: String) throws(SafetensorsError) {
        do { file = try FileDescriptor(path: partial, flags: O_WRONLY | O_CREAT | O_TRUNC) } catch {
            throw .file(error)
        }
        self.partial = partial
        self.path = path
        buffer.reserveCapacity(Self.bufferBytes)
    }

    /// The next bytes of the tensor.
    ///
    /// Throws ``SafetensorsError/source(path:name:expected:got:)`` as soon as there are more than its shape says, and
    /// ``SafetensorsError/file(_:)``.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
        received += bytes.count
        guard isHeader || received <= expected else { throw wrongCount("at least \(received)") }
        if buffer.count + bytes.count > Self.bufferBytes { try flush() }
        if bytes.count >= Self.bufferBytes { return unsafe try write(bytes) }
        unsafe buffer.append(contentsOf: bytes)
    }

    /// The next bytes of the tensor, as `span.bytes` of an array of numbers gives them. Throws as the other `append`.
    public func append(_ bytes: RawSpan) throws(SafetensorsError) {
        try unsafe bytes.withUnsafeBytes { (bytes) throws(SafetensorsError) in try unsafe append(bytes) }
    }

    /// The next tensor begins.
    func begin(_ name: String, byteCount: Int) {
        self.name = name
        expected = byteCount
        received = 0
        isHeader = false
    }

    /// The tensor is done; its bytes must be all there.
    func endTensor() throws(SafetensorsError) { if received != expected { throw wrongCount("\(received)") } }

    /// Hands what is kept to the system.
    func flush() throws(SafetensorsError) {
        try unsafe buffer.withRawBytes { (bytes) throws(SafetensorsError) in try unsafe write(bytes) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
        do throws(FileError) { try unsafe file.write(bytes, path: partial) } catch { throw .file(error) }
    }

    private func wrongCount(_ got: String) -> SafetensorsError {
        .source(path: path, name: name, expected: "\(expected) bytes of its source", got: got)
    }
}
