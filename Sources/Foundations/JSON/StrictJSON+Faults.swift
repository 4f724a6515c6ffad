extension StrictJSON {
    /// Decodes a configuration as `decode` does, and looks on behind a fault: a key that is wrong is taken
    /// away, and for one that is missing then `placeholder` is asked for a value. The value is nil where the faults leave none.
    /// O(faults · bytes).
    public static func decodeAll<T: Decodable>(
        _ type: T.Type, from bytes: [UInt8], source: String, _ placeholder: (String) -> JSONValue?
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
                guard let value = placeholder(path), isNew || document.value(at: path) == nil else {
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
                if path.hasSuffix("]"), let value = placeholder(path) {
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

extension JSONValue {
    /// A step of a path of keys: "layouts[0].name" has three.
    private enum Step { case key(String), index(Int) }

    private static func steps(_ path: String) -> [Step] {
        path.split(separator: ".").flatMap { part -> [Step] in
            let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            return [.key(String(pieces[0]))] + pieces.dropFirst().compactMap { Int($0.dropLast()).map(Step.index) }
        }
    }

    /// The value at a path of keys; nil where there is none.
    func value(at path: String) -> JSONValue? {
        var value: JSONValue? = self
        for step in Self.steps(path) {
            switch (step, value) {
            case (.key(let key), .object(let fields)?): value = fields[key]
            case (.index(let index), .array(let elements)?):
                value = elements.indices.contains(index) ? elements[index] : nil
            default: value = nil
            }
        }
        return value
    }

    /// Sets or removes the value at a path of keys, whose parents are there.
    mutating func set(_ value: JSONValue?, at path: String) { set(value, Self.steps(path)[...]) }

    private mutating func set(_ value: JSONValue?, _ steps: ArraySlice<Step>) {
        guard let step = steps.first else {
            if let value { self = value }
            return
        }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.key(let key), .object(var fields)):
            if rest.isEmpty {
                fields[key] = value
            } else if var child = fields[key] {
                child.set(value, rest)
                fields[key] = child
            }
            self = .object(fields)
        case (.index(let index), .array(var elements)) where elements.indices.contains(index):
            if rest.isEmpty {
                if let value { elements[index] = value }
            } else {
                elements[index].set(value, rest)
            }
            self = .array(elements)
        default: break
        }
    }
}
