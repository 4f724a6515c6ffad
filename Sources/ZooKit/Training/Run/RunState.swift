import Foundations
import Layers
import Tensors

/// The state that a run resumes from beside models, moments and the states of hooks: `trainer_state.json` of its checkpoints.
struct RunState: Codable {
    /// The version that is written; earlier ones are read by ``RunState/current(_:source:)``.
    static let version = 2

    var format = Self.version
    /// The kind of training.
    var kind: String
    /// Steps made and skipped.
    var count = StepCount()
    /// Steps of each optimisation unit.
    var unitSteps: [Int] = []
    /// Rows read over all ranks.
    var rows = 0
    /// Seconds of steps.
    var seconds = 0.0
    /// Evaluations so far; those whose loss is not finite are left out.
    var evaluations: [EvaluationRecord] = []
    /// Evaluations since the best one, that one left out.
    var sinceBest = 0
    /// The best of those at whose step a checkpoint was written.
    var bestSaved: EvaluationRecord?
    /// Name and settings of the adaptation.
    var adaptation: JSONValue
    /// The model and data that the run belongs to.
    var data: JSONValue
    /// The settings.
    var settings: JSONValue
    /// The program's own state: the position in the data.
    var program: JSONValue

    enum CodingKeys: String, CodingKey {
        case format, kind, count, rows, seconds, evaluations, adaptation, data, settings, program
        case unitSteps = "unit_steps"
        case sinceBest = "since_best"
        case bestSaved = "best_saved"
    }

    /// The state of a program before its first step.
    init(_ program: some TrainingProgram) throws {
        kind = type(of: program).kind
        adaptation = program.adaptation.record
        data = program.identity
        settings = try program.settingsRecord()
        self.program = .null
    }

    /// The best evaluation.
    var best: EvaluationRecord? { evaluations.last(where: \.isBest) }

    /// Throws `ConfigError` for a count that no run has, so that the run can add to all of them.
    func check(source: String) throws(ConfigError) {
        let counts = [
            ("count.step", count.step), ("count.skipped", count.skipped),
            ("count.skipped_in_a_row", count.skippedInARow), ("rows", rows), ("since_best", sinceBest),
        ]
        let steps = unitSteps.map { ("unit_steps", $0) } + evaluations.map { ("evaluations.step", $0.step) }
        for (key, value) in counts + steps where !(0...1 << 53 ~= value) {
            throw .invalidValue(source: source, keyPath: key, reason: "\(value) is no count from 0 to 2^53")
        }
    }
}

extension RunState {
    /// A state in the present form, of this or of the first version, in which pretraining and classification each had a form of
    /// their own. Throws `ConfigError` for a later version.
    static func current(_ value: JSONValue, source: String) throws -> JSONValue {
        guard case .object(var old) = value else { return value }
        if let format = old["format"] {
            guard format == .integer(version) else {
                throw ConfigError.invalidValue(
                    source: source, keyPath: "format",
                    reason: "expected \(version) or none; resume with the version of letterpress that wrote it")
            }
            return value
        }
        let count = ["step", "skipped", "skipped_in_a_row"].reduce(into: [String: JSONValue]()) {
            $0[$1] = old.removeValue(forKey: $1) ?? .integer(0)
        }
        var new: [String: JSONValue] = [
            "format": .integer(version), "count": .object(count), "unit_steps": .array([count["step"] ?? .integer(0)]),
            "adaptation": Adaptation.all.record, "data": old["data"] ?? .null,
        ]
        if case .object(var data)? = old["data"], case .string(let identity)? = data["tokenizer"] {
            data["tokenizer"] = .string(try ModelTokenizer.present(identity: identity))
            new["data"] = .object(data)
        }
        func evaluation(_ key: String, isBest: Bool) -> JSONValue? {
            guard case .object(var fields)? = old[key] else { return nil }
            (fields["is_best"], fields["seconds"]) = (.bool(isBest), .integer(0))
            return .object(fields)
        }
        if old["rows"] != nil {
            new["kind"] = .string(PretrainProgram.kind)
            (new["rows"], new["seconds"]) = (old["rows"], old["seconds"])
            let (best, last) = (evaluation("best", isBest: true), evaluation("evaluated", isBest: false))
            let isLastBest = last?["step"] == best?["step"]
            new["evaluations"] = .array([best, isLastBest ? nil : last].compactMap(\.self))
            new["since_best"] = .integer(isLastBest || last == nil ? 0 : 1)
            new["best_saved"] = evaluation("best_saved", isBest: true)
            new["program"] = .object(["loader": old["loader"] ?? .null, "streams": old["streams"] ?? .null])
            if case .object(var settings)? = old["settings"] {
                settings["streams"] = old["streams"]
                new["settings"] = .object(settings)
            }
        } else {
            // Fine-tuning, which named what it froze where it now names an adaptation.
            new["kind"] = .string("classification")
            (new["rows"], new["seconds"]) = (.integer(0), .integer(0))
            new["evaluations"] = old["evaluations"]
            var since = 0
            if case .array(let all)? = old["evaluations"] {
                since = all.reversed().prefix { $0["is_best"] != .bool(true) }.count
            }
            new["since_best"] = .integer(since)
            new["program"] = .null
            if case .object(var settings)? = old["settings"] {
                if settings.removeValue(forKey: "frozen") == .string("backbone") {
                    settings["method"] = .string("head")
                    new["adaptation"] = Adaptation.head.record
                }
                new["settings"] = .object(settings)
            }
        }
        return .object(new)
    }
}

/// A checkpoint that a run resumes from.
struct SavedRun {
    let folder: CheckpointFolder
    var state: RunState

