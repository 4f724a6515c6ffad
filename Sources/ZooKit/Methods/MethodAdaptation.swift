public import Foundations

/// A way of adapting models that a method brings to every run: `--method NAME[:key=value,…]`.
public protocol MethodAdaptation: Sendable {
    /// Its settings: decoded strictly, keys in snake case, a default for each.
    associatedtype Config: DefaultFilled & Sendable
    /// The name on the command line: lower case, digits and hyphens.
    static var name: String { get }
    /// One sentence.
    static var summary: String { get }
    /// The adaptation of one run; hooks hold state and serve no second one. Throws `ConfigError` for settings out of range.
    static func make(_ config: Config) throws -> Adaptation
}

extension MethodAdaptation {
    /// The adaptation by settings that are absent or given as JSON. Throws `ConfigError` with the key.
    static func make(_ values: [String: JSONValue]) throws -> Adaptation {
        try make(SettingPairs.decode(Config.self, [values], source: "method \(name)"))
    }
}

extension MethodCatalogue {
    /// Names of all adaptations: those of every run, then those of methods.
    public var adaptationNames: [String] {
        [Adaptation.all.name, Adaptation.head.name] + methods.flatMap { $0.adaptations.map { $0.name } }
    }

    /// The adaptation of a text such as "all", "head" or "half:ratio=0.5,level=layer". Checkpoints keep the source folder's files that
    /// travel with models, whatever the adaptation.
    ///
    /// Throws: `CatalogueError` for an unknown name, `ConfigError` with the key of a setting.
    public func adaptation(parsing text: String) throws -> Adaptation {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts[0]
        let values = try SettingPairs.values(parts.count == 2 ? parts[1] : "", source: "method \(text)")
        for known in [Adaptation.all, Adaptation.head] where known.name == name {
            if let key = values.keys.min() {
                throw ConfigError.unknownKey(source: "method \(text)", keyPath: key, near: [])
            }
            return known.carrying(files)
        }
        for adaptation in methods.flatMap({ $0.adaptations }) where adaptation.name == name {
            return try adaptation.make(values).carrying(files)
        }
        throw CatalogueError.unknown(
            kind: "method of training", name: name, near: NearNames.of(name, among: adaptationNames),
            known: adaptationNames)
    }
}

/// Settings as they are written on a command line.
public enum SettingPairs {
    /// "ratio=0.5,targets=["q_proj","v_proj"]" as JSON: whatever JSON has, else text. Pairs are parted by commas outside of brackets and
    /// quotes. Throws `ConfigError` for a word without "=" and for a key given twice.
    public static func values(_ text: String, source: String) throws(ConfigError) -> [String: JSONValue] {
        try values(of: words(text), source: source)
    }

    /// The pairs of a text.
    private static func words(_ text: String) -> [String] {
        var words = [""]
        var (depth, isQuoted, isEscaped) = (0, false, false)
        for character in text {
            switch character {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case "[" where !isQuoted, "{" where !isQuoted: depth += 1
            case "]" where !isQuoted, "}" where !isQuoted: depth -= 1
            case "," where !isQuoted && depth <= 0:
                words.append("")
                continue
            default: break
            }
            words[words.count - 1].append(character)
        }
        return words.filter { !$0.isEmpty }
    }

    /// Pairs of key and value, one a word.
    public static func values(of words: [String], source: String) throws(ConfigError) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw .invalidValue(source: source, keyPath: word, reason: "it is no setting; write key=value")
            }
            guard values.updateValue(value(parts[1]), forKey: parts[0]) == nil else {
                throw .invalidValue(source: source, keyPath: parts[0], reason: "it is given twice")
            }
        }
        return values
    }

    /// A value as text spells it; JSON where it is any. Numbers keep their spelling.
    private static func value(_ text: String) -> JSONValue {
        (try? JSONValue.parse(Array(text.utf8), rejectDuplicates: true, keepsSpelling: true)) ?? .string(text)
    }

    /// Settings of layers, each over the one before. The last one's are those of a command line, where a number or a boolean is text if
    /// the setting is a text: `base=2024` may name a folder. Throws `ConfigError`.
    static func decode<Config: Decodable>(
        _ type: Config.Type, _ layers: [[String: JSONValue]], source: String
    ) throws(ConfigError) -> Config {
        var values = layers.reduce(into: [:]) { $0.merge($1) { $1 } }
        var words = layers.last ?? [:]
        while true {
            do throws(ConfigError) {
                return try StrictJSON.decode(type, from: .object(values), source: source)
            } catch {
                guard case .wrongType(_, let key, "a string", _) = error, let word = words.removeValue(forKey: key)
                else { throw error }
                switch word {
                case .integer, .number, .spelled, .bool:
                    values[key] = .string(String(decoding: word.encoded(), as: UTF8.self))
                default: throw error
                }
            }
        }
    }
}
