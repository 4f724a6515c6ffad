import Foundations
import Layers
import Tensors
public import ZooKit

/// `half`: each round of a run trains a drawn share of the matrices and freezes the others, which have no gradient, no moments and no decay
/// then. With a ratio of 1 it is ordinary training, bit for bit.
///
/// Source: Hui et al. 2025, section 3; moments across rounds are ours (section 3.5 of the specification).
public enum Half: MethodAdaptation {
    /// `half`.
    public static let name = "half"
    /// The adaptation in one sentence.
    public static let summary =
        "trains a random half of each layer's matrices and norms, and all embeddings and heads (HFT)"

    /// The adaptation of one run.
    public static func make(_ config: HalfConfig) throws -> Adaptation {
        try config.check()
        let hook = HalfHook(config)
        return Adaptation(
            name, config: try StrictJSON.encodedValue(config), hooks: [hook], files: hook.files
        ) { target in
            try hook.prepare(target)
            return [target.group]
        }
    }
}

/// Draws rounds, freezes and thaws, and keeps the record of both.
final class HalfHook: TrainingHook {
    let name = Half.name
    private let config: HalfConfig
    private var seed = 0
    private var parameters: [(parameter: Parameter, unit: String)] = []
    private var units = HalfUnits(paths: [])
    private var stepsPerEpoch: Int?
    private var rounds = HalfRounds()
    /// True once the last round has had a step.
    private var isTrained = false
    private var notice: [String] = []

    init(_ config: HalfConfig) { self.config = config }

    /// Draws the first round. Throws `FileError` and `ConfigError` for a broken file of rounds, and `ConfigError` where rounds cannot be
    /// counted as the settings want it.
    func prepare(_ target: AdaptationTarget) throws {
        let reached = target.model.parameters.filter { parameter in
            let isReached = target.reaches(parameter)
            if !isReached { parameter.isTrainable = false }
            return isReached
        }
        parameters = reached.map { ($0, HalfUnit(path: $0.path).name) }
        units = HalfUnits(paths: reached.map(\.path))
        (seed, stepsPerEpoch) = (config.seed ?? target.seed, target.stepsPerEpoch)
        if config.reselect == .epoch, stepsPerEpoch == nil {
            throw ConfigError.invalidValue(
                source: "method half", keyPath: "reselect",
                reason: "passes over the data are not counted in pretraining; use reselect=steps,every=N")
        }
        if let interval, interval > 0, target.steps / interval >= HalfRounds.limit {
            throw ConfigError.invalidValue(
                source: "method half", keyPath: config.every == nil ? "reselect" : "every",
                reason:
                    "\(counted(target.steps, "step")) in rounds of \(interval) are more than \(HalfRounds.limit) rounds; use "
                    + "reselect=steps,every=N with more steps a round")
        }
        rounds = try target.source.map(HalfRounds.read) ?? HalfRounds()
        let last = config.reselect == .never ? nil : rounds.rounds.last?.round
        try begin(round: config.round ?? last.map { $0 + 1 } ?? 0, step: 0)
    }

    /// Steps of a round; nil where a run is one round.
    private var interval: Int? {
        switch config.reselect {
        case .stage, .never: nil
        case .epoch: stepsPerEpoch
        case .steps: config.every
        }
    }

    func plannedEvents(steps: Int) -> [Int]? {
        // A round after the last step would train nothing.
        interval.map { $0 > 0 ? Array(stride(from: $0, to: steps, by: $0).prefix(HalfRounds.limit)) : [] }
    }

    func event(_ unit: OptimisationUnit, step: Int) throws {
        try begin(round: (rounds.rounds.last?.round ?? -1) + 1, step: step)
    }

    func afterStep(_ unit: OptimisationUnit, step: Int) throws { isTrained = true }

    func afterBackward(_ unit: OptimisationUnit, step: Int) throws { unit.keepsMomentsOfFrozen = config.keepMoments }

    var metrics: [String: Double] { ["half/trained_share": share.trained / max(share.all, 1)] }

    func takeNotice() -> [String] {
        defer { notice = [] }
        return notice
    }

