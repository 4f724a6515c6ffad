import Foundation
import Foundations

/// JSON files of an output folder, read strictly and replaced atomically.
enum StoredJSON {
    static func load<T: Decodable>(_ type: T.Type, from path: String) throws(ShardError) -> T {
        let bytes: [UInt8]
        do {
            let file = try MappedFile(path: path)
            bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        } catch {
            throw .file(error)
        }
        do { return try StrictJSON.decode(type, from: bytes, source: path) } catch {
            throw .malformed(path: path, byteOffset: nil, reason: "\(error)")
        }
    }

    static func save<T: Encodable>(_ value: T, to path: String) throws(ShardError) {
        let bytes: [UInt8]
        do { bytes = try StrictJSON.encode(value) } catch {
            throw .malformed(path: path, byteOffset: nil, reason: "\(error)")
        }
        do { try AtomicFile.write(bytes, to: path) } catch { throw .file(error) }
    }
}
