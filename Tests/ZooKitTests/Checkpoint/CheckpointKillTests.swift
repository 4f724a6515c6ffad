import Foundation
import Foundations
import TestSupport
import Testing

@testable import ZooKit

/// Whatever stops a writer, the folder's name shows the old checkpoint or the new one, whole, and the next writer goes on.
@Suite struct CheckpointKillTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("run")
    }

    private struct Stop: Error {}

    /// Throws at one place of many; `places` counts them.
    private final class Stopper {
        let place: Int
        var places = 0
        init(at place: Int) { self.place = place }
        func pass() throws {
            places += 1
            if places == place + 1 { throw Stop() }
        }
    }

    /// Changes `checkpoint` so that each of its tensors passes `stopper` before its bytes and after half of them.
    private static func stopped(_ checkpoint: Checkpoint, by stopper: Stopper) -> Checkpoint {
        var checkpoint = checkpoint
        func stop(_ items: inout [SafetensorsItem]) {
            for index in items.indices {
                let write = items[index].write
                items[index].write = { sink in
                    try stopper.pass()
                    try write(sink)
                    try stopper.pass()
                }
            }
        }
        stop(&checkpoint.model.tensors)
        for name in checkpoint.components.keys {
            stop(&checkpoint.components[name, default: .init(config: nil, tensors: [])].tensors)
        }
        return checkpoint
    }

    @Test func anErrorAtAnyWriteLeavesTheOldFolder() throws {
        try CheckpointRun(seed: 1).checkpoint.write(to: path)
        let old = try folder.tree("run")
        let run = try CheckpointRun(seed: 2)
        var place = 0
        while true {
            let stopper = Stopper(at: place)
            do {
                try Self.stopped(run.checkpoint, by: stopper).write(to: path) { _ in try stopper.pass() }
                break
            } catch is Stop {
                if try folder.tree("run") != old { break }
                #expect(folder.names == ["run"])
                _ = try CheckpointFolder(path)
            }
            place += 1
        }
        #expect(place > 20, "\(place) places")
        // Only the last place, after the exchange, shows the new folder.
        try run.checkpoint.write(to: folder.file("new"))
        #expect(try folder.tree("run") == folder.tree("new"))
    }

    @Test func aKillAtAnyStepLeavesAWholeFolderAndTheNextWriterGoesOn() async throws {
        let run = try CheckpointRun(seed: 2)
        try run.checkpoint.write(to: folder.file("new"))
        try CheckpointRun(seed: 1).checkpoint.write(to: path)
        let (old, new) = (try folder.tree("run"), try folder.tree("new"))
        var steps = 0
        try run.checkpoint.write(to: folder.file("counted")) { _ in steps += 1 }
        #expect(steps > 10)
        for step in 0..<steps {
            let (path, step) = (path, step)
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, step = step as Int] in
                var passed = 0
                try CheckpointRun(seed: 2).checkpoint.write(to: path) { _ in
                    if passed == step { kill(getpid(), SIGKILL) }
                    passed += 1
                }
            }
            _ = try CheckpointFolder(path)
            let tree = try folder.tree("run")
            #expect(tree == old || step == steps - 1 && tree == new, "step \(step)")
        }
        try run.checkpoint.write(to: path)
        #expect(try folder.tree("run") == new)
        #expect(folder.names == ["counted", "new", "run"])
    }

    @Test func aFullDiskLeavesTheOldFolderAndNamesTheFile() async throws {
        try CheckpointRun(seed: 1).checkpoint.write(to: path)
        let old = try folder.tree("run")
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 200_000, rlim_max: 200_000)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(3) }
            var checkpoint = try CheckpointRun(seed: 2).checkpoint
            checkpoint.model.tensors.append(
                SafetensorsItem(name: "large", type: .float64, shape: [1 << 18]) { sink in
                    for _ in 0..<1 << 10 { try sink.append([Double](repeating: 0, count: 1 << 8).span.bytes) }
                })
            do {
                try checkpoint.write(to: path)
                exit(4)
            } catch {
                let file = "\(path).partial/model.safetensors.partial"
                let expected = CheckpointError.safetensors(.file(.cannotWrite(path: file, reason: "File too large")))
                exit(error as? CheckpointError == expected ? 0 : 5)
            }
        }
        #expect(try folder.tree("run") == old)
        #expect(folder.names == ["run"])
        _ = try CheckpointFolder(path)
    }
}