    private func begin(round: Int, step: Int) throws(ConfigError) {
        guard HalfRounds.numbers.contains(round) else {
            throw .invalidValue(source: "method half", keyPath: "round", reason: "\(round) is not in 0 to 2^53")
        }
        isTrained = false
        let trained = units.selection(config, seed: seed, round: round)
        rounds.rounds.append(
            HalfRounds.Round(
                round: round, seed: seed, ratio: config.ratio, level: config.level, begin: step,
                trained: units.units.map(\.name).filter(trained.contains)))
        apply(trained)
        notice = ["half fine-tuning, round \(round):"] + table
    }

    private func apply(_ trained: Set<String>) {
        for (parameter, unit) in parameters { parameter.isTrainable = trained.contains(unit) }
    }

    private var share: (trained: Double, all: Double) {
        parameters.reduce(into: (0, 0)) { sum, item in
            sum.all += Double(item.parameter.count)
            if item.parameter.isTrainable { sum.trained += Double(item.parameter.count) }
        }
    }

    /// Names of frozen units whose moments stay: those that an earlier round of this run, whose first begins at step 0, trained.
    private var kept: Set<String> {
        guard config.keepMoments, let first = rounds.rounds.lastIndex(where: { $0.begin == 0 }) else { return [] }
        let own = rounds.rounds[first...]
        return Set(own.dropLast().flatMap(\.trained)).subtracting(own.last?.trained ?? [])
    }

    /// Trained and frozen units by category, with numbers of parameters and bytes of gradients and moments.
    private var table: [String] {
        let titles: [(HalfUnit.Category, String)] = [
            (.attention, "attention"), (.feedForward, "feed-forward"), (.norm, "norms"), (.end, "embeddings, heads"),
        ]
        let kept = kept
        var rows = titles.map { category, title in
            let own = parameters.filter { HalfUnit(path: $0.parameter.path).category == category }
            return row(title, own, kept)
        }
        rows.append(row("all", parameters, kept))
        return rows
    }

    private func row(
        _ title: String, _ own: [(parameter: Parameter, unit: String)], _ kept: Set<String>
    ) -> String {
        func units(_ isTrained: Bool) -> Int {
            Set(own.filter { $0.parameter.isTrainable == isTrained }.map(\.unit)).count
        }
        let trained = own.reduce(0) { $0 + ($1.parameter.isTrainable ? $1.parameter.count : 0) }
        let all = own.reduce(0) { $0 + $1.parameter.count }
        let frozen = own.reduce(0) { $0 + (kept.contains($1.unit) ? 8 * $1.parameter.count : 0) }
        let name = title + String(repeating: " ", count: max(0, 18 - title.count))
        return
            "  \(name) \(counted(units(true), "unit")) trained, \(units(false)) frozen; \(trained) of \(counted(all, "parameter")); "
            + "\(12 * trained + frozen) bytes of gradients and moments in fp32"
            + (frozen > 0 ? ", \(frozen) of them moments of frozen units" : "")
    }

    // MARK: Checkpoints

    /// The file of rounds, without one in which no step was made yet: the next training takes its number.
    func files() throws -> [String: [UInt8]] {
        let made = HalfRounds(rounds: Array(rounds.rounds.dropLast(isTrained ? 0 : 1)))
        return [HalfRounds.fileName: try StrictJSON.encode(made)]
    }

    func state(in workspace: Workspace) throws -> Checkpoint.State? {
        Checkpoint.State(values: try StrictJSON.encodedValue(HalfState(rounds: rounds.rounds, isTrained: isTrained)))
    }

    func restore(_ values: JSONValue, _ tensors: SafetensorsFile, _ units: [OptimisationUnit]) throws {
        let state = try StrictJSON.decode(HalfState.self, from: values, source: "state \(name)")
        rounds = HalfRounds(rounds: state.rounds)
        try rounds.check(source: "state \(name)")
        isTrained = state.isTrained ?? true
        guard let round = rounds.rounds.last else { return }
        let known = Set(parameters.map(\.unit))
        if let stranger = round.trained.first(where: { !known.contains($0) }) {
            throw ConfigError.invalidValue(
                source: "state \(name)", keyPath: "rounds", reason: "the model has no unit \(stranger)")
        }
        apply(Set(round.trained))
        notice = ["half fine-tuning, round \(round.round), resumed:"] + table
    }
}
