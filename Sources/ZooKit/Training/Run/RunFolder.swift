import Foundation
public import Foundations

/// The folder of a training run: checkpoints by step, the model of the best evaluation, and the run's records.
public struct RunFolder: Sendable {
    /// The file of a run's settings.
    public static let settings = "run.json"
    /// The file of what a finished run came to, where the model of the best evaluation is its result.
    public static let result = "result.json"

    /// Where it is.
    public let path: String

    /// The folder at `path`, which need not exist.
    public init(_ path: String) { self.path = path }

    /// Where checkpoints stand.
    public var checkpoints: String { "\(path)/checkpoints" }
    /// Where the model of the best evaluation stands.
    public var best: String { "\(path)/best" }
    /// Where the checkpoint of a step stands.
    public func checkpoint(_ step: Int) -> String { "\(checkpoints)/\(Self.name(step))" }
    /// A file of the run.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    private static func name(_ step: Int) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// Steps that have a checkpoint under its final name, ascending. Throws `FileError`.
    public func steps() throws(FileError) -> [Int] {
        guard Folder.isFolder(checkpoints) else { return [] }
        return try Folder.contents(of: checkpoints).folders.compactMap { name in
            guard !name.contains("/"), name.hasPrefix("step-"), let step = Int(name.dropFirst(5)),
                Self.name(step) == name
            else { return nil }
            return step
        }.sorted()
    }

    /// Steps whose checkpoints have to go: all but the last `keep`, the best and the pinned ones.
    static func surplus(_ steps: [Int], keep: Int, best: Int?, pinned: [Int]) -> [Int] {
        let stay = Set(steps.sorted().suffix(keep)).union(pinned).union(best.map { [$0] } ?? [])
        return steps.filter { !stay.contains($0) }.sorted()
    }

    /// Removes the checkpoints of `steps`.
    func remove(_ steps: [Int]) throws(FileError) {
        for step in steps { try Folder.removeTree(checkpoint(step)) }
    }

    /// Creates the folder and holds it for one writer. Throws ``PretrainingError`` where another process holds it, where it holds
    /// something else, a finished run, or, unless the run resumes, a begun one.
    public func claim<Program: TrainingProgram>(for program: Program.Type, resumes: Bool) throws -> FolderLock {
        func other(_ reason: String) -> PretrainingError { .otherRun(path: path, reason: reason) }
        if resumes, !Folder.isFolder(path) { throw other("there is no run to resume; begin it without --resume") }
        do { try Folder.create(path) } catch { throw PretrainingError.cannotCreate(path: path, reason: "\(error)") }
        let lock = try FolderLock(path: path)
        guard lock.isHeld else { throw PretrainingError.folderInUse(path: path) }
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        let isBegun = settings(of: program) != nil
        let last = try steps().last
        guard isBegun || last != nil || names.allSatisfy({ $0.hasSuffix(".partial") }) else {
            throw PretrainingError.cannotCreate(
                path: path,
                reason:
                    "it is not empty and holds no run of letterpress \(program.section); name another folder with --out"
            )
        }
        if Folder.hasItem(file(Self.result)) { throw other("it has a finished run; see it with --resume") }
        if resumes, !isBegun, last == nil { throw other("there is no run to resume; begin it without --resume") }
        if !resumes, let last { throw other("it has a checkpoint of step \(last); resume it with --resume") }
        return lock
    }

    /// The settings in `run.json`, where they are those of such a program: an evaluation's have sections of programs, too.
    private func settings(of program: any TrainingProgram.Type) -> JSONValue? {
        guard let bytes = FileManager.default.contents(atPath: file(Self.settings)),
            let value = try? JSONValue.parse([UInt8](bytes)), value["evaluate"] == nil
        else { return nil }
        return value[program.section]
    }
}
