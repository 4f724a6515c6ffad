/// What a script may use.
public struct ScriptLimits: Sendable, Equatable {
    /// Seconds until it is ended; processor time is limited to the next whole second.
    public var seconds = 10.0
    /// Bytes of address space.
    public var memory = 4 << 30
    /// Bytes of a file that it writes.
    public var fileSize = 64 << 20
    /// Files that it has open.
    public var openFiles = 256
    /// Bytes of its output that are kept; the rest is read and dropped.
    public var output = 16 << 10

    /// Ten seconds, 4 GiB, files of 64 MiB.
    public init() {}

    /// Throws ``ScorerError/option(name:got:wanted:)``.
    func check() throws(ScorerError) {
        guard seconds > 0, seconds <= 86_400 else {
            throw .option(name: "script limit in seconds", got: "\(seconds)", wanted: "more than 0, a day at most")
        }
        let sizes = [("memory", memory), ("file size", fileSize), ("open files", openFiles), ("output", output)]
        for (name, size) in sizes where size < 0 {
            throw .option(name: "script limit of \(name)", got: "\(size)", wanted: "0 or more")
        }
    }
}
