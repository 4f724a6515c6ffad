import Foundations
import Glibc

/// Judges generated texts by running a task's script on each.
///
/// The script is run itself, by no shell and without arguments, in an empty folder of its own that is removed afterwards. Its
/// standard input is one line of JSON: `task`, `id`, `prompt`, `text` (what the model wrote), `answers`, and `language` where the
/// example has one. Exit status 0 passes; any other, a signal and the time limit fail. Its environment is `PATH`, `HOME` and `TMPDIR`
/// (that folder), and `LANG=C.UTF-8`.
///
/// It runs in a session and a process group of its own, which is killed when the script ends or its time is over, under
/// ``ScriptLimits`` and without new rights. That guards against accidents, not against ill will: network and files are those of
/// whoever evaluates, and a process that leaves the group lives on.
public struct ScriptJudge: Sendable {
    /// The script.
    public let path: String
    /// What it may use.
    public let limits: ScriptLimits
    private let task: String

    /// What a script thought of a text.
    public struct Verdict: Sendable, Equatable {
        /// How the script ended.
        public enum End: Sendable, Equatable {
            /// With an exit status.
            case exit(Int)
            /// By a signal.
            case signal(Int)
            /// By us, at its time limit.
            case timeout
        }

        /// How it ended.
        public let end: End
        /// The first of what it wrote to standard output and standard error.
        public let output: [UInt8]

        /// Whether the text passes.
        public var isPass: Bool { end == .exit(0) }
    }

    /// A judge by `script`, a path beside the task's file in `folder`. Throws ``ScorerError`` for scripts that were not allowed, are
    /// not there or may not be executed.
    public init(task: String, script: String, folder: String, _ options: ScorerOptions) throws(ScorerError) {
        try options.scriptLimits.check()
        let joined = script.hasPrefix("/") ? script : "\(folder)/\(script)"
        guard options.allowsScripts else { throw .scriptNotAllowed(task: task, path: joined) }
        var information = stat()
        guard let absolute = unsafe realpath(joined, nil) else {
            throw .script(path: joined, reason: "\(ScriptProcess.reason(errno)); a path is relative to the task's file")
        }
        defer { unsafe free(absolute) }
        path = unsafe String(cString: absolute)
        guard unsafe stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw .script(path: path, reason: "it is no file")
        }
        guard unsafe access(path, X_OK) == 0 else {
            throw .script(path: path, reason: "it may not be executed; chmod +x it if you trust it")
        }
        limits = options.scriptLimits
        self.task = task
    }

    /// Runs the script on a text. Throws ``ScorerError/script(path:reason:)`` where it cannot be started: its interpreter is
    /// missing, there is no room.
    public func judge(_ text: String, of example: TaskExample) throws(ScorerError) -> Verdict {
        var fields: [String: JSONValue] = [
            "task": .string(task), "id": .string(example.id), "prompt": .string(example.textA), "text": .string(text),
            "answers": .array(example.answers.map { .string($0) }),
        ]
        fields["language"] = example.language.map { .string($0) }
        let input = JSONValue.object(fields).encoded() + [UInt8(ascii: "\n")]
        let scratch = try scratchFolder()
        defer { Self.remove(scratch) }
        let process = try ScriptProcess(
            path, folder: scratch, input: input, limits,
            environment: [
                "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=\(scratch)", "TMPDIR=\(scratch)",
            ])
        return process.wait()
    }

    private func scratchFolder() throws(ScorerError) -> String {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var name = Array("\(base)/letterpress-script-XXXXXX".utf8CString)  // mkdtemp(3) writes over the six letters
        guard unsafe mkdtemp(&name) != nil else {
            throw .script(path: path, reason: "no folder can be made in \(base): \(ScriptProcess.reason(errno))")
        }
        return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes what a script left, folders without rights included.
    private static func remove(_ folder: String) {
        for _ in 0..<64 {
            do {
                return try Folder.removeTree(folder)
            } catch .cannotOpen(let path, _) {
                guard unsafe chmod(path, 0o700) == 0 else { return }
            } catch .cannotWrite(let path, _) {
                let parent = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? path
                guard unsafe chmod(parent, 0o700) == 0 else { return }
            } catch {
                return
            }
        }
    }
}
