/// What a user names as input.
public enum InputSpec: Sendable, Equatable {
    /// A file, a folder or a pattern with `*`, `?` or `[`.
    ///
    /// Of a folder all files below it are read, sorted by the bytes of their paths: without hidden ones and without
    /// links to folders, and when the format is `auto` only those whose name tells one. A file that is named itself is
    /// always read; without a telling name it holds lines. Compression is detected by the first bytes of each file.
    case path(String)
    /// Standard input: lines unless a format is named. It cannot be resumed.
    case standardInput

    /// `-` is standard input, anything else a path.
    public init(_ argument: String) { self = argument == "-" ? .standardInput : .path(argument) }
}

/// One file that will be read.
struct InputFile: Sendable, Equatable {
    /// Its path, `-` for standard input.
    let path: String
    let format: ReadOptions.Format
    /// Bytes on disk; 0 for what is no regular file.
    let size: Int
    /// Whether it can be read a second time.
    let isRegular: Bool
}
