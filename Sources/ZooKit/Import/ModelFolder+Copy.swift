public import Foundations

extension ModelFolder {
    /// Writes a folder with this one's configuration and files beside it but those `removing` names, `files` over these, and with other
    /// tensors. It appears whole or not at all. Throws `CheckpointError`, `FileError`.
    public func copy(
        to path: String, tensors: [SafetensorsTensor], files: [String: [UInt8]] = [:], removing: Set<String> = []
    ) throws {
        var beside: [String: [UInt8]] = [:]
        for name in try Folder.contents(of: self.path).files
        where !CheckpointNames.taken.contains(name) && !removing.contains(name) && CheckpointNames.isPlain(name)
            && !name.hasSuffix(".safetensors")
        {
            beside[name] = try CheckpointJSON.bytes(of: "\(self.path)/\(name)")
        }
        let config = try CheckpointJSON.value(of: "\(self.path)/\(CheckpointNames.config)")
        try Checkpoint(
            model: .init(
                config: config, tensors: tensors.map { SafetensorsItem($0) },
                files: beside.merging(files) { $1 })
        ).write(to: path)
    }
}

extension SafetensorsTensor {
    /// True if another tensor has the same shape, type and bytes. O(bytes).
    public func hasBytes(of other: SafetensorsTensor) -> Bool {
        guard shape == other.shape, type == other.type else { return false }
        return unsafe withBytes { own in
            unsafe other.withBytes { theirs in unsafe own.elementsEqual(theirs) }
        }
    }
}
