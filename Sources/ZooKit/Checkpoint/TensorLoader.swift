public import Foundations

/// Fills the tensors of a model from those of files: everything is compared first, and nothing is written where anything does
/// not fit.
public struct TensorLoader {
    /// The renaming of stored tensors to the model's names.
    public var rules: TensorNameRules
    /// True if a tensor of the model may be missing in the file and stays as it is then.
    public var mayLack: (String) -> Bool
    /// True if a tensor of the file, by the model's name, may have no place in the model.
    public var mayIgnore: (String) -> Bool

    /// A loader; unless said otherwise every tensor must find its counterpart.
    public init(
        rules: TensorNameRules = .unchanged, mayLack: @escaping (String) -> Bool = { _ in false },
        mayIgnore: @escaping (String) -> Bool = { _ in false }
    ) {
        self.rules = rules
        self.mayLack = mayLack
        self.mayIgnore = mayIgnore
    }

    /// What was done.
    public struct Report: Sendable, Equatable {
        /// Tensors of the model that were copied from the file, in the model's order.
        public var copied: [String] = []
        /// Tensors of the model that are read in the file, in the model's order.
        public var mapped: [String] = []
        /// Tensors of the model that the file has not, as allowed.
        public var lacking: [String] = []
        /// Stored names that the rules leave out or that have no place, as allowed.
        public var ignored: [String] = []
    }

    /// Fills `targets` from `tensors`; `path` is named in errors.
    ///
    /// Throws ``CheckpointError/tensors(path:problems:)`` with everything that does not fit, and what targets throw.
    @discardableResult
    public func load(
        _ tensors: [SafetensorsTensor], of path: String, into targets: [TensorTarget]
    ) throws -> Report {
        var report = Report()
        var stored: [[UInt8]: [SafetensorsTensor]] = [:]
        var names: [(name: String, tensor: SafetensorsTensor)] = []
        for tensor in tensors {
            guard let name = rules.name(of: tensor.name) else {
                report.ignored.append(tensor.name)
                continue
            }
            stored[Array(name.utf8), default: []].append(tensor)
            names.append((name, tensor))
        }
        var problems: [TensorProblem] = []
        var known: Set<[UInt8]> = []
        var fitting: [(TensorTarget, SafetensorsTensor)] = []
        for target in targets {
            precondition(known.insert(Array(target.name.utf8)).inserted, "two tensors are named \(target.name)")
            let found = stored[Array(target.name.utf8)] ?? []
            guard let tensor = found.first else {
                if mayLack(target.name) {
                    report.lacking.append(target.name)
                } else {
                    problems.append(.missing(name: target.name, shape: target.shape))
                }
                continue
            }
            if let problem = target.problem(with: found) {
                problems.append(problem)
            } else {
                fitting.append((target, tensor))
            }
        }
        for (name, tensor) in names where !known.contains(Array(name.utf8)) {
            if mayIgnore(name) {
                report.ignored.append(tensor.name)
            } else {
                problems.append(.unexpected(name: name, stored: tensor.name, shape: tensor.shape))
            }
        }
        guard problems.isEmpty else { throw CheckpointError.tensors(path: path, problems: problems) }
        for (target, tensor) in fitting {
            if try target.take(tensor) { report.mapped.append(target.name) } else { report.copied.append(target.name) }
        }
        return report
    }

    /// Fills `targets` from a folder.
    @discardableResult
    public func load(_ folder: SafetensorsFolder, into targets: [TensorTarget]) throws -> Report {
        try load(folder.tensors, of: folder.path, into: targets)
    }
}

/// A place for a tensor of a file.
public struct TensorTarget {
    /// The full name.
    public let name: String
    /// The only shape it takes.
    public let shape: [Int]
    /// The types it takes.
    public let types: [SafetensorsType]
    /// Takes the numbers; whether they are read in the file from now on.
    public let take: (SafetensorsTensor) throws -> Bool

    /// A place that `take` fills.
    public init(
        name: String, shape: [Int], types: [SafetensorsType], take: @escaping (SafetensorsTensor) throws -> Bool
    ) {
        self.name = name
        self.shape = shape
        self.types = types
        self.take = take
    }

    /// Why the tensors that were found for it cannot fill it.
    func problem(with found: [SafetensorsTensor]) -> TensorProblem? {
        if found.count > 1 { return .several(name: name, stored: found.map(\.name)) }
        guard let tensor = found.first else { return .missing(name: name, shape: shape) }
        if tensor.shape != shape { return .shape(name: name, expected: shape, got: tensor.shape) }
        return types.contains(tensor.type) ? nil : .type(name: name, expected: types, got: tensor.type)
    }
}
