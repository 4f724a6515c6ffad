import Corpora
import Foundation
import Foundations
import Typesetting

/// Settings from one place: a section's keys with their values.
struct SettingLayer {
    /// Where the settings come from; the key is appended where that helps.
    var origin: String
    var values: [String: [String: JSONValue]] = [:]
    /// The fonts that a manifest records, when the layer comes from one.
    var manifestFonts: [FontDescription]?

    /// Adds a value that is there.
    mutating func set(_ section: String, _ key: String, _ value: JSONValue?) {
        if let value { values[section, default: [:]][key] = value }
    }
}

/// All layers put over one another, and where each value came from.
struct MergedSettings {
    private(set) var values: [String: [String: JSONValue]] = [:]
    private(set) var origins: [String: String] = [:]
    /// The fonts that must be used, because the stack in force was taken from a manifest.
    private(set) var manifestFonts: [FontDescription]?

    /// Merges layers, the weakest first.
    init(_ layers: [SettingLayer]) {
        for layer in layers {
            // A stack and a list of files exclude each other: the stronger layer decides.
            if layer.values["fonts"]?["stack"] != nil { values["fonts"]?["paths"] = nil }
            if layer.values["fonts"]?["paths"] != nil { values["fonts"]?["stack"] = nil }
            if layer.values["fonts"]?["stack"] ?? layer.values["fonts"]?["paths"] != nil {
                manifestFonts = layer.manifestFonts
            }
            // So do steps and epochs.
            if layer.values["finetune"]?["steps"] != nil { values["finetune"]?["epochs"] = nil }
            if layer.values["finetune"]?["epochs"] != nil { values["finetune"]?["steps"] = nil }
            for (section, keys) in layer.values {
                for (key, value) in keys {
                    values[section, default: [:]][key] = value
                    origins["\(section).\(key)"] = layer.origin
                }
            }
        }
    }

    /// The value of a key, if a layer gives one.
    subscript(section: String, key: String) -> JSONValue? { values[section]?[key] }

    /// Sets a value that follows from another one.
    mutating func imply(_ section: String, _ key: String, _ value: JSONValue, because origin: String) {
        guard self[section, key] == nil else { return }
        values[section, default: [:]][key] = value
        origins["\(section).\(key)"] = origin
    }

    /// The options of a section: the defaults with what the layers say. Throws `ConfigError` naming the origin.
    func decode<T: Codable>(_ section: String, over defaults: T) throws -> T {
        guard case .object(var object) = try StrictJSON.encodedValue(defaults) else { return defaults }
        for (key, value) in values[section] ?? [:] { object[key] = value }
        do {
            return try StrictJSON.decode(T.self, from: .object(object), source: "settings, section \(section)")
        } catch {
            throw located(error, section)
        }
    }

    /// How inputs are read. Throws `ConfigError` naming the origin.
    func reading() throws -> ReadOptions {
        var options = try decode("read", over: ReadOptions())
        options.isTextFieldNamed = ["flag", "environment"].contains(origins["read.text_field"])
        options.python = ProcessInfo.processInfo.environment["LETTERPRESS_PYTHON"] ?? options.python
        return options
    }

    /// Throws a usage failure for a flag of these sections, which nothing would heed: `reason` says why.
    func refuseFlags(of sections: [String], only keys: Set<String>? = nil, _ reason: String) throws {
        let found = sections.flatMap { section in (values[section] ?? [:]).keys.map { (section, $0) } }
            .filter { origins["\($0.0).\($0.1)"] == "flag" && keys?.contains($0.1) ?? true }.map(\.1).sorted()
        guard let key = found.first else { return }
        throw CommandFailure(.usage, "\(SettingTable.flag(of: key)) has no effect: \(reason); leave it out")
    }

    /// The error with the place that the value came from.
    private func located(_ error: ConfigError, _ section: String) -> ConfigError {
        // A list's elements come from where the list does.
        func origin(_ key: String) -> String {
            origins["\(section).\(key.prefix { $0 != "[" && $0 != "." })"] ?? "settings"
        }
        switch error {
        case .invalidValue(_, let key, let reason):
            return .invalidValue(source: origin(key), keyPath: "\(section).\(key)", reason: reason)
        case .wrongType(_, let key, let expected, let got):
            return .wrongType(source: origin(key), keyPath: "\(section).\(key)", expected: expected, got: got)
        default: return error
        }
    }

    /// Every key of an encodable section with its value and origin, for `--print-config`.
    func report(_ section: String, of value: some Encodable) throws -> JSONValue {
        guard case .object(let object) = try StrictJSON.encodedValue(value) else { return .null }
        return .object(
            Dictionary(
                uniqueKeysWithValues: object.map { key, value in
                    let origin = origins["\(section).\(key)"] ?? "default"
                    return (key, JSONValue.object(["origin": .string(origin), "value": value]))
                }))
    }
}
