import Foundations

/// Prints settings with their origins.
enum ConfigPrinter {
    /// Each section of options as an object of keys with `origin` and `value`; `plain` sections as the layers give them.
    static func show(
        _ settings: MergedSettings, sections: [(String, any Codable)], plain: [String] = ["fonts", "run"]
    ) throws {
        var root: [String: JSONValue] = [:]
        for (name, options) in sections { root[name] = try settings.report(name, of: options) }
        for name in plain { root[name] = try settings.report(name, of: settings.values[name] ?? [:]) }
        try Console.result(String(decoding: JSONValue.object(root).encoded(pretty: true).dropLast(), as: UTF8.self))
    }
}
