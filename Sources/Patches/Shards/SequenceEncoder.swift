import Foundations

/// A sequence as it goes into a shard: everything that takes time is done, by a worker thread.
struct EncodedSequence: Sendable {
    /// A PNG, pixels, or the whole line of a PixelGPT file.
    var payload: [UInt8]
    /// The JSON record; empty in PixelGPT files.
    var record: [UInt8]
    /// Patches, the end patch included.
    var patchCount: Int
    var channels: Int

    /// Bytes held while the sequence waits for the writer.
    var weight: Int { payload.count + record.count + 64 }
}

/// Turns sequences into what a shard format stores. One for each worker thread.
final class SequenceEncoder {
    private let options: ShardOptions
    private let names: ShardRecord.TextNames
    private let png = PNGEncoder()

    init(options: ShardOptions, names: ShardRecord.TextNames) {
        self.options = options
        self.names = names
    }

    /// Throws `PictureError` or `FileError` when a library refuses.
    func encode(_ sequence: consuming PatchSequence, record: ShardRecord) throws -> EncodedSequence {
        let (count, channels, side) = (sequence.textPatchCount + 1, sequence.channels, sequence.patchSize)
        func picture() throws -> [UInt8] {
            try png.encode(patches: sequence.pixels, patchSize: side, channels: channels)
        }
        switch options.format {
        case .webdataset:
            return EncodedSequence(payload: try picture(), record: record.json(), patchCount: count, channels: channels)
        case .pixelgpt:
            let line = record.pixelGPTLine(png: try picture(), names: names)
            return EncodedSequence(payload: line, record: [], patchCount: count, channels: channels)
        case .native:
            let pixels = options.zstd ? try Zstd.compress(sequence.pixels, level: 3) : sequence.pixels
            return EncodedSequence(payload: pixels, record: record.json(), patchCount: count, channels: channels)
        }
    }
}
