public import Foundations
import Tensors
public import ZooKit

/// The events of fine-tunings, in order.
public enum FinetuneEvent {
    /// A run of a grid was finished before.
    case found(label: String)
    /// Before the first event of a run; of several `label` is which.
    case began(FinetuneRun, title: String, label: String?)
    /// An event of the run.
    case run(RunEvent)
    /// A run ended, or was stopped and can be resumed; its result on rank 0.
    case ended(RunOutcome, FinetuneResult?)
}

/// Fine-tunings of a model on a task: one, or a grid of them.
public struct Finetuning {
    /// Their shared inputs.
    public let material: FinetuneMaterial
    let catalogue: MethodCatalogue
    private let threads: Int
    let communicator: any Communicator
    private let shouldStop: () -> Bool
    let onEvent: (FinetuneEvent) throws -> Void
    let sections: (FinetuneSettings, _ isGrid: Bool) throws -> [String: JSONValue]

    /// Fine-tunings on a material.
    ///
    /// - Parameters:
    ///   - material: what they read.
    ///   - catalogue: the methods whose adaptations settings may name.
    ///   - threads: threads of kernels.
    ///   - communicator: the processes that train one run together.
    ///   - shouldStop: true once the user wants to stop.
    ///   - onEvent: hears what happens, on every rank.
    ///   - sections: what `run.json` holds, by section, for a run of such settings or for a grid over them.
    public init(
        _ material: FinetuneMaterial, _ catalogue: MethodCatalogue, threads: Int,
        communicator: any Communicator = SoleProcess(), shouldStop: @escaping () -> Bool = { false },
        onEvent: @escaping (FinetuneEvent) throws -> Void = { _ in },
        sections: @escaping (FinetuneSettings, _ isGrid: Bool) throws -> [String: JSONValue]
    ) {
        (self.material, self.catalogue, self.threads, self.communicator) = (material, catalogue, threads, communicator)
        (self.shouldStop, self.onEvent, self.sections) = (shouldStop, onEvent, sections)
    }

    /// A run in a folder, to its end or until it is stopped, with its records on rank 0; the result on every rank, nil where it was
    /// stopped. Throws as `TrainingRun` does.
    public func run(
        _ settings: FinetuneSettings, in folder: String, resumes: Bool, label: String? = nil
    ) throws -> FinetuneResult? {
        let workspace = try workspace(settings)
        let run = try FinetuneRun(
            settings, material.parts(settings, catalogue, workspace), folder: folder, resumes: resumes,
            communicator: communicator, workspace: workspace
        ) { try sections($0.settings, false) }
        let title = "Fine-tuning of \(material.model.path) on \(material.task.name)"
        try onEvent(.began(run, title: title, label: label))
        let facts =
            [("Model", material.model.path)]
            + run.plan.facts(settings.optimiser, seed: settings.seed, threads: threads, workspace)
        let outcome = try run.run(
            recordedAs: title, facts: facts, isFirst: communicator.rank == 0, shouldStop: shouldStop
        ) { recorder in
            guard let result = try FinetuneResult.read(folder) else { return }
            var simple = RunBaselines()
            simple.metrics = result.baselines?.reduce(into: [:]) { found, one in
                for (metric, value) in one.metrics { found[metric, default: [:]][one.name] = value }
            }
            try recorder.record(simple)
            if let warning = result.warning(labels: material.task.labels) { recorder.note("Warning: \(warning).") }
        } onEvent: {
            try onEvent(.run($0))
        }
        let result = outcome.isComplete ? try FinetuneResult.read(folder, communicator) : nil
        try onEvent(.ended(outcome, result))
        return result
    }

    /// Kernels and memory of a run.
    func workspace(_ settings: FinetuneSettings) throws -> Workspace {
        try Workspace(kernels: CPUKernels(threads: threads), precision: settings.optimiser.computing)
    }
}
