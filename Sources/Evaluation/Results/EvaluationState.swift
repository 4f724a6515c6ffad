import Foundations
import ZooKit

/// The state that an evaluation resumes from, beside its predictions: `state.json`. For each file of predictions the settings that
/// its answers depend on, and how long they took.
public struct EvaluationState: Codable, Sendable, Equatable {
    /// The file's name.
    public static let fileName = "state.json"

    /// A file of predictions.
    public struct Part: Codable, Sendable, Equatable {
        /// The settings that the answers depend on, by name.
        public var identity: [String: String]
        /// Seconds that answers took.
        public var seconds = 0.0
        /// Answers in the file.
        public var examples = 0
    }

    /// The form of the file.
    public var formatVersion = 1
    /// The files of predictions, by their paths in the folder.
    public var parts: [String: Part] = [:]
    /// The settings that the folder's fine-tunings depend on, by their folders.
    public var heads: [String: [String: String]] = [:]

    enum CodingKeys: String, CodingKey {
        case parts, heads
        case formatVersion = "format_version"
    }

    /// The state before the first answer.
    public init() {}

    /// The state in a folder; that before the first answer where there is none. Throws `FileError` and `ConfigError`.
    public static func read(_ folder: String) throws -> EvaluationState {
        let path = "\(folder)/\(fileName)"
        guard Folder.hasItem(path) else { return EvaluationState() }
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        let state = try StrictJSON.decode(EvaluationState.self, from: bytes, source: path)
        guard state.formatVersion == EvaluationState().formatVersion else {
            throw ConfigError.invalidValue(
                source: path, keyPath: "format_version",
                reason: "it is \(state.formatVersion), and this program resumes from 1")
        }
        return state
    }

    /// Writes the state. Throws `FileError` and `ConfigError`.
    public func write(_ folder: String) throws {
        try AtomicFile.write(StrictJSON.encode(self), to: "\(folder)/\(Self.fileName)")
    }

    /// Begins a file of predictions, or resumes it; one that was never written begins anew. Throws `PretrainingError.otherRun`
    /// with what is not as it was.
    public mutating func begin(_ part: String, _ identity: [String: String], in folder: String) throws {
        if let known = parts[part], Folder.hasItem("\(folder)/\(part)") {
            try Self.compare(known.identity, identity, path: "\(folder)/\(part)")
        } else {
            parts[part] = Part(identity: identity)
        }
    }

    /// Begins a fine-tuning, or resumes it. Throws as the other.
    public mutating func beginHead(_ head: String, _ identity: [String: String], in folder: String) throws {
        if let known = heads[head], Folder.hasItem("\(folder)/\(head)") {
            try Self.compare(known, identity, path: "\(folder)/\(head)")
        }
        heads[head] = identity
    }

    private static func compare(_ old: [String: String], _ new: [String: String], path: String) throws {
        let differences = Set(old.keys).union(new.keys).sorted().compactMap { key -> String? in
            let (was, now) = (old[key], new[key])
            if was == now { return nil }
            // A hash tells a person nothing.
            func isHash(_ text: String?) -> Bool { text.map { $0.count == 64 } ?? false }
            if isHash(was) || isHash(now) {
                return was == nil || now == nil ? "\(key) is new or gone" : "\(key) changed"
            }
            return "\(key) was \(was ?? "none") and is \(now ?? "none")"
        }
        guard differences.isEmpty else {
            throw PretrainingError.otherRun(path: path, reason: differences.joined(separator: "; "))
        }
    }
}
