public import Foundations
import Layers

/// Reads the `config.json` of a model's folder, whoever wrote it: keys that change nothing are passed over, keys that nobody knows
/// are warned of, keys that would change the mathematics are refused by name. What is left is decoded strictly.
///
/// An absent key has Hugging Face's default. Both spellings of rotary settings (`rope_theta` with `rope_scaling`, and
/// `rope_parameters` of transformers 5) and of the stored type (`torch_dtype`, `dtype`) are read.
public struct ForeignConfig: Sendable {
    /// The model's configuration.
    public let config: DecoderConfig
    /// `architectures`, or what stands for them.
    public let architecture: String
    /// Ids that end a text: one, several or none.
    public let ends: [Int]
    /// What was passed over though somebody might miss it, a line each.
    public let warnings: [String]
    /// The structures to install before tensors are read.
    public let structures: [StructureRecord]
    /// What this program wrote of the checkpoint; nil for folders of others, and older ones.
    let own: LetterpressKeys?

    /// Reads `value`; `source` names the document in messages. Throws: `ConfigError` with the key.
    public init(_ value: JSONValue, source: String) throws(ConfigError) {
        guard case .object(let given) = value else {
            throw .wrongType(source: source, keyPath: "", expected: "an object", got: value.kind)
        }
        var reader = ForeignKeys(source: source, fields: given.filter { $0.value != .null })
        own = try reader.take(LetterpressKeys.key)
        structures = try reader.take(LetterpressKeys.structures) ?? []
        try reader.checkArchitecture()
        try reader.spellRotary()
        ends = try reader.takeEnds(stated: Set(given.keys))
        try reader.fillDefaults()
        try reader.sort()
        config = try StrictJSON.decode(DecoderConfig.self, from: .object(reader.fields), source: source)
        architecture = config.architectures?.first ?? "\(config.modelType.rawValue)"
        warnings = reader.warnings
    }
}

/// The keys of a foreign configuration while they become ours.
private struct ForeignKeys {
    let source: String
    var fields: [String: JSONValue]
    var warnings: [String] = []

    private func refused(_ key: String, _ reason: String) -> ConfigError {
        .invalidValue(source: source, keyPath: key, reason: reason)
    }

    /// Decodes the value at a key of ours; nil where there is none.
    mutating func take<Value: Decodable>(_ key: String) throws(ConfigError) -> Value? {
        guard let value = fields.removeValue(forKey: key) else { return nil }
        return try StrictJSON.decode(Value.self, from: value, source: "\(source), key \(key)")
    }

    /// Models that compute as a Llama does become one; others are refused with what can be done.
    mutating func checkArchitecture() throws(ConfigError) {
        let known = "llama, mistral without a sliding window, ernie-pixel"
        guard let given = fields["model_type"] else {
            throw .missingKey(
                source: source, keyPath: "model_type", near: NearNames.of("model_type", among: fields.keys))
        }
        guard case .string(let stated) = given else {
            throw .wrongType(source: source, keyPath: "model_type", expected: "a string", got: given.kind)
        }
        let prefix = ForeignKeyTable.ownPrefix
        let type = stated.hasPrefix(prefix) ? String(stated.dropFirst(prefix.count)) : stated
        fields["model_type"] = .string(type)
        switch type {
        case "llama", "ernie-pixel": break
        case "mistral": fields["model_type"] = .string("llama")
        default:
            let reason =
                ForeignKeyTable.otherModels[type]
                ?? "a '\(SafetensorsError.plain(type))' computes otherwise than the decoders that are built in"
            throw refused("model_type", "\(reason); folders are read of \(known)")
        }
        guard case .array(let list)? = fields["architectures"] else { return }
        for case .string(let name) in list where !ForeignKeyTable.architectures.contains(name) {
            throw refused(
                "architectures",
                "'\(SafetensorsError.plain(name))' is not read; known are "
                    + ForeignKeyTable.architectures.sorted().joined(separator: ", "))
        }
        // Ours to name: a folder that is written again says what it is then.
        if type == "mistral" { fields["architectures"] = nil }
    }

