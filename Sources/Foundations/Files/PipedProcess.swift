internal import CProcess
import Glibc

/// A program that runs beside this one and whose standard output is read while it writes.
///
/// It is in a session of its own, so that Ctrl-C reaches this process alone; when this one ends, its next write fails.
/// The last 4 KiB of its standard error are kept. Not for use from two threads at once.
public final class PipedProcess {
    /// Its standard output.
    public let output: CompressedReader
    private let child: pid_t
    private let errors: CInt
    private var ended: (status: Int, message: String)?

    /// Starts a program, which is looked up on the path; `name` is that of its output in messages. Throws `cannotOpen`.
    public init(_ arguments: [String], name: String) throws(FileError) {
        let program = arguments.first ?? ""
        var ends: [CInt] = [-1, -1]
        let errors = lp_memory_file()
        guard errors >= 0, unsafe lp_pipe(&ends) == 0 else {
            let reason = FileError.reason(errno)
            if errors >= 0 { close(errors) }
            throw .cannotOpen(path: program, reason: reason)
        }
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)
        unsafe posix_spawnattr_setflags(&attributes, 0x80)  // POSIX_SPAWN_SETSID
        var strings = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe strings.forEach { unsafe free($0) } }
        var child: pid_t = 0
        let code = unsafe posix_spawnp(&child, program, &actions, &attributes, &strings, environ)
        // The child alone writes from here on: when it ends, so does its output.
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            close(errors)
            throw .cannotOpen(path: program, reason: FileError.reason(code))
        }
        (self.child, self.errors) = (child, errors)
        do throws(FileError) {
            output = try CompressedReader(source: BlockSource(pipe: ends[0], name: name), promised: .none)
        } catch {
            kill(child, SIGKILL)
            _ = Self.reap(child)
            close(errors)
            throw error
        }
    }

    deinit {
        if ended == nil {
            kill(child, SIGKILL)
            _ = Self.reap(child)
        }
        close(errors)
    }

    /// Waits for its end; its exit status, 128 and more for a signal, and what it said on standard error.
    public func wait() -> (status: Int, message: String) {
        if let ended { return ended }
        let status = Self.reap(child)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let size = Int(lseek(errors, 0, SEEK_END))
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe pread(errors, buffer.baseAddress, buffer.count, max(0, size - buffer.count))
        }
        var text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        while text.last?.isWhitespace == true { text.removeLast() }
        let signal = Int(status & 0x7F)
        let found = (status: signal == 0 ? Int(status >> 8 & 0xFF) : 128 + signal, message: text)
        ended = found
        return found
    }

    private static func reap(_ child: pid_t) -> CInt {
        var status: CInt = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
