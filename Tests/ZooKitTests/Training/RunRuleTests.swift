import Foundations
import Layers
import Tensors
import TestSupport
import Testing

@testable import ZooKit

/// Rules of every run that a program need not know: what is best, what differs, what a checkpoint holds.
@Suite struct RunRuleTests {
    /// A program that trains nothing and evaluates to given losses.
    private final class Fixed: TrainingProgram {
        static let kind = "fixed"
        static let section = "fixed"
        let model: LanguageModel
        let adaptation: Adaptation
        let identity: JSONValue
        let losses: [Double]
        let cadence: RunCadence
        let workspace: Workspace
        var count = StepCount()
        var kept: [Int] = []
        var restored: [String] = []

        init(
            steps: Int, losses: [Double] = [], number: JSONValue = .integer(1), keepsLast: Bool = true,
            _ workspace: Workspace
        ) throws {
            self.workspace = workspace
            model = try LanguageModel(Small.config(.llama), seed: 4, workspace: workspace)
            adaptation = Adaptation("fixed", config: .object(["ratio": number])) { _ in [] }
            identity = .object(["scale": .array([number, .string("a")])])
            self.losses = losses
            var cadence = RunCadence(steps: steps)
            (cadence.evalEvery, cadence.keepsLast) = (losses.isEmpty ? 0 : 1, keepsLast)
            self.cadence = cadence
        }

        var units: [OptimisationUnit] { [] }
        func settingsRecord() throws -> JSONValue { .object([:]) }
        func differences(from saved: JSONValue, source: String) throws -> [String] { [] }
        func plan() throws -> RunPlan {
            RunPlan(Self.kind, model, rows: 1, microBatchRows: 1, length: 1, recompute: false, workspace)
        }
        func plannedEvents(steps: Int) throws -> [(step: Int, hook: String)] { [] }
        func step() throws -> StepRecord {
            count.step += 1
            return StepRecord(
                step: count.step, loss: 1, terms: [:], kinds: [:], rows: 1, computedRows: 1, seconds: 0, dataSeconds: 0)
        }
        func evaluate(_ progress: (Int, Int) throws -> Void) throws -> EvaluationRecord? {
            EvaluationRecord(step: count.step, loss: losses[count.step - 1])
        }
        /// As a program that compares a metric: the first one is the best.
        func isBetter(_ record: EvaluationRecord, than best: EvaluationRecord?) -> Bool {
            best.map { record.loss < $0.loss } ?? true
        }
        func keep(_ record: EvaluationRecord, in folder: String) throws { kept.append(record.step) }
        func progress() throws -> JSONValue { .null }
        func checkpointModel() throws -> Checkpoint.Model {
            try ModelFolder.checkpoint(model, kind: ModelKind(rawValue: Self.kind), workspace: workspace)
        }
        func components() throws -> [String: Checkpoint.Model] { ["teacher": try checkpointModel()] }
        func states(in workspace: Workspace) throws -> [String: Checkpoint.State] {
            ["own": .init(values: .object(["step": .integer(count.step)]))]
        }
        func restore(_ folder: CheckpointFolder) throws {
            let values = try folder.state("own").values
            restored = try folder.componentNames() + [String(decoding: values.encoded(), as: UTF8.self)]
        }
    }

    private let folder: TemporaryFolder
    private let workspace: Workspace

    init() throws {
        folder = try TemporaryFolder()
        workspace = try KernelChoice.single.workspace()
    }

    @Test func aLossThatIsNotFiniteIsNeverTheBest() throws {
        let run = try TrainingRun(in: folder.file("run"), resumes: false, workspace: workspace) { _ in
            try Fixed(steps: 4, losses: [.nan, 3, .infinity, 2], keepsLast: false, workspace)
        }
        var isBest: [Bool] = []
        _ = try run.run { event in
            if case .evaluated(let record) = event { isBest.append(record.isBest) }
        }
        #expect(isBest == [false, true, false, true] && run.program.kept == [2, 4])
    }

    /// A resumed run knows the best evaluation and the last one of before.
    @Test func aResumedRunKnowsItsBest() throws {
        func run(resumes: Bool) throws -> TrainingRun<Fixed> {
            try TrainingRun(in: folder.file("run"), resumes: resumes, workspace: workspace) { _ in
                try Fixed(steps: 5, losses: [3, 1, 2, 1.5, 4], workspace)
            }
        }
        func begin() throws {
            let first = try run(resumes: false)
            #expect(first.plan.best == nil && first.plan.evaluated == nil)
            _ = try first.run(shouldStop: { first.program.count.step == 3 }) { _ in }
        }
        try begin()
        let second = try run(resumes: true)
        #expect(second.plan.best?.step == 2 && second.plan.best?.loss == 1 && second.plan.evaluated?.step == 3)
        #expect(try second.plan.flat()["best"]?["step"] == .integer(2))
        var isBest: [Bool] = []
        _ = try second.run { event in
            if case .evaluated(let record) = event { isBest.append(record.isBest) }
        }
        #expect(isBest == [false, false])
    }

