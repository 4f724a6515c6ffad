import Foundation
import Glibc

/// Turns arguments into a list of files whose order depends on their paths alone.
struct InputFinder {
    let format: ReadOptions.Format
    private(set) var files: [InputFile] = []
    /// What a folder holds and is not read: files whose name tells no format, links to folders, outputs.
    private(set) var passedOver: [String] = []
    /// Whether a folder is no input, whatever lies in it.
    private let isOutput: (String) -> Bool

    init(
        inputs: [InputSpec], format: ReadOptions.Format, isOutput: @escaping (String) -> Bool = { _ in false }
    ) throws(CorporaError) {
        self.format = format
        self.isOutput = isOutput
        var standardInputs = 0
        for input in inputs {
            switch input {
            case .standardInput:
                standardInputs += 1
                guard standardInputs == 1 else {
                    throw .noInput(argument: "-", reason: "standard input can be read once only")
                }
                let format = format == .auto ? .lines : format
                files.append(InputFile(path: "-", format: format, size: 0, isRegular: false))
            case .path(let path): try add(path)
            }
        }
        guard !files.isEmpty else { throw .noInput(argument: "(nothing)", reason: "name a file, a folder or -") }
    }

    private mutating func add(_ path: String) throws(CorporaError) {
        guard !Self.isRoot(path) else {
            throw .noInput(argument: path, reason: "this is the whole file system; name a folder of texts")
        }
        if let mode = Self.status(path)?.mode {
            if mode & S_IFMT != S_IFDIR { return append(path, always: true) }
            if isOutput(path) {
                throw .noInput(
                    argument: path,
                    reason: "the folder is an output or holds the shards of a render; name the files in it")
            }
            let before = files.count
            addFolder(path)
            if files.count == before {
                throw .noInput(
                    argument: path,
                    reason:
                        "the folder holds no .txt, .md, .rst, .jsonl, .json, .csv, .tsv, .parquet or .tar file (.gz, "
                        + ".zst and .xz may follow); name a format to take every file")
            }
            return
        }
        guard path.utf8.contains(where: { $0 == 0x2A || $0 == 0x3F || $0 == 0x5B }) else {
            throw .noInput(argument: path, reason: "there is no such file")
        }
        let found = try Self.matches(path)
        guard !found.isEmpty else { throw .noInput(argument: path, reason: "nothing matches the pattern") }
        for match in found {
            if let mode = Self.status(match)?.mode, mode & S_IFMT == S_IFDIR {
                addFolder(match)
            } else {
                append(match, always: true)
            }
        }
    }

    /// All files below a folder but hidden ones, sorted by the bytes of their paths. Links to folders are not followed.
    private mutating func addFolder(_ folder: String) {
        var found: [String] = []
        var pending = [folder]
        while let current = pending.popLast() {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: current) else {
                // Opening it as a file fails in its turn, and the structure policy decides.
                append(current, always: true)
                continue
            }
            for name in names where !name.hasPrefix(".") {
                let path = current.hasSuffix("/") ? current + name : "\(current)/\(name)"
                guard let (mode, isLink, _) = Self.status(path) else {
                    found.append(path)
                    continue
                }
                switch mode & S_IFMT {
                case S_IFDIR: isLink || isOutput(path) ? passedOver.append(path) : pending.append(path)
                case S_IFREG: found.append(path)
                default: passedOver.append(path)
                }
            }
        }
        for path in found.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) { append(path, always: false) }
        passedOver.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private mutating func append(_ path: String, always: Bool) {
        let named = ReadOptions.format(ofName: path)
        guard always || format != .auto || named != nil else { return passedOver.append(path) }
        let status = Self.status(path)
        let isRegular = (status?.mode ?? 0) & S_IFMT == S_IFREG
        files.append(
            InputFile(
                path: path, format: format == .auto ? named ?? .lines : format,
                size: isRegular ? status?.size ?? 0 : 0, isRegular: isRegular))
    }

    private static func isRoot(_ path: String) -> Bool {
        var (root, own) = (stat(), stat())
        guard unsafe stat("/", &root) == 0, unsafe stat(path, &own) == 0 else { return false }
        return root.st_dev == own.st_dev && root.st_ino == own.st_ino
    }

    private static func status(_ path: String) -> (mode: mode_t, isLink: Bool, size: Int)? {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else { return nil }
        let isLink = information.st_mode & S_IFMT == S_IFLNK
        if isLink, unsafe stat(path, &information) != 0 { return nil }
        return (information.st_mode, isLink, Int(information.st_size))
    }

    private static func matches(_ pattern: String) throws(CorporaError) -> [String] {
        var result = unsafe glob_t()
        let status = unsafe glob(pattern, GLOB_NOSORT, nil, &result)
        defer { unsafe globfree(&result) }
        if status == GLOB_NOMATCH { return [] }
        guard status == 0 else { throw .noInput(argument: pattern, reason: "the pattern cannot be expanded") }
        var paths: [String] = []
        for index in unsafe 0..<Int(result.gl_pathc) {
            guard let path = unsafe result.gl_pathv[index] else { continue }
            paths.append(unsafe String(cString: path))
        }
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
