import Dispatch
import Foundations
import Synchronization

/// A SHA-256 that is computed on a thread of its own while the bytes are written elsewhere.
///
/// Hashing a shard takes as long as drawing it, so the writer hands its blocks over and continues. At most
/// ``BackgroundHash/blockLimit`` blocks wait; then the writer does.
final class BackgroundHash: Sendable {
    private struct State: ~Copyable {
        var hasher: SHA256Hasher? = SHA256Hasher()
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "letterpress hash")
    private let room = DispatchSemaphore(value: BackgroundHash.blockLimit)

    static let blockLimit = 32

    /// Adds a block after those added before.
    func update(_ bytes: [UInt8]) {
        room.wait()
        queue.async { [self] in
            state.withLock { $0.hasher?.update(bytes) }
            room.signal()
        }
    }

    /// The digest of everything added, `nil` when it has been asked for before. Waits for the blocks under way.
    func finish() -> SHA256Digest? {
        queue.sync {
            state.withLock { state in
                let hasher = state.hasher.take()
                return hasher?.finish()
            }
        }
    }
}
