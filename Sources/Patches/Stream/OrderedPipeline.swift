import Dispatch

/// Work shared out over threads, its results in the order of the inputs.
///
/// One source is read by one thread at a time; each worker thread owns what its factory built (a typesetter, say);
/// a worker may emit any number of outputs for an input. The consumer gets the outputs of input 0, then those of
/// input 1, and so on, whatever the number of threads. Memory is bounded twice: at most `inFlight` inputs are in flight,
/// and workers pause once the outputs that wait weigh more than `budget` (the oldest input in flight never has to).
///
/// With `workers: 0` everything runs on the caller's thread, without a queue in ``forEach(_:)``.
/// Dropping the pipeline, or ``cancel()``, stops the threads; a worker in the middle of an input stops at its next
/// emission. The class is not `Sendable`: one consumer at a time.
public final class OrderedPipeline<Input: Sendable, Output: Sendable> {
    /// Turns one input into outputs, handed one by one to the second argument. Throws what that throws.
    public typealias Worker = (_ input: Input, _ emit: (Output) throws -> Void) throws -> Void

    private let core: PipelineCore<Input, Output>
    private let threads = DispatchGroup()
    private let makeWorker: @Sendable () throws -> Worker
    private let isInline: Bool
    private var inlineWorker: Worker?
    private var inlineOutputs: [Output] = []
    private var inlineNext = 0

    /// Starts the workers.
    ///
    /// - Parameters:
    ///   - workers: background threads; 0 runs on the caller's thread.
    ///   - inFlight: inputs in flight at most; `nil` means four a worker.
    ///   - budget: how much output may wait for the consumer, in units of `weight`.
    ///   - weight: what an output weighs, for instance its bytes.
    ///   - source: the next input, or `nil` at the end; called by one thread at a time, on any thread.
    ///   - makeWorker: called once in each worker thread, before its first input.
    public init(
        workers: Int, inFlight: Int? = nil, budget: Int = 64 << 20, weight: @escaping @Sendable (Output) -> Int,
        source: sending @escaping () throws -> Input?, makeWorker: @escaping @Sendable () throws -> Worker
    ) {
        precondition(workers >= 0, "a pipeline cannot have \(workers) workers")
        let core = PipelineCore<Input, Output>(
            inFlight: max(inFlight ?? 4 * workers, workers, 1), budget: max(budget, 1), weight: weight, source: source)
        self.core = core
        self.makeWorker = makeWorker
        isInline = workers == 0
        for index in 0..<workers {
            threads.enter()
            startThread(name: "letterpress worker \(index)") { [threads] in
                core.work(makeWorker: makeWorker)
                threads.leave()
            }
        }
    }

    /// Waits for the threads: one that works while the process ends would find the libraries it calls closed. Not for long, because a
    /// source may wait for an input that never comes.
    deinit {
        core.cancel()
        _ = threads.wait(timeout: .now() + 2)
    }

    /// Stops the threads and drops what waits. ``next()`` then throws `CancellationError`.
    public func cancel() { core.cancel() }

    /// The next output in input order, or `nil` after the last. Waits for the workers.
    ///
    /// Throws the first error, in input order, of the source, the factory or a worker, and then the same at every call.
    /// Without workers all outputs of one input are held until they are taken; ``forEach(_:)`` holds none.
    public func next() throws -> Output? {
        guard isInline else { return try core.take() }
        while true {
            if inlineNext < inlineOutputs.count {
                defer { inlineNext += 1 }
                return inlineOutputs[inlineNext]
            }
            inlineOutputs.removeAll(keepingCapacity: true)
            inlineNext = 0
            var fresh: [Output] = []
            guard try runInline({ fresh.append($0) }) else { return nil }
            inlineOutputs = fresh
        }
    }

    /// Hands every remaining output to `body`, in input order. Throws as ``next()`` does, or what `body` throws.
    public func forEach(_ body: (Output) throws -> Void) throws {
        if isInline {
            while inlineNext < inlineOutputs.count {
                inlineNext += 1
                try body(inlineOutputs[inlineNext - 1])
            }
            while try runInline(body) {}
        } else {
            while let output = try core.take() { try body(output) }
        }
    }

    /// Runs one input on this thread. False at the end of the source.
    private func runInline(_ emit: (Output) throws -> Void) throws -> Bool {
        try core.throwIfStopped()
        do {
            let worker = try inlineWorker ?? makeWorker()
            inlineWorker = worker
            guard let input = try core.pull() else { return false }
            try worker(input) { output in
                try core.throwIfStopped()
                try emit(output)
            }
            return true
        } catch {
            core.stop(with: error)
            throw error
        }
    }
}
