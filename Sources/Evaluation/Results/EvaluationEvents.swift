import Foundations
import ZooKit

/// Scores as TensorBoard shows them: `tensorboard/` in the folder of an evaluation, a run for each model and seed.
///
/// A score of the examples as they are stands at the steps of the head that answered, 0 without one: `TASK/SPLIT/METRIC`, of a language
/// `TASK/SPLIT.LANGUAGE/METRIC`. Under noise the step is the rate in thousandths: `TASK/SPLIT/METRIC under NOISE`.
struct EvaluationEvents {
    let results: EvaluationResults

    /// Writes a file for each model and seed, in place of those of before. Throws `FileError`.
    func write(in folder: String) throws {
        var places: [String] = []
        var points: [String: [Int: [(tag: String, value: Double)]]] = [:]
        for result in results.results where result.skipped == nil {
            let place = result.model + (result.seed.map { "/seed-\($0)" } ?? "")
            if points[place] == nil { places.append(place) }
            for (step, ending) in marks(result) {
                let own = result.metrics.sorted { $0.key < $1.key }.compactMap { name, score in
                    score.value.map { (tag: tag(result, name) + ending, value: $0) }
                }
                points[place, default: [:]][step, default: []] += own
            }
        }
        for place in places {
            let file = try EventFiles("\(folder)/\(EventFiles.folderName)/\(place)", resumesAfter: nil)
            for (step, scalars) in (points[place] ?? [:]).sorted(by: { $0.key < $1.key }) {
                try file.add(scalars: scalars, step: step)
            }
        }
    }

    private func tag(_ result: SplitResult, _ metric: String) -> String {
        "\(result.task)/\(result.split)\(result.language.map { ".\($0)" } ?? "")/\(metric)"
    }

    /// The steps at which a result stands, each with the end of its tags.
    private func marks(_ result: SplitResult) -> [(Int, String)] {
        if let noise = result.noise { return [(thousandths(noise.rate), " under \(noise.kind.rawValue)")] }
        if let stack = result.fonts?.stack { return [(0, " with fonts \(stack)")] }
        let kinds = NoiseKind.allCases.filter { kind in
            results.results.contains { $0.model == result.model && $0.task == result.task && $0.noise?.kind == kind }
        }
        // Noise of rate 0 is none.
        return [(result.head?.step ?? 0, "")] + kinds.map { (0, " under \($0.rawValue)") }
    }

    private func thousandths(_ rate: Double) -> Int { Int(saturating: (1000 * rate).rounded()) }
}
