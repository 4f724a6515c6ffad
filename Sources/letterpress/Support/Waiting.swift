import Foundation
import Synchronization
import ZooKit

/// Tells what a command waits for when nothing has been said for two seconds: on a terminal with the seconds so far, elsewhere once.
enum Waiting {
    private struct State {
        var what: String?
        var since = ContinuousClock.now
        var isTold = false
        var isWatched = false
        var isBeforeFirstStep = false
        var report: ReportFlags?
    }

    private static let state = Mutex(State())

    /// Runs `body`, for which the user waits for `what`: "reading the model".
    static func on<Result>(_ what: String, _ report: ReportFlags, _ body: () throws -> Result) rethrows -> Result {
        begin(what, report)
        defer { end() }
        return try body()
    }

    /// From now on the user waits for `what`.
    static func begin(_ what: String, _ report: ReportFlags) {
        end()
        let starts = state.withLock { state in
            (state.what, state.since, state.report, state.isTold) = (what, .now, report, false)
            defer { state.isWatched = true }
            return !state.isWatched
        }
        if starts { Thread.detachNewThread(watch) }
    }

    /// The wait is over.
    static func end() {
        state.withLock { state in
            if state.isTold, state.report?.showsProgress == true { Console.progress(nil) }
            (state.what, state.isTold) = (nil, false)
        }
    }

    /// Follows a training: until its first step has been made the user waits for it.
    static func follow(_ event: RunEvent, _ report: ReportFlags) {
        switch event {
        case .started(let plan) where plan.firstStep < plan.steps:
            state.withLock { $0.isBeforeFirstStep = true }
        case .stepped: state.withLock { $0.isBeforeFirstStep = false }
        default: break
        }
        if state.withLock({ $0.isBeforeFirstStep }) { begin("the first step", report) } else { end() }
    }

    private static func watch() {
        while true {
            usleep(250_000)
            state.withLock { state in
                guard let what = state.what, let report = state.report else { return }
                let seconds = Int(state.since.duration(to: .now) / .seconds(1))
                guard seconds >= 2 else { return }
                if report.showsProgress {
                    Console.progress("\(what): \(seconds) s")
                } else if !state.isTold {
                    report.note("\(what) …")
                }
                state.isTold = true
            }
        }
    }
}
