import Foundations
import Layers
public import Tensors

extension TrainingRun {
    /// Runs to the end or until `shouldStop` is true, and writes `metrics.jsonl`, TensorBoard's events and `report.html` with
    /// ``RunRecorder``, on rank 0 alone.
    ///
    /// - Parameters:
    ///   - title: the title of the report.
    ///   - facts: names and values of model, data and settings for it.
    ///   - isFirst: true on rank 0.
    ///   - shouldStop: asked after each step.
    ///   - whenComplete: runs on rank 0 before the report is written for the last time.
    ///   - onEvent: hears what happens, on every rank.
    ///
    /// Throws as ``run(shouldStop:_:)``, and what records throw; the report then tells of the failure.
    public func run(
        recordedAs title: String, facts: [(name: String, value: String)], isFirst: Bool = true,
        shouldStop: () -> Bool = { false }, whenComplete: (RunRecorder) throws -> Void = { _ in },
        onEvent: (RunEvent) throws -> Void
    ) throws -> RunOutcome {
        let recorder =
            try isFirst
            ? RunRecorder(self, title: title, facts: facts) : nil
        let outcome: RunOutcome
        do {
            outcome = try run(shouldStop: shouldStop) { event in
                try onEvent(event)
                try recorder?.record(event, program)
            }
            if let recorder, outcome.isComplete { try whenComplete(recorder) }
        } catch {
            // The error that ended the run is thrown; that the report could not be written as well is not.
            try? recorder?.fail("\(error)")
            throw error
        }
        try recorder?.finish(outcome)
        return outcome
    }
}

extension RunPlan {
    /// Facts of a report: how parameters are stepped, and what computes.
    public func facts(
        _ optimiser: OptimiserSettings, seed: Int, threads: Int, _ workspace: Workspace
    ) -> [(name: String, value: String)] {
        [
            ("Method", optimiser.method),
            ("Learning rate", "\(optimiser.learningRate), \(optimiser.schedule.rawValue), warm-up \(optimiser.warmUp)"),
            ("Seed", "\(seed)"),
            ("Computed in", "\(optimiser.precision), \(ranks) x \(counted(threads, "thread"))"),
            ("Kernels", workspace.kernels.name),
        ]
    }
}
