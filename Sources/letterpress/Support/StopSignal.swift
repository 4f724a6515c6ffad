import Foundation
import Synchronization

/// SIGINT and SIGTERM as a wish to stop after the step that runs; the second of them ends the process at once.
enum StopSignal {
    private static let received = Atomic<Int32>(0)

    /// The signal that came, if one did.
    static var number: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Listens from now on.
    static func listen() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                // A handler may do no more than this.
                StopSignal.received.store(number, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