    /// The newest checkpoint that rank 0 sees of a run, nil where there is none: other ranks may see an older state of a shared disk.
    /// Throws ``PretrainingError/damaged(path:reason:earlier:)``.
    static func newest(in folder: RunFolder, _ communicator: any Communicator) throws -> SavedRun? {
        var seen: [UInt8] = []
        try communicator.onRank0 { seen = Array("\(try folder.steps().last ?? -1)".utf8) }
        try communicator.broadcast(&seen)
        guard let step = Int(String(decoding: seen, as: UTF8.self)), step >= 0 else { return nil }
        do {
            let checkpoint = try CheckpointFolder(folder.checkpoint(step))
            try checkpoint.verify()
            let source = "\(checkpoint.path)/trainer_state.json"
            let state = try StrictJSON.decode(
                RunState.self, from: RunState.current(checkpoint.trainerState(), source: source), source: source)
            try state.check(source: source)
            return SavedRun(folder: checkpoint, state: state)
        } catch {
            throw PretrainingError.damaged(
                path: folder.checkpoint(step), reason: "\(error)", earlier: try folder.steps().last { $0 < step })
        }
    }

    /// Throws ``PretrainingError/otherRun(path:reason:)`` with all that differs unless the checkpoint is one of this program.
    func check(_ program: some TrainingProgram) throws {
        func other(_ reason: String) -> PretrainingError { .otherRun(path: folder.path, reason: reason) }
        let kind = type(of: program).kind
        guard state.kind == kind else { throw other("it is a \(state.kind), not a \(kind)") }
        let source = "\(folder.path)/trainer_state.json"
        var differences = try program.differences(from: state.settings, source: source)
        if try Self.differ(state.adaptation, program.adaptation.record) {
            func text(_ value: JSONValue) -> String { String(decoding: value.encoded(), as: UTF8.self) }
            differences.append(
                "the adaptation was \(text(state.adaptation)) and is \(text(program.adaptation.record))")
        }
        let kept = try ForeignConfig(folder.config(), source: "\(folder.path)/\(CheckpointNames.config)")
        let own = try StrictJSON.encodedValue(program.model.base.config)
        let stored = try StrictJSON.encodedValue(kept.config)
        // Structures may have changed layers since the run began.
        let passed: Set<String> = kept.structures.isEmpty ? ["architectures"] : ["architectures", "layers"]
        if case .object(let keys) = own {
            let changed = keys.keys.filter {
                !passed.contains($0) && own[$0]?.encoded() != (stored[$0] ?? .null).encoded()
            }
            if !changed.isEmpty {
                differences.append("the model is another: \(changed.sorted().joined(separator: ", "))")
            }
        }
        if try Self.differ(state.data, program.identity) {
            differences.append(
                "the data are not those that it began with" + Self.parts(state.data, program.identity))
        }
        guard differences.isEmpty else { throw other(differences.joined(separator: "; ")) }
    }

    /// The keys in which two identities differ: ": image, rendering".
    private static func parts(_ a: JSONValue, _ b: JSONValue) -> String {
        guard case .object(let before) = a, case .object(let now) = b else { return "" }
        let keys = Set(before.keys).union(now.keys).filter {
            (try? differ(before[$0] ?? .null, now[$0] ?? .null)) ?? true
        }
        return keys.isEmpty ? "" : ": " + keys.sorted().joined(separator: ", ")
    }

    /// True if two values differ as they are saved: 1.0 is saved as 1 and read as an integer. Throws `ConfigError`.
    private static func differ(_ a: JSONValue, _ b: JSONValue) throws -> Bool {
        try StrictJSON.encodedValue([a]) != StrictJSON.encodedValue([b])
    }

    /// Gives hooks, parameters and moments the values of the checkpoint, in this order: hooks may change shapes and what is trained.
    func load(into program: some TrainingProgram, _ workspace: Workspace) throws {
        let known = try folder.stateNames()
        for hook in program.adaptation.hooks where known.contains(hook.name) {
            let (tensors, values) = try folder.state(hook.name)
            try hook.restore(values, tensors, program.units)
        }
        try TensorLoader().load(folder.tensors(), into: program.model.parameters.map { TensorTarget($0) })
        if !program.model.roundedParameters.isEmpty {
            try program.model.base.patches?.takeOwnForm()
            let (tensors, _) = try state(RunStateNames.exact)
            let targets = program.model.roundedParameters.map { TensorTarget($0) }
            try TensorLoader().load(tensors.tensors, of: tensors.path, into: targets)
        }
        let others = program.otherParameters
        if !others.isEmpty {
            let (tensors, _) = try state(RunStateNames.parameters)
            try TensorLoader().load(tensors.tensors, of: tensors.path, into: others.map { TensorTarget($0) })
        }
        for (index, unit) in program.units.enumerated() {
            let moments = index == 0 ? try folder.optimizer() : try state(RunStateNames.optimiser(index)).tensors
            guard let moments else {
                throw PretrainingError.otherRun(
                    path: folder.path, reason: "the checkpoint has no optimizer.safetensors")
            }
            // What a unit steps need not be a part of the model.
            try unit.optimiser.load(moments, for: unit.groups.flatMap(\.parameters), in: workspace)
            unit.stepCount = state.unitSteps.indices.contains(index) ? state.unitSteps[index] : state.count.step
        }
        program.count = state.count
        try program.restore(folder)
    }

    private func state(_ name: String) throws -> (tensors: SafetensorsFile, values: JSONValue) {
        try folder.state(name)
    }
}

/// Names below `state/` that a run itself uses.
enum RunStateNames {
    /// Parameters that are stepped but are no part of the model.
    static let parameters = "parameters"
    /// Parameters of the model that its folder holds in a form which loses their last bits.
    static let exact = "exact"
    /// Moments of a unit but the first.
    static func optimiser(_ index: Int) -> String { "optimizer-\(index)" }
}
