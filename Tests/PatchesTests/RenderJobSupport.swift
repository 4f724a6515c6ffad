import Corpora
import Foundation
import Foundations
import Patches
import Synchronization
import TestSupport
import Typesetting

/// A small corpus and jobs over it.
struct JobFixture {
    let folder: TemporaryFolder
    let input: String

    /// Lines of several kinds: empty, short, long (split), with emoji, with labels.
    init(lines count: Int = 60) throws {
        folder = try TemporaryFolder()
        var generator = SplitMix64(seed: 11)
        let words = ["cat", "beautiful", "Straße", "ναι", "мир", "a", "full", "of", "beans,", "\"quoted\"", "😀"]
        let lines = (0..<count).map { index in
            let length = index % 9 == 4 ? 0 : index % 10 == 7 ? 120 : Int.random(in: 1...20, using: &generator)
            let text = (0..<length).map { _ in words[Int.random(in: 0..<words.count, using: &generator)] }
            return JSONValue.object([
                "text": .string(text.joined(separator: " ")), "label": .integer(index % 3),
                "tag": .string("t\(index)"),
            ]).encoded() + [0x0A]
        }
        input = try folder.write(lines.flatMap(\.self), to: "in.jsonl")
    }

    func job(
        _ name: String, _ format: ShardFormat = .native, workers: Int = 2, policy: OutputPolicy = .fresh,
        _ change: (inout RenderJob) -> Void = { _ in }
    ) throws -> RenderJob {
        var read = ReadOptions()
        read.labelField = "label"
        read.keepFields = ["tag"]
        var layout = LayoutOptions()
        layout.maxPatches = 32
        var shards = ShardOptions()
        shards.format = format
        shards.patchesPerShard = 200
        var job = RenderJob(
            inputs: [.path(input)], read: read, layout: layout, shards: shards, fonts: try TestFonts.emoji.get(),
            output: folder.file(name), policy: policy, workers: workers)
        change(&job)
        return job
    }

    /// Every file of an output folder with its bytes.
    func files(_ name: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.file(name)) {
            files[file] = try folder.read(name + "/" + file)
        }
        return files
    }

    /// Every sequence of an output folder, in order.
    func examples(_ name: String, _ manifest: Manifest) throws -> [StoredExample] {
        try manifest.shards.flatMap { shard in
            let reader = try ShardReader(path: folder.file(name + "/" + shard.file))
            var examples: [StoredExample] = []
            while let example = try reader.next() { examples.append(example) }
            return examples
        }
    }
}

/// Counts calls from any thread.
final class Counter: Sendable {
    private let count = Mutex(0)
    /// Calls so far.
    var value: Int { count.withLock { $0 } }
    /// Counts one more and returns the number.
    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
