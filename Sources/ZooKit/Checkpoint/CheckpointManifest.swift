import Foundations

/// `checkpoint.json`: marks a folder as written by this program, lists its files, names the libraries. Written first with
/// `complete` false and last with true.
struct CheckpointManifest: Codable, Equatable {
    static let format = "letterpress-checkpoint"
    static let version = 1

    var format = Self.format
    var formatVersion = Self.version
    var complete = false
    /// Size in bytes of each file by its path in the folder, without this one.
    var files: [String: Int] = [:]
    /// SHA-256 of the same files, hexadecimal; folders of earlier versions have none.
    var sha256: [String: String]?
    var versions: [String: String] = [:]

    enum CodingKeys: String, CodingKey {
        case format
        case formatVersion = "format_version"
        case complete, files, sha256, versions
    }

    init() {}

    /// The list of a folder; `nil` where it has none. Throws: `config` for one that is broken or of another program.
    init?(folder: String) throws(CheckpointError) {
        let path = "\(folder)/\(CheckpointNames.manifest)"
        guard Folder.hasItem(path) else { return nil }
        let bytes = try CheckpointJSON.bytes(of: path)
        do throws(ConfigError) {
            self = try StrictJSON.decode(Self.self, from: bytes, source: path)
        } catch { throw .config(error) }
        func invalid(_ keyPath: String, _ reason: String) -> CheckpointError {
            .config(.invalidValue(source: path, keyPath: keyPath, reason: reason))
        }
        guard format == Self.format, formatVersion == Self.version else {
            throw invalid("format", "expected \(Self.format) \(Self.version), got \(format) \(formatVersion)")
        }
        for (name, size) in files {
            // What is listed may be removed one day: nothing outside the folder may be.
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard size >= 0, parts.allSatisfy({ CheckpointNames.isPlain(String($0)) }) else {
                throw invalid("files.\(name)", "expected a path within the folder and a size")
            }
        }
    }

    func write(to folder: String) throws(CheckpointError) {
        let bytes: [UInt8]
        do throws(ConfigError) { bytes = try StrictJSON.encode(self) } catch { throw .config(error) }
        do throws(FileError) {
            try AtomicFile.write(bytes, to: "\(folder)/\(CheckpointNames.manifest)")
        } catch { throw .file(error) }
    }

    /// Lists a file that was written.
    mutating func add(_ name: String, in folder: String) throws(CheckpointError) {
        let path = "\(folder)/\(name)"
        do throws(FileError) {
            files[name] = try MappedFile(path: path).count
            sha256 = sha256 ?? [:]
            sha256?[name] = try SHA256Digest.ofFile(at: path).hex
        } catch { throw .file(error) }
    }

    /// Files of the list whose contents are not those that were written. O(bytes).
    func changes(in folder: String) -> [String] {
        (sha256 ?? [:]).sorted { $0.key < $1.key }.compactMap { name, expected in
            do throws(FileError) {
                let got = try SHA256Digest.ofFile(at: "\(folder)/\(name)").hex
                guard got != expected else { return nil }
                return "the bytes of \(name) are not those that were written (SHA-256 \(got.prefix(12)))"
            } catch { return "\(error)" }
        }
    }

    /// Files of the list that are not in `folder` as they should be.
    func problems(in folder: String) -> [String] {
        var problems = complete ? [] : ["writing it was cut short"]
        for (name, size) in files.sorted(by: { $0.key < $1.key }) {
            do throws(FileError) {
                let got = try MappedFile(path: "\(folder)/\(name)").count
                if got != size { problems.append("\(name) has \(got) bytes instead of \(size)") }
            } catch { problems.append("\(error)") }
        }
        return problems
    }
}

/// JSON files of a checkpoint.
enum CheckpointJSON {
    /// Larger ones are not read.
    static let byteLimit = 256 << 20

    static func bytes(of path: String) throws(CheckpointError) -> [UInt8] {
        do throws(FileError) {
            let file = try MappedFile(path: path)
            guard file.count <= byteLimit else { throw .tooLarge(path: path, entry: nil, limit: byteLimit) }
            return unsafe file.withBytes { unsafe [UInt8]($0) }
        } catch { throw .file(error) }
    }

    /// The value of a file; numbers keep their spelling.
    static func value(of path: String) throws(CheckpointError) -> JSONValue {
        let bytes = try bytes(of: path)
        do throws(JSONError) {
            return try JSONValue.parse(bytes, rejectDuplicates: true, keepsSpelling: true)
        } catch { throw .config(.notJSON(source: path, error: error)) }
    }

    /// Throws: `badValue` for what JSON cannot give back.
    static func check(_ value: JSONValue, file: String, keyPath: String = "") throws(CheckpointError) {
        switch value {
        case .number(let number) where !number.isFinite:
            throw .badValue(file: file, keyPath: keyPath, reason: "\(number) is no number that JSON can hold")
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                try check(element, file: file, keyPath: "\(keyPath)[\(index)]")
            }
        case .object(let fields):
            for (key, field) in fields {
                try check(field, file: file, keyPath: keyPath.isEmpty ? key : "\(keyPath).\(key)")
            }
        default: return
        }
    }
}
