import Glibc

/// What can go wrong with a file, an archive or a compressed stream.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The file could not be opened.
    case cannotOpen(path: String, reason: String)
    /// Reading failed after the file had been opened.
    case cannotRead(path: String, reason: String)
    /// Creating, writing, syncing or renaming failed.
    case cannotWrite(path: String, reason: String)
    /// A compressed stream or an archive is torn or damaged. `byteOffset` counts the decompressed bytes delivered
    /// before the damage, `entry` is the last archive entry that was begun.
    case damaged(path: String, byteOffset: Int, entry: String?, reason: String)
    /// Something is larger than its limit, in bytes.
    case tooLarge(path: String, entry: String?, limit: Int)
    /// The call does not make sense for this file.
    case unsupported(path: String, reason: String)

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .cannotOpen: .missingInput
        case .damaged, .tooLarge: .badData
        case .cannotRead, .cannotWrite, .unsupported: .inputOutput
        }
    }

    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): return "cannot open \(path): \(reason)"
        case .cannotRead(let path, let reason): return "cannot read \(path): \(reason)"
        case .cannotWrite(let path, let reason):
            return "cannot write \(path): \(reason)\(Self.advice(reason))"
        case .damaged(let path, let byteOffset, let entry, let reason):
            let place = entry.map { ", entry \($0)" } ?? ""
            return "\(path)\(place) is torn or damaged after \(byteOffset) bytes of content: \(reason); "
                + "fetch or write it again"
        case .tooLarge(let path, let entry, let limit):
            let place = entry.map { ", entry \($0)" } ?? ""
            return "\(path)\(place) is larger than the limit of \(limit) bytes"
        case .unsupported(let path, let reason): return "\(path): \(reason)"
        }
    }

    /// What to do about the reasons that are met most.
    private static func advice(_ reason: String) -> String {
        switch reason {
        case Self.reason(ENOSPC), Self.reason(EDQUOT): "; make room"
        case Self.reason(EACCES), Self.reason(EPERM), Self.reason(EROFS): "; check the permissions"
        default: ""
        }
    }

    /// The words of the C library for an error number.
    static func reason(_ code: CInt) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
