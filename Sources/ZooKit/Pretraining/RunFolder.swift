public import Foundations

/// The folder of a training run: checkpoints by step, and beside them what tells how it went.
public struct RunFolder: Sendable {
    /// Where it is.
    public let path: String

    /// The folder at `path`, which need not exist.
    public init(_ path: String) { self.path = path }

    /// Where checkpoints stand.
    public var checkpoints: String { "\(path)/checkpoints" }
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
}