    /// `rope_parameters` and `rope_scaling` become `rope_theta` and `rope_scaling` with the keys of its kind alone.
    mutating func spellRotary() throws(ConfigError) {
        let key = fields["rope_parameters"] == nil ? "rope_scaling" : "rope_parameters"
        guard let given = fields.removeValue(forKey: key) else { return }
        fields["rope_scaling"] = nil
        guard case .object(var scaling) = given else {
            throw .wrongType(source: source, keyPath: key, expected: "an object", got: given.kind)
        }
        if let theta = scaling.removeValue(forKey: "rope_theta"), theta != .null { fields["rope_theta"] = theta }
        guard case .string(let type) = scaling["rope_type"] ?? scaling["type"] ?? .string("default") else {
            throw .wrongType(source: source, keyPath: "\(key).rope_type", expected: "a string", got: "something else")
        }
        if let share = scaling.removeValue(forKey: "partial_rotary_factor"), share.double != 1 {
            throw refused("\(key).partial_rotary_factor", "heads are turned whole here; only 1 is built in")
        }
        guard let wanted = ForeignKeyTable.rotary[type] else {
            throw refused(
                "\(key).rope_type",
                "rotary positions scaled by '\(SafetensorsError.plain(type))' are not built in; "
                    + ForeignKeyTable.rotary.keys.sorted().joined(separator: ", ") + " are")
        }
        for name in scaling.keys.sorted() where !wanted.contains(name) && name != "rope_type" && name != "type" {
            warnings.append("\(source): \(key).\(SafetensorsError.plain(name)) means nothing to '\(type)'; passed over")
        }
        guard type != "default" else { return }
        fields["rope_scaling"] = .object(
            scaling.filter { wanted.contains($0.key) }.merging(["rope_type": .string(type)]) { $1 })
    }

    /// `eos_token_id`, which may be a list, of which the first stays.
    mutating func takeEnds(stated: Set<String>) throws(ConfigError) -> [Int] {
        // Files of transformers that leave Llama's marks out mean its defaults; null is none.
        if fields["model_type"] == .string("llama"), stated.contains("transformers_version") {
            for (key, id) in [("bos_token_id", 1), ("eos_token_id", 2)] where !stated.contains(key) {
                fields[key] = .integer(id)
            }
        }
        for key in ["bos_token_id", "pad_token_id"] {
            // Minus one and lists stand for none.
            if case .integer(let id)? = fields[key], id < 0 { fields[key] = nil }
            if case .array(let list)? = fields[key] { fields[key] = list.first }
        }
        let ends = try ForeignConfig.ids(fields["eos_token_id"], key: "eos_token_id", source: source)
        fields["eos_token_id"] = ends.first.map { .integer($0) }
        return ends
    }

    /// What `transformers` takes where a key is absent and ours is another.
    mutating func fillDefaults() throws(ConfigError) {
        fields["rms_norm_eps"] = fields["rms_norm_eps"] ?? .number(1e-6)
        fields["max_position_embeddings"] = fields["max_position_embeddings"] ?? .integer(2048)
        if fields["hidden_act"] == .string("swish") { fields["hidden_act"] = .string("silu") }
    }

    /// Keeps our keys, drops those that change nothing, warns of strangers, refuses what would compute otherwise.
    mutating func sort() throws(ConfigError) {
        for (key, value) in fields.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            if DecoderConfig.isKey(key) { continue }
            fields[key] = nil
            if let rule = ForeignKeyTable.mathematics[key] {
                guard rule.neutral.contains(where: { $0.isSame(as: value) }) else {
                    throw refused(key, "\(rule.reason); only \(rule.shown) is built in")
                }
            } else if !ForeignKeyTable.ignorable.contains(key) {
                warnings.append("\(source): the key \(SafetensorsError.plain(key)) is not known here; passed over")
            }
        }
    }
}

extension ForeignConfig {
    /// One id, a list of ids, or nothing.
    static func ids(_ value: JSONValue?, key: String, source: String) throws(ConfigError) -> [Int] {
        switch value {
        case nil, .null?: return []
        case .integer(let id)?: return id < 0 ? [] : [id]
        case .array(let list)?:
            var ids: [Int] = []
            for element in list {
                guard case .integer(let id) = element else {
                    throw .wrongType(source: source, keyPath: key, expected: "integers", got: element.kind)
                }
                if id >= 0 { ids.append(id) }
            }
            return ids
        case let other?:
            throw .wrongType(source: source, keyPath: key, expected: "an integer or a list of them", got: other.kind)
        }
    }
}

extension JSONValue {
    /// A number however it is spelled; nil for anything else.
    var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .spelled(let text): Double(text)
        default: nil
        }
    }

    /// Equal values; 1 and 1.0 are.
    func isSame(as other: JSONValue) -> Bool {
        if let a = double, let b = other.double { return a == b }
        return self == other
    }
}
