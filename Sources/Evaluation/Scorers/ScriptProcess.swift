import CProcess
import Glibc

/// A script that runs.
struct ScriptProcess {
    private let child: Int32
    private let pipe: Int32
    private let limits: ScriptLimits

    /// Starts it. Throws ``ScorerError/script(path:reason:)``.
    init(
        _ path: String, folder: String, input: [UInt8], _ limits: ScriptLimits, environment: [String]
    ) throws(ScorerError) {
        func failure(_ code: Int32) -> ScorerError {
            let isMissing = code == ENOENT || code == ENOEXEC
            return .script(
                path: path, reason: Self.reason(code) + (isMissing ? "; look at the program in its first line" : ""))
        }
        // In a file and not a pipe: what a script does not read blocks no one.
        let file = lp_memory_file()
        guard file >= 0 else { throw failure(errno) }
        defer { close(file) }
        var rest = input[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure(errno) }
            rest = rest.dropFirst(count)
        }
        lseek(file, 0, SEEK_SET)
        var ends: [Int32] = [-1, -1]
        guard unsafe lp_pipe(&ends) == 0 else { throw failure(errno) }
        defer { close(ends[1]) }
        var bounds = lp_limits(
            cpu_seconds: UInt64(limits.seconds.rounded(.up)) + 1, memory_bytes: UInt64(limits.memory),
            file_bytes: UInt64(limits.fileSize), open_files: UInt64(limits.openFiles))
        let started = unsafe Self.withStrings([path]) { arguments in
            unsafe Self.withStrings(environment) { environment in
                unsafe lp_start(path, arguments, environment, folder, file, ends[1], &bounds)
            }
        }
        guard started > 0 else {
            close(ends[0])
            throw failure(-started)
        }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        child = started
        pipe = ends[0]
        self.limits = limits
    }

    /// Waits for its end, or ends it, with all that it started and that stayed in its group.
    consuming func wait() -> ScriptJudge.Verdict {
        defer { close(pipe) }
        let deadline = Self.now() + limits.seconds
        var output: [UInt8] = []
        var isOpen = true
        var hasEnded = false
        var pause = 0.001
        while !hasEnded {
            let left = deadline - Self.now()
            if left <= 0 { break }
            let step = min(left, pause)
            pause = min(pause * 1.5, 0.05)
            if isOpen {
                var item = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
                if unsafe poll(&item, 1, Int32((step * 1000).rounded(.up))) > 0 { isOpen = drain(&output) }
            } else {
                usleep(UInt32(step * 1e6))
            }
            hasEnded = lp_has_ended(child) != 0
        }
        // The process is still there to be reaped, so its group is no one else's.
        kill(-child, SIGKILL)
        var status: Int32 = 0
        var reaped = unsafe waitpid(child, &status, 0)
        while reaped < 0, errno == EINTR { reaped = unsafe waitpid(child, &status, 0) }
        if isOpen { _ = drain(&output) }
        // Where someone else has reaped it, how it ended is not known, and it does not pass.
        let end = reaped == child ? Self.end(status) : .signal(0)
        return ScriptJudge.Verdict(end: hasEnded ? end : .timeout, output: output)
    }

    private static func end(_ status: Int32) -> ScriptJudge.Verdict.End {
        let signal = Int(status & 0x7F)
        return signal == 0 ? .exit(Int(status >> 8 & 0xFF)) : .signal(signal)
    }

    /// Reads what is there, at most a piece that keeps the deadline in sight, and keeps the beginning; false at the end.
    private func drain(_ output: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        for _ in 0..<16 {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(pipe, $0.baseAddress, $0.count) }
            if count == 0 { return false }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            output += buffer.prefix(min(count, max(0, limits.output - output.count)))
        }
        return true
    }

    /// The system's words for an error.
    static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

    private static func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Strings as C has them, with a null at the end.
    private static func withStrings<Result>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = unsafe strings.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        return unsafe body(&pointers)
    }
}
