import Foundations
import Tensors
import ZooKit

extension EvaluationRun {
    /// Where tensors live.
    func workspace() throws -> Workspace {
        try Workspace(
            kernels: CPUKernels(threads: resources.threads), precision: settings.precision == "bf16" ? .bf16 : .fp32)
    }

    /// How a model reads texts, by its own folder unless settings say otherwise; `stack` draws in place of its fonts.
    func reading(
        _ folder: ModelFolder, _ kind: ExampleKind, mayLackWords: Bool = false, stack: String? = nil
    ) throws -> ModelReading {
        try ModelReading(folder, kind, tokenizer: settings.tokenizer, mayLackWords: mayLackWords) {
            try resources.drawing(folder.drawing(), transfer: stack)
        }
    }
}

extension ModelRunner {
    /// Hashes of the tokenizer and of how pictures are drawn, fonts included, for a model's folder.
    func readingIdentity(_ folder: ModelFolder, _ modality: ExampleKind?) throws -> [String: String] {
        let kind = modality ?? Self.kind(folder)
        if let known = readings["\(folder.path) \(kind.rawValue)"] { return known }
        let reading = try run.reading(folder, kind, mayLackWords: true)
        var identity: [String: String] = [:]
        for (name, value) in reading.identity { identity["the \(name)"] = SHA256Digest.of(value.encoded()).hex }
        readings["\(folder.path) \(kind.rawValue)"] = identity
        return identity
    }

    /// The inputs of a model's own heads.
    private static func kind(_ folder: ModelFolder) -> ExampleKind {
        folder.heads.patch ? folder.heads.token ? .pair : .image : .text
    }

    /// The factory of scorers for tasks without a head; the model is read once.
    func taskScorers() throws -> TaskScorers {
        if let scorers { return scorers }
        let workspace = try run.workspace()
        let loaded = try ModelFolder.load(folder, workspace: workspace).model
        let kind = Self.kind(folder)
        // A task that needs a tokenizer says so itself.
        let reading = try run.reading(folder, kind, mayLackWords: true)
        var options = ScorerOptions()
        (options.batch, options.window, options.stride) = (
            run.settings.batch, run.settings.window, run.settings.stride
        )
        (options.embedding.pool, options.embedding.layer) = (run.settings.embedPool, run.settings.embedLayer)
        options.allowsScripts = run.settings.allowScripts
        let made = TaskScorers(
            loaded, of: folder, tokenizer: reading.tokenizer, pictures: kind == .text ? nil : reading.options,
            options: options, workspace: workspace)
        scorers = made
        return made
    }
}