    /// 1.0 is saved as 1 and read as an integer.
    @Test func numbersAreComparedAsTheyAreSaved() throws {
        func steps(_ number: JSONValue, resumes: Bool = true) throws -> Int {
            let run = try TrainingRun(in: folder.file("run"), resumes: resumes, workspace: workspace) { _ in
                try Fixed(steps: 4, number: number, workspace)
            }
            if !resumes { _ = try run.run(shouldStop: { run.program.count.step == 1 }) { _ in } }
            return run.program.count.step
        }
        #expect(try steps(.number(1), resumes: false) == 1)
        #expect(throws: PretrainingError.self) { try steps(.number(1.5)) }
        #expect(try steps(.integer(1)) == 1 && steps(.number(1)) == 1)
    }

    @Test func aProgramKeepsModelsAndStatesOfItsOwn() throws {
        func restored(resumes: Bool) throws -> [String] {
            let run = try TrainingRun(in: folder.file("run"), resumes: resumes, workspace: workspace) { _ in
                try Fixed(steps: 4, workspace)
            }
            if !resumes { _ = try run.run(shouldStop: { run.program.count.step == 3 }) { _ in } }
            return run.program.restored
        }
        #expect(try restored(resumes: false) == [])
        #expect(try restored(resumes: true) == ["teacher", #"{"step":3}"#])
    }

    /// Operations below the lowest trained part are those of the forward pass.
    @Test func nothingGoesBackBelowTheLowestTrainedPart() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 4, workspace: workspace)
        func operations(_ isTrained: (String) -> Bool) -> Double {
            for parameter in model.parameters { parameter.isTrainable = isTrained(parameter.path) }
            return RunPlan("x", model, rows: 1, microBatchRows: 1, length: 8, recompute: false, workspace)
                .operationsPerStep
        }
        let head = 2.0 * 13 * 16
        // The head has its forward pass and the gradient of its matrix.
        let forward = operations { $0 == "lm_head.weight" } - head
        let all = operations { _ in true }
        let layer = (forward - head) / 2
        #expect(all == 3 * forward)
        #expect(operations { $0.contains("layers.1") || $0 == "lm_head.weight" } == layer + 3 * layer + 3 * head)
        // Products of frozen matrices above it give their inputs' gradients alone.
        let upper = operations { $0 == "model.layers.1.self_attn.q_proj.weight" || $0 == "lm_head.weight" }
        #expect(upper > layer + 2 * layer + 3 * head && upper < layer + 3 * layer + 3 * head)
    }

    /// A full sequence costs the most that the plan knows; documents packed into it see less, and padding is not attended to.
    @Test func operationsFollowWhatRowsHold() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 4, workspace: workspace)
        let cost = TrainingCost(model)
        func input(_ ids: [[Int32]], _ segments: [[Int32]]? = nil) throws -> ModelInput {
            try ModelInput.text(ids, vocabulary: 13, segments: segments, workspace: workspace)
        }
        let whole = try input([[1, 2, 3, 4, 5, 6, 7, 8]])
        #expect(cost.operations(of: whole) == cost.most(rows: 8, length: 8))
        let packed = try input([[1, 2, 3, 4, 5, 6, 7, 8]], [[0, 0, 0, 0, 1, 1, 1, 1]])
        #expect(cost.operations(of: packed) == cost.most(rows: 8, length: 4))
        let padded = try input([[1, 2, 3, 4, 5, 6, 7, 8], [1, 2]])
        #expect(padded.attendedRows == 64 + 4 && padded.rows.count == 16)
        #expect(cost.operations(of: padded) < 2 * cost.most(rows: 8, length: 8))
        #expect(cost.operations(of: padded) > cost.most(rows: 10, length: 6))
        // What only some rows have costs these alone.
        #expect(cost.operations(of: whole, scoredRows: 1) == cost.operations(of: whole))
        let classifier = TrainingCost(
            try LanguageModel(Small.config(.llama), heads: .init(labels: 3), seed: 4, workspace: workspace))
        let head = classifier.operations(of: whole, scoredRows: 2) - classifier.operations(of: whole, scoredRows: 1)
        #expect(head == 3 * 2 * 3 * 16)
    }

    /// A cache drops what the model's options say, unless it is given a policy of its own.
    @Test func aCacheHasTheModelsPolicy() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 4, workspace: workspace)
        #expect(try model.cache(sequences: 1, in: workspace).policy is FullCachePolicy)
        model.options.cachePolicy = try SlidingWindowPolicy(sinks: 1, window: 3)
        #expect(try model.cache(sequences: 1, in: workspace).policy is SlidingWindowPolicy)
        #expect(
            try model.cache(sequences: 1, policy: FullCachePolicy(), in: workspace).policy is FullCachePolicy)
    }
}
