public import Foundations

extension ModelFolder {
    /// Writes a folder with this one's configuration and files beside it but those `removing` names, `files` over these, and with other
    /// tensors. Files of weights in any format are left behind. It appears whole or not at all. Throws `CheckpointError`, `FileError`.
    public func copy(
        to path: String, tensors: [SafetensorsItem], files: [String: [UInt8]] = [:], removing: Set<String> = []
    ) throws {
        var beside: [String: [UInt8]] = [:]
        for name in try Folder.contents(of: self.path).files
        where !CheckpointNames.taken.contains(name) && !removing.contains(name) && CheckpointNames.isPlain(name)
            && !Self.holdsWeights(name)
        {
            beside[name] = try CheckpointJSON.bytes(of: "\(self.path)/\(name)")
        }
        let config = try CheckpointJSON.value(of: "\(self.path)/\(CheckpointNames.config)")
        try Checkpoint(
            model: .init(
                config: config, tensors: tensors, files: beside.merging(files) { $1 })
        ).write(to: path)
    }

    /// Endings of files of weights, and of moments and generators beside them, in formats of whatever program.
    private static let weightEndings = [
        ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".msgpack", ".onnx", ".onnx_data",
    ]

    /// True for the name of a file of weights, or of an index of such files.
    private static func holdsWeights(_ name: String) -> Bool {
        let name = name.hasSuffix(".index.json") ? String(name.dropLast(".index.json".count)) : name
        return weightEndings.contains { name.lowercased().hasSuffix($0) }
    }

    /// The model's name of a stored tensor; nil for one that is no part of the model.
    public func name(of stored: SafetensorsTensor) -> String? { rules.name(of: stored.name) }
}

extension SafetensorsItem {
    /// A tensor of a file under another name, and in a type that holds its numbers exactly; see ``SafetensorsTensor/fits(_:)``.
    public init(_ tensor: SafetensorsTensor, name: String, widenedTo type: SafetensorsType) {
        self.init(tensor, name: name, as: type)
    }
}

extension SafetensorsTensor {
    /// True if a type holds all numbers of this one's exactly: its own, and single precision those of 16 bits.
    public func fits(_ type: SafetensorsType) -> Bool {
        type == self.type || type == .float32 && [.bfloat16, .float16].contains(self.type)
    }

    /// True if another tensor, widened to this one's type, has the same shape and bytes. O(bytes).
    public func hasNumbers(of other: SafetensorsTensor) throws -> Bool {
        guard other.type != type else { return hasBytes(of: other) }
        guard shape == other.shape, other.fits(type) else { return false }
        for start in stride(from: 0, to: count, by: StoredNumbers.pieceCount) {
            let piece = start..<min(count, start + StoredNumbers.pieceCount)
            let (own, theirs) = (try floats(piece), try other.floats(piece))
            guard zip(own, theirs).allSatisfy({ $0.bitPattern == $1.bitPattern }) else { return false }
        }
        return true
    }

    /// True if another tensor has the same shape, type and bytes. O(bytes).
    public func hasBytes(of other: SafetensorsTensor) -> Bool {
        guard shape == other.shape, type == other.type else { return false }
        return unsafe withBytes { own in
            unsafe other.withBytes { theirs in unsafe own.elementsEqual(theirs) }
        }
    }
}
