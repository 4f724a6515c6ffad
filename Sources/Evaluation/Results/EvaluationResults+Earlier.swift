import Foundations

extension EvaluationResults {
    /// The settings that decide which results there are, and none of their values.
    private static let choices = ["splits", "seeds", "noise", "noise_rates", "font_transfer", "allow_scripts"]
    /// The settings that decide nothing but how heads are trained here.
    private static let training = ["finetune", "finetune_preset"]

    /// These results with those of an earlier evaluation in the same folder: what it has on pairs of a model and a task that have no
    /// result here. What of it does not belong beside these is left out and named: results under other settings, of a model with
    /// other weights, on a task with another file or other data.
    ///
    /// `variants` are the names of those that are told; others of the earlier ones are passed over. Models and tasks stand in the order
    /// in which they were first named, unless nothing is kept; results by model, then task. O(results).
    public func joined(
        _ earlier: EvaluationResults, variants: [String]
    ) -> (results: EvaluationResults, leftOut: [String]) {
        func pair(_ result: SplitResult) -> [String] { [result.model, result.task] }
        let told = Set(results.map(pair))
        var kept: [SplitResult] = []
        var reasons: [[String]: String] = [:]
        var pairs: [[String]] = []
        let others = Self.differences(earlier.settings, settings)
        for result in earlier.results where !told.contains(pair(result)) {
            let model = earlier.models.first { $0.name == result.model }
            let task = earlier.tasks.first { $0.name == result.task }
            if let reason = flaw(result, model, task, others) {
                if reasons.updateValue(reason, forKey: pair(result)) == nil { pairs.append(pair(result)) }
            } else if variants.contains(result.variant) {
                kept.append(result)
            }
        }
        let leftOut = pairs.map { "\($0[0]) on \($0[1]): \(reasons[$0] ?? "")" }
        guard !kept.isEmpty else { return (self, leftOut) }

        var joined = self
        joined.models = Self.ordered(models, earlier.models, kept: Set(kept.map(\.model))) { $0.name }
        joined.tasks = Self.ordered(tasks, earlier.tasks, kept: Set(kept.map(\.task))) { $0.name }
        // A task that is told by both has the splits and files of both.
        for (place, task) in joined.tasks.enumerated() {
            guard let old = earlier.tasks.first(where: { $0.name == task.name }),
                kept.contains(where: { $0.task == task.name })
            else { continue }
            joined.tasks[place].splits += old.splits.filter { !task.splits.contains($0) }
            joined.tasks[place].data.merge(old.data) { new, _ in new }
        }
        let modelPlaces = Self.places(joined.models.map(\.name))
        let taskPlaces = Self.places(joined.tasks.map(\.name))
        joined.results = (results + kept).enumerated().sorted { one, other in
            let (a, b) = (one.element, other.element)
            let left = [modelPlaces[a.model] ?? 0, taskPlaces[a.task] ?? 0, one.offset]
            let right = [modelPlaces[b.model] ?? 0, taskPlaces[b.task] ?? 0, other.offset]
            return left.lexicographicallyPrecedes(right)
        }.map(\.element)
        joined.baselines = joinedBaselines(earlier, kept, taskPlaces)
        let files = Set(kept.map(\.predictions)).subtracting(timing.map(\.predictions))
        joined.timing = (timing + earlier.timing.filter { files.contains($0.predictions) }).sorted {
            $0.predictions < $1.predictions
        }
        return (joined, leftOut)
    }

    /// These baselines with those of earlier results that are kept, in the order of the tasks.
    private func joinedBaselines(
        _ earlier: EvaluationResults, _ kept: [SplitResult], _ places: [String: Int]
    ) -> [BaselineScores] {
        let own = baselines ?? []
        let old = (earlier.baselines ?? []).filter { one in
            kept.contains { $0.task == one.task && $0.split == one.split }
                && !own.contains { $0.task == one.task && $0.split == one.split }
        }
        return (own + old).enumerated().sorted { one, other in
            (places[one.element.task] ?? 0, one.offset) < (places[other.element.task] ?? 0, other.offset)
        }.map(\.element)
    }

    /// Why an earlier result does not belong beside these; nil where it does.
    private func flaw(
        _ result: SplitResult, _ model: ModelRecord?, _ task: TaskRecord?, _ others: [String]
    ) -> String? {
        guard let model, let task else { return "nothing is told of the model or the task" }
        let isTrainedHere = result.head?.path.hasPrefix("finetuned/") ?? false
        let deciding = others.filter { isTrainedHere || !Self.training.contains($0) }
        if !deciding.isEmpty { return "it had another \(deciding.joined(separator: ", "))" }
        if let now = models.first(where: { $0.name == model.name }), now.weights != model.weights {
            return "the weights of \(model.name) are others now"
        }
        guard let now = tasks.first(where: { $0.name == task.name }) else { return nil }
        if now.sha256 != task.sha256 { return "the file of \(task.name) is another now" }
        // The same split has the same files, wherever they lie.
        let (new, old) = (Set(now.data.values), Set(task.data.values))
        if Set(now.splits) == Set(task.splits), new != old { return "the data of \(task.name) are others now" }
        return nil
    }

    /// The keys under which two sets of settings give other values.
    private static func differences(_ old: JSONValue, _ new: JSONValue) -> [String] {
        guard case .object(let old) = old, case .object(let new) = new else { return old == new ? [] : ["form"] }
        return Set(old.keys).union(new.keys).subtracting(choices).sorted().filter {
            (old[$0] ?? .null) != (new[$0] ?? .null)
        }
    }

    /// The earlier ones that are still told, each as it is now, and then the new ones.
    private static func ordered<Item>(
        _ now: [Item], _ earlier: [Item], kept: Set<String>, _ name: (Item) -> String
    ) -> [Item] {
        let names = Set(now.map(name))
        let known = earlier.filter { names.contains(name($0)) || kept.contains(name($0)) }
        let first = known.map { old in now.first { name($0) == name(old) } ?? old }
        return first + now.filter { new in !known.contains { name($0) == name(new) } }
    }

    private static func places(_ names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    }
}
