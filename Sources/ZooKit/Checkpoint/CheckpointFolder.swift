public import Foundations

/// A checkpoint folder, ours or another program's folder of a model in Hugging Face's form. Files are read when asked for.
public struct CheckpointFolder {
    /// Where it is.
    public let path: String
    /// Versions of the libraries that computed it; empty for folders of other programs.
    public let versions: [String: String]

    /// Opens a folder; where a replacement was cut short and nothing has this name, the one that it left beside it. Files that
    /// our own list names must be there in their full sizes.
    ///
    /// Throws ``CheckpointError``.
    public init(_ path: String) throws(CheckpointError) {
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        let remains = [AtomicFolder.previous(of: path)]
        if let nameless = try CheckpointRemains.nameless(path, among: remains) { path = nameless }
        guard Folder.isFolder(path) else {
            throw .file(.cannotOpen(path: path, reason: "there is no such folder"))
        }
        self.path = path
        guard let manifest = try CheckpointManifest(folder: path) else {
            versions = [:]
            return
        }
        let problems = manifest.problems(in: path)
        guard problems.isEmpty else { throw .incomplete(path: path, problems: problems) }
        versions = manifest.versions
    }

    /// Reads every file that our own list names and compares its SHA-256, which finds bits that flipped. Folders without such a list
    /// pass. O(bytes).
    ///
    /// Throws `incomplete` with the files.
    public func verify() throws(CheckpointError) {
        let problems = try CheckpointManifest(folder: path)?.changes(in: path) ?? []
        guard problems.isEmpty else { throw .incomplete(path: path, problems: problems) }
    }

    /// A component's folder.
    private init(component path: String, versions: [String: String]) {
        self.path = path
        self.versions = versions
    }

    /// `config.json`; numbers keep their spelling.
    public func config() throws(CheckpointError) -> JSONValue {
        try CheckpointJSON.value(of: "\(path)/\(CheckpointNames.config)")
    }

    /// `trainer_state.json`; numbers keep their spelling.
    public func trainerState() throws(CheckpointError) -> JSONValue {
        try CheckpointJSON.value(of: "\(path)/\(CheckpointNames.trainerState)")
    }

    /// The tensors of the model, mapped.
    public func tensors() throws(CheckpointError) -> SafetensorsFolder {
        do { return try SafetensorsFolder(folder: path) } catch { throw .safetensors(error) }
    }

    /// The optimiser's moments, mapped; `nil` where nothing was saved.
    public func optimizer() throws(CheckpointError) -> SafetensorsFile? {
        let file = "\(path)/\(CheckpointNames.optimizer)"
        guard Folder.hasItem(file) else { return nil }
        do { return try SafetensorsFile(path: file) } catch { throw .safetensors(error) }
    }

    /// Names of the models in it, sorted.
    public func componentNames() throws(CheckpointError) -> [String] {
        try contents(CheckpointNames.components).folders.filter { !$0.contains("/") }
    }

    /// A model in it. Throws: `noSuchPart` with the names there are.
    public func component(_ name: String) throws(CheckpointError) -> CheckpointFolder {
        let known = try componentNames()
        guard known.contains(name) else {
            throw .noSuchPart(path: path, kind: "component", name: name, known: known)
        }
        return CheckpointFolder(component: "\(path)/\(CheckpointNames.components)/\(name)", versions: versions)
    }

    /// Names of methods that saved something, sorted.
    public func stateNames() throws(CheckpointError) -> [String] {
        try contents(CheckpointNames.states).files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
    }

    /// The saved state of a method. Throws: `noSuchPart` with the names there are.
    public func state(_ name: String) throws(CheckpointError) -> (tensors: SafetensorsFile, values: JSONValue) {
        let known = try stateNames()
        guard known.contains(name) else { throw .noSuchPart(path: path, kind: "state", name: name, known: known) }
        let base = "\(path)/\(CheckpointNames.states)/\(name)"
        let values = try CheckpointJSON.value(of: base + ".json")
        do { return (try SafetensorsFile(path: base + ".safetensors"), values) } catch { throw .safetensors(error) }
    }

    private func contents(_ name: String) throws(CheckpointError) -> (folders: [String], files: [String]) {
        guard Folder.isFolder("\(path)/\(name)") else { return ([], []) }
        do { return try Folder.contents(of: "\(path)/\(name)") } catch { throw .file(error) }
    }
}
