import Foundations
import ZooKit

extension MergedSettings {
    /// The settings of a training, read and checked. Throws `ConfigError` with the key and where its value comes from.
    func training<Course>(_ course: Course.Type) throws -> TrainingSettings<Course> {
        let settings = try decode(Course.section, over: TrainingSettings<Course>())
        try located(Course.section, settings.validate)
        return settings
    }

    /// Runs the check of a section; what it throws of a key becomes a `ConfigError` that names where the value comes from.
    func located(_ section: String, _ check: () throws(PretrainingError) -> Void) throws {
        do { try check() } catch {
            guard case .badSetting(let key, let reason) = error else { throw error }
            let path = "\(section).\(key)"
            throw ConfigError.invalidValue(source: origins[path] ?? "settings", keyPath: path, reason: reason)
        }
    }

    /// The settings that a run resumes with: sections as they were read, and fonts and threads as they were set; paths of fonts hold in
    /// every working folder.
    func record(_ sections: [(name: String, value: any Encodable)]) throws -> [String: JSONValue] {
        var root: [String: JSONValue] = [:]
        for (name, value) in sections {
            guard case .object(let keys) = try StrictJSON.encodedValue(value) else { continue }
            root[name] = .object(keys.filter { $0.value != .null && SettingTable.kinds[name]?[$0.key] != nil })
        }
        let values = absoluteFonts()
        for name in ["fonts", "run"] { root[name] = values[name].map { .object($0) } }
        return root
    }

    /// All values, with paths of fonts that hold in every working folder.
    func absoluteFonts() -> [String: [String: JSONValue]] {
        var values = values
        if case .array(let paths)? = values["fonts"]?["paths"] {
            values["fonts"]?["paths"] = .array(
                paths.map { if case .string(let path) = $0 { .string(SourceSettings.absolute(path)) } else { $0 } })
        }
        if case .string(let stack)? = values["fonts"]?["stack"], stack.hasSuffix(".json") {
            values["fonts"]?["stack"] = .string(SourceSettings.absolute(stack))
        }
        return values
    }
}
