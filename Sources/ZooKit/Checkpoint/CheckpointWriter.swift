import Foundations

extension Checkpoint {
    /// Writes the folder beside `path` and exchanges it with the one that was there, which must be empty or a checkpoint.
    ///
    /// At every moment `path` names the old folder or the new one, whole; whatever goes wrong, a kill included, the
    /// old one stays until the new one is on the disk. Files in the old one that are not of the checkpoint move to the new
    /// one. While it is written `<path>.partial` is used, and `<path>.previous` while the old one is removed; remains of a
    /// writer that was killed are cleared by the next.
    ///
    /// Throws ``CheckpointError`` and whatever a source of tensors throws.
    public func write(to path: String) throws { try write(to: path) { _ in } }

    /// As ``write(to:)``; `step` is told before each change of the disk, and may throw or end the process there.
    func write(to path: String, step: @escaping (String) throws -> Void) throws {
        try check()
        let path = try CheckpointRemains.prepare(path)
        let partial = AtomicFolder.partial(of: path)
        do {
            var writer = CheckpointFolderWriter(folder: partial, step: step)
            try writer.begin(versions: versions)
            try writer.model(model, at: "")
            for (name, component) in components.sorted(by: { $0.key < $1.key }) {
                try writer.model(component, at: "\(CheckpointNames.components)/\(name)/")
            }
            for (name, state) in states.sorted(by: { $0.key < $1.key }) {
                try writer.tensors(state.tensors, metadata: [:], at: "\(CheckpointNames.states)/\(name).safetensors")
                try writer.json(state.values, at: "\(CheckpointNames.states)/\(name).json")
            }
            if let trainerState { try writer.json(trainerState, at: CheckpointNames.trainerState) }
            try writer.end()
            try step("commit")
        } catch {
            // The error that stopped it is the one to tell; remains are cleared by the next writer.
            try? Folder.removeTree(partial)
            throw error
        }
        do { try AtomicFolder.commit(path) } catch { throw CheckpointError.file(error) }
        try step("remove the previous")
        try CheckpointRemains.clear(of: path)
    }

    /// Throws before anything is written what could not be read again.
    private func check() throws(CheckpointError) {
        for name in components.keys where !CheckpointNames.isPlain(name) {
            throw .badName(kind: "component", name: name)
        }
        for name in states.keys where !CheckpointNames.isPlain(name) { throw .badName(kind: "state", name: name) }
        for (name, state) in states {
            try CheckpointJSON.check(state.values, file: "\(CheckpointNames.states)/\(name).json")
        }
        try object(trainerState, CheckpointNames.trainerState)
        for model in [model] + components.values {
            try object(model.config, CheckpointNames.config)
            for name in model.files.keys where !CheckpointNames.isPlain(name) || CheckpointNames.taken.contains(name) {
                throw .badName(kind: "file", name: name)
            }
        }
    }

    private func object(_ value: JSONValue?, _ file: String) throws(CheckpointError) {
        guard let value else { return }
        guard case .object = value else {
            throw .badValue(file: file, keyPath: "", reason: "expected an object, got \(value.kind)")
        }
        try CheckpointJSON.check(value, file: file)
    }
}

/// Writes the files of one folder and lists them.
private struct CheckpointFolderWriter {
    let folder: String
    let step: (String) throws -> Void
    private var manifest = CheckpointManifest()

    init(folder: String, step: @escaping (String) throws -> Void) {
        self.folder = folder
        self.step = step
    }

    mutating func begin(versions: [String: String]) throws {
        manifest.versions = versions
        try step("begin")
        do { try Folder.create(folder) } catch { throw CheckpointError.file(error) }
        try step(CheckpointNames.manifest)
        try manifest.write(to: folder)
    }

    mutating func end() throws {
        manifest.complete = true
        try step(CheckpointNames.manifest)
        try manifest.write(to: folder)
    }

    mutating func model(_ model: Checkpoint.Model, at prefix: String) throws {
        if let config = model.config { try json(config, at: prefix + CheckpointNames.config) }
        for (name, bytes) in model.files.sorted(by: { $0.key < $1.key }) { try file(bytes, at: prefix + name) }
        try tensors(model.tensors, metadata: model.metadata, at: prefix + CheckpointNames.tensors)
        if let optimizer = model.optimizer {
            try tensors(optimizer, metadata: [:], at: prefix + CheckpointNames.optimizer)
        }
    }

    mutating func json(_ value: JSONValue, at name: String) throws {
        try file(value.encoded(pretty: true), at: name)
    }

    mutating func file(_ bytes: [UInt8], at name: String) throws {
        let path = try place(name)
        do { try AtomicFile.write(bytes, to: path) } catch { throw CheckpointError.file(error) }
        try manifest.add(name, in: folder)
    }

    mutating func tensors(_ items: [SafetensorsItem], metadata: [String: String], at name: String) throws {
        let path = try place(name)
        do {
            try SafetensorsFile.write(items, metadata: metadata, to: path)
        } catch let error as SafetensorsError { throw CheckpointError.safetensors(error) }
        try manifest.add(name, in: folder)
    }

    private func place(_ name: String) throws -> String {
        try step(name)
        let path = "\(folder)/\(name)"
        if let slash = path.lastIndex(of: "/") {
            do { try Folder.create(String(path[..<slash])) } catch { throw CheckpointError.file(error) }
        }
        return path
    }
}
