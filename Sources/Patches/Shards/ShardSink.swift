import Foundation
import Foundations

/// A shard that is being written. It gets its name when it is finished; dropped before that, it leaves nothing.
protocol ShardSink: AnyObject {
    /// Adds a sequence; `key` is its running number in the whole output.
    func append(_ sequence: consuming EncodedSequence, key: Int) throws
    /// Makes the shard durable and names it. Returns its digest and size in bytes.
    func finish() throws -> (digest: SHA256Digest, bytes: Int)
}

extension ShardOptions {
    /// Starts the shard at `path` in this format.
    func sink(path: String, patchSize: Int) throws -> any ShardSink {
        switch format {
        case .webdataset: try TarSink(path: path)
        case .pixelgpt: try GzipSink(path: path)
        case .native:
            NativeSink(
                writer: try NativeShardWriter(path: path, patchSize: patchSize), encoding: zstd ? .zstd : .raw)
        }
    }
}

/// A tar of `000000000.png` and `000000000.json`.
private final class TarSink: ShardSink {
    private let path: String
    private let writer: TarWriter
    private var isFinished = false

    init(path: String) throws {
        self.path = path
        writer = try TarWriter(path: path + ".partial")
    }

    deinit { if !isFinished { try? FileManager.default.removeItem(atPath: path + ".partial") } }

    func append(_ sequence: consuming EncodedSequence, key: Int) throws {
        let digits = String(key)
        let name = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        try writer.add(name: name + ".png", bytes: sequence.payload)
        try writer.add(name: name + ".json", bytes: sequence.record)
    }

    func finish() throws -> (digest: SHA256Digest, bytes: Int) {
        try writer.finish()
        isFinished = true
        return try commit(path)
    }
}

/// One gzip stream of JSON lines.
private final class GzipSink: ShardSink {
    private let path: String
    private let writer: GzipWriter
    private var isFinished = false

    init(path: String) throws {
        self.path = path
        // Pictures are compressed already: a fast level takes back what base64 added.
        writer = try GzipWriter(path: path + ".partial", level: 1)
    }

    deinit { if !isFinished { try? FileManager.default.removeItem(atPath: path + ".partial") } }

    func append(_ sequence: consuming EncodedSequence, key: Int) throws { try writer.write(sequence.payload) }

    func finish() throws -> (digest: SHA256Digest, bytes: Int) {
        try writer.finish()
        isFinished = true
        return try commit(path)
    }
}

private final class NativeSink: ShardSink {
    private let writer: NativeShardWriter
    private let encoding: NativeEncoding

    init(writer: NativeShardWriter, encoding: NativeEncoding) {
        self.writer = writer
        self.encoding = encoding
    }

    func append(_ sequence: consuming EncodedSequence, key: Int) throws {
        try writer.append(
            pixels: sequence.payload, patchCount: sequence.patchCount, channels: sequence.channels,
            encoding: encoding, metadata: sequence.record)
    }

    func finish() throws -> (digest: SHA256Digest, bytes: Int) {
        let digest = try writer.finish()
        return (digest, writer.byteCount)
    }
}

private func commit(_ path: String) throws -> (digest: SHA256Digest, bytes: Int) {
    let digest = try SHA256Digest.ofFile(at: path + ".partial")
    let size = try FileManager.default.attributesOfItem(atPath: path + ".partial")[.size] as? Int
    try AtomicFile.commit(partial: path + ".partial", to: path)
    return (digest, size ?? 0)
}
