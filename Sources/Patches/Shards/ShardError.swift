public import Foundations

/// What can go wrong while shards are written, read or verified.
public enum ShardError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// A file cannot be opened, read or written.
    case file(FileError)
    /// The bytes do not follow the format.
    case malformed(path: String, byteOffset: Int?, reason: String)
    /// Written by a program with another version of the format.
    case unsupportedVersion(path: String, got: Int, expected: Int)
    /// No sequence has this number.
    case noSuchSequence(path: String, index: Int, count: Int)
    /// A picture of a shard cannot be read.
    case picture(path: String, name: String, reason: String)
    /// The file name says nothing about its format.
    case unknownFormat(path: String)
    /// The output folder holds something already.
    case outputNotEmpty(path: String)
    /// The output folder holds a file with the name of a shard that no earlier render lists.
    case foreignFile(path: String)
    /// An input lies in the output folder.
    case inputInOutput(path: String, folder: String)
    /// Another render is writing to the output folder.
    case folderInUse(path: String)
    /// The folder holds no unfinished render.
    case nothingToResume(path: String)
    /// The folder holds an unfinished render.
    case unfinished(path: String)
    /// An unfinished render was started with something else.
    case otherSettings(path: String, key: String, was: String, now: String)
    /// A stored thing is not what the manifest says.
    case mismatch(path: String, what: String, expected: String, got: String)
    /// A document cannot be rendered.
    case document(path: String, line: Int?, index: Int, reason: String)
    /// The render was asked to stop; what is stored can be resumed.
    case stopped(path: String, documents: Int, shards: Int)
    /// An option is out of range.
    case invalidOption(key: String, value: String, expected: String)

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .file(let error): error.category
        case .outputNotEmpty, .folderInUse, .foreignFile, .inputInOutput: .cannotCreate
        case .nothingToResume, .otherSettings, .invalidOption, .noSuchSequence, .unknownFormat, .stopped: .usage
        case .malformed, .unfinished, .unsupportedVersion, .picture, .mismatch, .document: .badData
        }
    }

    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .malformed(let path, let byteOffset, let reason):
            path + (byteOffset.map { ", byte \($0)" } ?? "") + ": \(reason)"
        case .unsupportedVersion(let path, let got, let expected):
            "\(path): format version \(got); this program reads version \(expected)"
        case .noSuchSequence(let path, let index, let count):
            "\(path) has no sequence \(index); it holds \(count), numbered from 0"
        case .picture(let path, let name, let reason): "\(path), entry \(name): \(reason)"
        case .unknownFormat(let path):
            "\(path): not a shard; expected a .lps, .tar or .gz file, or a folder with a manifest.json"
        case .outputNotEmpty(let path):
            "output folder \(path) is not empty; pass --resume to continue there, --overwrite to replace its shards, "
                + "or name another folder"
        case .foreignFile(let path):
            "\(path) is not listed in its folder's manifest or journal and is not removed; move it "
                + "away, or name another folder"
        case .inputInOutput(let path, let folder):
            "the input \(path) lies in the output folder \(folder); name another folder"
        case .folderInUse(let path): "another render is writing to \(path); wait for it, or name another folder"
        case .nothingToResume(let path):
            "\(path) holds no unfinished render (no progress.json); start without --resume"
        case .unfinished(let path):
            "\(path) holds an unfinished render (progress.json, no manifest.json); resume it with render --resume"
        case .otherSettings(let path, let key, let was, let now):
            "\(path) was started with \(key) = \(was), now it is \(now); use the same settings, or another folder"
        case .mismatch(let path, let what, let expected, let got):
            "\(path): \(what) is \(got), the manifest says \(expected)"
        case .document(let path, let line, let index, let reason):
            path + (line.map { ":\($0)" } ?? "") + ", document \(index): \(reason)"
        case .stopped(let path, let documents, let shards):
            "stopped with \(counted(documents, "document")) in \(counted(shards, "finished shard")) of \(path); resume with --resume"
        case .invalidOption(let key, let value, let expected): "\(key): got \(value), expected \(expected)"
        }
    }
}
