public import Tensors

/// What a forward pass is run with: the tape, the mode, the random stream, knobs, and where side results go. A value: handing
/// it on with a change leaves the caller's own as it was; what is gathered is gathered in one place.
public struct ForwardContext {
    /// Records the operators.
    public let tape: Tape
    /// Whether dropout draws and routers train.
    public var isTraining: Bool
    /// The random stream of this pass: seed, step and micro-batch are already in it.
    public var key: RandomKey
    /// Adapters and knobs; a model sets its own.
    public var options = PassOptions()
    /// Functions that see tensors by the path of the place, for instance "model.layers.3.mlp.input".
    public var taps: [String: (Tensor) -> Void] = [:]
    /// Sees the tensors of all places, in the order in which they are computed.
    public var observer: ((String, Tensor) -> Void)?
    /// Whether blocks keep no activations and run again on the way back.
    public var recomputesBlocks = false
    /// Keys and values of earlier passes, which attention reads and adds to; nil for passes that stand alone.
    public var cache: KeyValueCache?
    /// What a pass with a cache is part of.
    public var phase = CachePhase.decode
    /// Where keys and values of the attention that runs now stand: blocks set the layer, a depth schedule the step.
    public var slot = CacheSlot(layer: 0)
    private let gathered: Gathered
    private let memory: Memory?
    /// Whether this is the second run of a recomputed block, or stands inside one.
    private let repeats: Bool

    /// Side results of one pass.
    private final class Gathered {
        var losses: [LossTerm] = []
        var metrics: [(name: String, value: Tensor)] = []
        var updates: [() throws(TensorError) -> Void] = []
        var tapped: Set<String> = []
    }

    /// What the first run of a recomputed block decided, for the second.
    private final class Memory {
        private var made: [String: [[Tensor]]] = [:]
        private var visits: [String: Int] = [:]
        /// Of recomputed blocks inside this one, in the order of their calls.
        private var inner: [Memory] = []
        private var calls = 0

        func begin() {
            calls = 0
            visits = [:]
        }

        /// What was made at this visit of a place in the first run; nil in the first run itself.
        func recall(_ place: String) -> [Tensor]? {
            let visit = visits[place, default: 0]
            guard let known = made[place], visit < known.count else { return nil }
            visits[place] = visit + 1
            return known[visit]
        }

        func keep(_ tensors: [Tensor], at place: String) {
            made[place, default: []].append(tensors)
            visits[place, default: 0] += 1
        }

        func next() -> Memory {
            if calls == inner.count { inner.append(Memory()) }
            calls += 1
            return inner[calls - 1]
        }
    }

    /// A pass on `tape`.
    public init(tape: Tape, isTraining: Bool = false, key: RandomKey = RandomKey(seed: 0)) {
        self.tape = tape
        self.isTraining = isTraining
        self.key = key
        gathered = Gathered()
        memory = nil
        repeats = tape.mode == .replay
    }

    /// All that a pass is run with but the tape: what a recomputed block may hold on to, since the tape holds the block.
    private struct Settings {
        let isTraining: Bool
        let key: RandomKey
        let options: PassOptions
        let taps: [String: (Tensor) -> Void]
        let observer: ((String, Tensor) -> Void)?
        let recomputesBlocks: Bool
        let cache: KeyValueCache?
        let phase: CachePhase
        let slot: CacheSlot
        let repeats: Bool
    }

    private var settings: Settings {
        Settings(
            isTraining: isTraining, key: key, options: options, taps: taps,
            observer: observer, recomputesBlocks: recomputesBlocks, cache: cache, phase: phase, slot: slot,
            repeats: repeats)
    }

    private init(_ settings: Settings, tape: Tape, gathered: Gathered, memory: Memory?) {
        self.tape = tape
        isTraining = settings.isTraining
        key = settings.key
        options = settings.options
        taps = settings.taps
        observer = settings.observer
        recomputesBlocks = settings.recomputesBlocks
        cache = settings.cache
        phase = settings.phase
        slot = settings.slot
        self.gathered = gathered
        self.memory = memory
        repeats = settings.repeats || tape.mode == .replay
    }

    // MARK: Side results

    /// Loss terms that parts added, in order.
    public var losses: [LossTerm] { gathered.losses }
    /// Named numbers that parts reported, in order; read them after the step.
    public var metrics: [(name: String, value: Tensor)] { gathered.metrics }

    /// Adds a term to the loss of this pass.
    public func add(_ term: LossTerm) { gathered.losses.append(term) }

    /// Reports a number; not the second time a recomputed block runs.
    public func report(_ name: String, _ value: Tensor) {
        if !repeats { gathered.metrics.append((name, value.detached)) }
    }

    /// Asks for a change of a buffer after the pass (a running mean); once, however often the block runs.
    public func afterwards(_ update: @escaping () throws(TensorError) -> Void) {
        if !repeats { gathered.updates.append(update) }
    }

    /// Makes the changes that parts asked for.
    public func runUpdates() throws(TensorError) {
        for update in gathered.updates { try update() }
        gathered.updates = []
    }

    /// Shows a tensor to the tap at `path`, if there is one, without its gradient; not the second time a recomputed block runs.
    public func tap(_ path: @autoclosure () -> String, _ tensor: Tensor) {
        guard !taps.isEmpty || observer != nil, !repeats else { return }
        let path = path()
        observer?(path, tensor.detached)
        guard let tap = taps[path] else { return }
        gathered.tapped.insert(path)
        tap(tensor.detached)
    }

    /// Taps that no place has spoken to: after a pass, paths that the model does not have.
    public var silentTaps: [String] { taps.keys.filter { !gathered.tapped.contains($0) }.sorted() }

    /// What `make` gives, without gradient, made once for each visit of a place: the second run of a recomputed block gets the
    /// tensors of the first, in the order of its visits.
    public func once(_ place: String, _ make: () throws(TensorError) -> [Tensor]) throws(TensorError) -> [Tensor] {
        guard let memory else { return try make().map(\.detached) }
        if repeats, let known = memory.recall(place) { return known }
        let made = try make().map(\.detached)
        memory.keep(made, at: place)
        return made
    }

    /// Runs `body` so that it keeps nothing but inputs and outputs until the way back. Loss terms that it adds become outputs.
    public func recomputing(
        _ inputs: [Tensor],
        _ body: @escaping (ForwardContext, [Tensor]) throws(TensorError) -> [Tensor]
    ) throws(TensorError) -> [Tensor] {
        let memory = self.memory?.next() ?? Memory()
        let first = Gathered()
        let settings = settings
        var count = 0
        let results = try tape.recomputing(inputs) { tape, inputs throws(TensorError) in
            memory.begin()
            let gathered = tape.mode == .replay ? Gathered() : first
            let inner = ForwardContext(settings, tape: tape, gathered: gathered, memory: memory)
            let outputs = try body(inner, inputs)
            count = outputs.count
            return outputs + gathered.losses.map(\.sum)
        }
        for (term, sum) in zip(first.losses, results[count...]) {
            let name = term.name
            add(LossTerm(name, sum: sum, weight: term.weight, coefficient: term.coefficient, scope: term.scope))
        }
        gathered.metrics += first.metrics
        gathered.updates += first.updates
        gathered.tapped.formUnion(first.tapped)
        return Array(results[..<count])
    }
}
