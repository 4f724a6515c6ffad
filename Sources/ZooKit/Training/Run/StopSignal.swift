import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGHUP as a wish to stop after the step that runs; a second SIGINT or SIGTERM ends the process at once.
///
/// A terminal that is closed sends SIGHUP more than once: it ends no process before its checkpoint. Where SIGHUP was ignored from
/// the beginning, as below nohup, it stays ignored.
public enum StopSignal {
    private static let received = Atomic<Int32>(0)

    /// The signal that came, if one did.
    public static var number: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Listens from now on, also where the parent process blocked these signals. To be called on the main thread.
    ///
    /// The handler gets a stack of its own: oneDNN's products use the stack pointer as an address into other memory, below which
    /// the system would else put what the handler returns to.
    public static func listen() {
        // What Swift sets up at a first use must not be set up inside a handler.
        received.store(0, ordering: .relaxed)
        let bytes = 1 << 16
        var stack = unsafe stack_t(
            ss_sp: UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64), ss_flags: 0, ss_size: bytes)
        unsafe sigaltstack(&stack, nil)
        var action = sigaction()
        action.sa_flags = SA_ONSTACK | SA_RESTART
        unsafe action.__sigaction_handler.sa_handler = { number in
            // A handler may do no more than this.
            StopSignal.received.store(number, ordering: .relaxed)
            if number != SIGHUP { signal(number, SIG_DFL) }
        }
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var before = sigaction()
            if number == SIGHUP, unsafe sigaction(number, nil, &before) == 0, isIgnored(before) { continue }
            unsafe sigaction(number, &action, nil)
            unsafe sigaddset(&set, number)
        }
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        let (handler, ignoring) = unsafe (
            unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self), unsafeBitCast(SIG_IGN, to: Int.self)
        )
        return handler == ignoring
    }
}
