import Dispatch
import Foundation
import Synchronization

/// What the threads of an ``OrderedPipeline`` share. It outlives the pipeline until the last worker has noticed.
///
/// Every input gets a ticket, in the order in which the source yields them; the consumer empties the slot of ticket
/// `head` and moves on. All mutable state sits behind the two mutexes; semaphores only put threads to sleep.
final class PipelineCore<Input: Sendable, Output: Sendable>: Sendable {
    private struct Source {
        var pull: (() throws -> Input?)?
    }

    private struct Slot {
        var outputs: [(value: Output, weight: Int)] = []
        var taken = 0
        var isDone = false
        var error: (any Error)?
        var isEmpty: Bool { taken == outputs.count }
    }

    private struct State {
        var slots: [Int: Slot] = [:]
        var head = 0
        var ticket = 0
        var end: Int?
        var waiting = 0
        var isConsumerAsleep = false
        var sleepers: [DispatchSemaphore] = []
        var stopped: (any Error)?
    }

    private enum Step {
        case output(Output)
        case finished
        case failed(any Error)
        case advance
        case sleep
    }

    private let source: Mutex<Source>
    private let state = Mutex(State())
    /// Counts inputs that may still be taken from the source.
    private let room = DispatchSemaphore(value: 0)
    /// Wakes the consumer, once for each time it went to sleep.
    private let ready = DispatchSemaphore(value: 0)
    private let budget: Int
    private let weight: @Sendable (Output) -> Int

    init(
        inFlight: Int, budget: Int, weight: @escaping @Sendable (Output) -> Int,
        source: sending @escaping () throws -> Input?
    ) {
        self.budget = budget
        self.weight = weight
        self.source = Mutex(Source(pull: source))
        // A semaphore that dies below its first value traps, so it starts at 0.
        for _ in 0..<inFlight { room.signal() }
    }

    // MARK: Both sides

    /// The next input on the caller's thread. `nil` at the end, for good.
    func pull() throws -> Input? {
        try source.withLock { source in
            guard let input = try source.pull?() else {
                source.pull = nil
                return nil
            }
            return input
        }
    }

    func throwIfStopped() throws {
        if let error = state.withLock({ $0.stopped }) { throw error }
    }

    func cancel() { stop(with: CancellationError()) }

    func stop(with error: any Error) {
        let (sleepers, wake, dropped) = state.withLock { state in
            if state.stopped == nil { state.stopped = error }
            defer {
                state.sleepers = []
                state.slots = [:]
            }
            return (state.sleepers, Self.wakesConsumer(&state), state.slots)
        }
        for sleeper in sleepers { sleeper.signal() }
        if wake { ready.signal() }
        room.signal()  // each worker that wakes passes it on
        withExtendedLifetime(dropped) {}
    }

    // MARK: Consumer

    func take() throws -> Output? {
        while true {
            var sleepers: [DispatchSemaphore] = []
            let step: Step = state.withLock { state in
                let step = Self.step(&state)
                switch step {
                case .output, .advance:
                    sleepers = state.sleepers
                    state.sleepers = []
                case .sleep: state.isConsumerAsleep = true
                case .finished, .failed: break
                }
                return step
            }
            for sleeper in sleepers { sleeper.signal() }
            switch step {
            case .output(let output): return output
            case .finished: return nil
            case .advance: room.signal()
            case .sleep: ready.wait()
            case .failed(let error):
                stop(with: error)
                throw error
            }
        }
    }

    private static func step(_ state: inout State) -> Step {
        if let error = state.stopped { return .failed(error) }
        if let end = state.end, state.head >= end { return .finished }
        guard let slot = state.slots[state.head] else { return .sleep }
        if !slot.isEmpty {
            let (value, weight) = slot.outputs[slot.taken]
            state.waiting -= weight
            if slot.taken + 1 == slot.outputs.count {
                state.slots[state.head]?.outputs = []
                state.slots[state.head]?.taken = 0
            } else {
                state.slots[state.head]?.taken += 1
            }
            return .output(value)
        }
        guard slot.isDone else { return .sleep }
        if let error = slot.error { return .failed(error) }
        state.slots[state.head] = nil
        state.head += 1
        return .advance
    }

    // MARK: Workers

    /// The life of one worker thread.
    func work(makeWorker: () throws -> OrderedPipeline<Input, Output>.Worker) {
        let bell = DispatchSemaphore(value: 0)
        var worker: OrderedPipeline<Input, Output>.Worker?
        while let (ticket, pulled) = claim() {
            do {
                let ready = try worker ?? makeWorker()
                worker = ready
                try ready(pulled.get()) { output in try emit(output, ticket: ticket, bell: bell) }
                finish(ticket, error: nil)
            } catch {
                finish(ticket, error: error)
            }
        }
    }

    /// The next ticket with its input, or with the source's error. `nil` when there is nothing left to do.
    private func claim() -> (Int, Result<Input, any Error>)? {
        room.wait()
        let claimed: (Int, Result<Input, any Error>)? = source.withLock { source in
            guard state.withLock({ $0.stopped == nil }), let pull = source.pull else { return nil }
            let result = Result { try pull() }
            var isLast = false
            var input: Result<Input, any Error>?
            switch result {
            case .success(nil): isLast = true
            case .success(let value?): input = .success(value)
            case .failure(let error):
                isLast = true
                input = .failure(error)
            }
            if isLast { source.pull = nil }
            let ticket = open(hasInput: input != nil, isLast: isLast)
            return input.map { (ticket, $0) }
        }
        if claimed == nil { room.signal() }  // let the next worker see the end, too
        return claimed
    }

    private func open(hasInput: Bool, isLast: Bool) -> Int {
        let (ticket, wake) = state.withLock { state in
            let ticket = state.ticket
            if hasInput {
                state.ticket += 1
                state.slots[ticket] = Slot()
            }
            if isLast { state.end = state.ticket }
            return (ticket, isLast && Self.wakesConsumer(&state))
        }
        if wake { ready.signal() }
        return ticket
    }

    private func emit(_ output: Output, ticket: Int, bell: DispatchSemaphore) throws {
        let weight = weight(output)
        while true {
            let (accepted, wake, error): (Bool, Bool, (any Error)?) = state.withLock { state in
                if let error = state.stopped { return (false, false, error) }
                let isHeadAndDry = ticket == state.head && state.slots[ticket]?.isEmpty != false
                guard state.waiting + weight <= budget || isHeadAndDry else {
                    state.sleepers.append(bell)
                    return (false, false, nil)
                }
                state.slots[ticket]?.outputs.append((output, weight))
                state.waiting += weight
                return (true, ticket == state.head && Self.wakesConsumer(&state), nil)
            }
            if let error { throw error }
            if wake { ready.signal() }
            if accepted { return }
            bell.wait()
        }
    }

    private func finish(_ ticket: Int, error: (any Error)?) {
        let wake = state.withLock { state in
            state.slots[ticket]?.isDone = true
            state.slots[ticket]?.error = error
            return ticket == state.head && Self.wakesConsumer(&state)
        }
        if wake { ready.signal() }
    }

    private static func wakesConsumer(_ state: inout State) -> Bool {
        defer { state.isConsumerAsleep = false }
        return state.isConsumerAsleep
    }
}

/// Runs `body` on a thread of its own.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.name = name
    thread.start()
}
