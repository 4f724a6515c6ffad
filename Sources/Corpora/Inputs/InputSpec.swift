/// What a user names as input.
public enum InputSpec: Sendable, Equatable {
    /// A file, a folder or a pattern with `*`, `?` or `[`.
    case path(String)
    /// Standard input.
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
