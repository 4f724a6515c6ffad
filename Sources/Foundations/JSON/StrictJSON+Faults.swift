extension StrictJSON {
    /// Decodes a configuration as `decode` does, with error recovery: a key with a wrong value is removed, a missing one gets the value
    /// of `recovery`, and decoding is tried again, so that all faults are found. The value is nil where the faults leave none.
    /// O(faults · bytes).
    public static func decodeAll<T: Decodable>(
        _ type: T.Type, from bytes: [UInt8], source: String, _ recovery: (String) -> JSONValue?
    ) -> (value: T?, faults: [ConfigError]) {
        var document: JSONValue
        do throws(JSONError) { document = try JSONValue.parse(bytes, rejectDuplicates: true) } catch {
            return (nil, [.notJSON(source: source, error: error)])
        }
        var faults: [ConfigError] = []
        var seen: Set<String> = []
        for _ in 0..<200 {
            let fault: ConfigError
            do throws(ConfigError) {
                return (try decode(type, from: document, source: source), faults)
            } catch { fault = error }
            guard let path = fault.keyPath, !path.isEmpty else { return (nil, faults + [fault]) }
            // A key that was taken away is known already, and so is one whose name was looked like a missing one's.
            let isNew = seen.insert(path).inserted
            if isNew { faults.append(fault) }
            switch fault {
            case .missingKey(_, _, let near):
                guard let value = recovery(path), isNew || document.value(at: path) == nil else {
                    return (nil, faults)
                }
                if isNew {
                    let parent = path.lastIndex(of: ".").map { String(path[...$0]) } ?? ""
                    for name in near where !seen.contains(parent + name) { seen.insert(parent + name) }
                }
                document.set(value, at: path)
            case .unknownKey:
                guard document.value(at: path) != nil else { return (nil, faults) }
                document.set(nil, at: path)
            default:
                guard document.value(at: path) != nil else { return (nil, faults) }
                // An element of a list stays, so that the others keep their places.
                if path.hasSuffix("]"), let value = recovery(path) {
                    document.set(value, at: path)
                } else if path.hasSuffix("]") {
                    document.set(nil, at: String(path[..<(path.lastIndex(of: "[") ?? path.startIndex)]))
                } else {
                    document.set(nil, at: path)
                }
            }
        }
        return (nil, faults)
    }
}
