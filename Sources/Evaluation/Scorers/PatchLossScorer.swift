import Patches
import Typesetting
import ZooKit

/// Answers with the loss of rendered texts: the errors of the patches that are predicted, by the kind of the model's patch head,
/// summed, and how many there are. The black patch at the end counts, as in training; the first one has nothing before it.
///
/// A text that fills more than the model's positions is several pictures, each predicted from its own beginning.
public final class PatchLossScorer: TaskScorer {
    private let renderer: PatchRenderer
    private let scorer: PatchScorer
    private let batch: Int

    /// A scorer for pictures, drawn as `scorers` says. Throws ``ScorerError``, what the renderer throws, and `TensorError` for
    /// windows that make no sense.
    public init(_ scorers: TaskScorers, _ task: TaskDefinition) throws {
        let config = scorers.model.base.config
        guard scorers.model.patchHead != nil, scorers.model.base.patches != nil else {
            throw ScorerError.model(task: task.name, kind: task.kind.name, lacks: "a head of patches")
        }
        guard let pictures = scorers.pictures, let fonts = pictures.fonts else {
            throw ScorerError.missing(task: task.name, what: "fonts", remedy: "name a font stack")
        }
        guard pictures.render.patchSize == config.patchSize else {
            throw ScorerError.option(
                name: "render.patch_size", got: "\(pictures.render.patchSize)",
                wanted: "\(config.patchSize), which the model reads")
        }
        var layout = pictures.layout
        (layout.layout, layout.maxPatches, layout.overflow, layout.stride) = (.single, config.positions, .split, nil)
        layout.channels = config.channels == 3 ? .rgb : .gray
        layout.textAMaxPatches = nil
        renderer = try PatchRenderer(
            typesetter: Typesetter(fonts: fonts, options: pictures.render), options: layout)
        scorer = try PatchScorer(
            scorers.model, windows: scorers.options.windows(positions: config.positions), in: scorers.workspace)
        batch = scorers.options.batch
    }

    /// As many as are computed at once elsewhere.
    public var window: Int { batch }

    /// The answers, of weight 0 for a text without a patch. Throws what the renderer throws, and `TensorError`.
    public func answers(to examples: [TaskExample]) throws -> [GivenAnswer] {
        try examples.map { example in
            var (sum, count) = (0.0, 0)
            _ = try renderer.render(.single(Array(example.textA.utf8))) { sequence in
                guard sequence.textPatchCount > 0 else { return }
                let losses = try scorer.score(sequence.pixels).losses.compactMap { $0 }
                sum += losses.reduce(0, +)
                count += losses.count
            }
            return .loss(sum: sum, weight: Double(count), isGreedy: false)
        }
    }
}
