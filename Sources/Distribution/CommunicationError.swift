public import Foundations

/// An error between processes.
public enum CommunicationError: Error, Equatable, CustomStringConvertible, CategorisedError {
    /// A rank, as messages name it.
    public struct Place: Sendable, Equatable, CustomStringConvertible {
        /// Its number.
        public var rank: Int
        /// How many there are.
        public var size: Int
        /// The machine's name.
        public var host: String

        /// As in "rank 3 of 8 on node2".
        public var description: String { "rank \(rank) of \(size) on \(host)" }
    }

    /// Open MPI cannot be opened or joined.
    case library(reason: String)
    /// The process is one of `tasks` that cannot find each other.
    case apart(tasks: Int, remedy: String)
    /// A call of MPI failed.
    case call(Place, doing: String, reason: String)
    /// Other ranks did not come.
    case noAnswer(Place, doing: String, seconds: Int)
    /// Numbers of a type that is not added up.
    case type(String)

    /// The kind of failure.
    public var category: ErrorCategory { .inputOutput }

    /// The message: what happened, and what to do.
    public var description: String {
        let resume = "finished files are whole, --resume continues from them"
        return switch self {
        case .library(let reason):
            "started as one of several processes, and Open MPI cannot be used: \(reason); apt-get install openmpi-bin brings it"
        case .apart(let tasks, let remedy):
            "started as one of \(tasks) processes that cannot find each other; start them with \(remedy)"
        case .call(let place, let doing, let reason):
            "\(place): \(reason) when it \(doing); another rank may be gone; \(resume)"
        case .noAnswer(let place, let doing, let seconds):
            "\(place): no answer for \(seconds) s when it \(doing); another rank is gone or stands still; \(resume)"
        case .type(let name): "numbers of type \(name) cannot be added up over ranks; there are float32 and float64"
        }
    }
}
