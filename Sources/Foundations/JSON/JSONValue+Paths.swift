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
