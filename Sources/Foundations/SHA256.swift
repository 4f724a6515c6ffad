internal import CCrypto
import Glibc

/// The SHA-256 hash of some bytes.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes of the hash.
    public let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads 64 hex digits, upper or lower case; `nil` for anything else.
    public init?(hex: String) {
        let digits = hex.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        self.bytes = bytes
    }

    /// 64 lower-case hex digits.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The same as `hex`.
    public var description: String { hex }

    /// The hash of `bytes`. O(n).
    public static func of(_ bytes: [UInt8]) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }

    /// The hash of a file, read in blocks of 1 MiB.
    ///
    /// Throws `cannotOpen` and `cannotRead`.
    public static func ofFile(at path: String) throws(FileError) -> SHA256Digest {
        let file = try FileDescriptor(path: path, flags: O_RDONLY)
        var hasher = SHA256Hasher()
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { unsafe block.deallocate() }
        while true {
            let got = try unsafe file.read(into: block, path: path)
            if got == 0 { return hasher.finish() }
            unsafe hasher.update(UnsafeRawBufferPointer(rebasing: block[..<got]))
        }
    }
}

/// SHA-256 over bytes that arrive in pieces, computed by OpenSSL.
@safe
public struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    /// Begins a hash. Traps when libcrypto has no memory or no SHA-256.
    public init() {
        let context = unsafe EVP_MD_CTX_new()
        guard let context = unsafe context else { preconditionFailure("libcrypto: EVP_MD_CTX_new returned nothing") }
        let status = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(status == 1, "libcrypto: EVP_DigestInit_ex refused SHA-256")
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let status = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "libcrypto: EVP_DigestUpdate failed")
    }

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// Ends the hash.
    public consuming func finish() -> SHA256Digest {
        var length: CUnsignedInt = 0
        var bytes = [UInt8](repeating: 0, count: 32)
        let status = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, &length)
        }
        precondition(status == 1 && length == 32, "libcrypto: EVP_DigestFinal_ex failed")
        return SHA256Digest(bytes: bytes)
    }
}
