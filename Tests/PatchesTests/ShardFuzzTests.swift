import Foundation
import Foundations
import Patches
import TestSupport
import Testing

/// Damaged files of output folders: errors, never a trap, a hang or a wrong answer.
@Suite struct ShardFuzzTests {
    private func mutated(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
        }
        return bytes
    }

    @Test(arguments: [ShardFormat.webdataset, .pixelgpt]) func damagedShardsThrow(format: ShardFormat) throws {
        let fixture = try JobFixture(lines: 12)
        let manifest = try fixture.job("out", format).run()
        let whole = try fixture.folder.read("out/" + manifest.shards[0].file)
        var generator = SplitMix64(seed: 21)
        var refused = 0
        for _ in 0..<200 {
            let path = try fixture.folder.write(mutated(whole, &generator), to: "damaged.\(format.suffix)")
            do {
                let reader = try ShardReader(path: path)
                while try reader.next() != nil {}
            } catch { refused += 1 }
        }
        #expect(refused > 50)
    }

    @Test func damagedManifestsThrowOrAreFoundOut() throws {
        let fixture = try JobFixture(lines: 12)
        let job = try fixture.job("out")
        try job.run()
        let whole = try fixture.folder.read("out/manifest.json")
        var generator = SplitMix64(seed: 22)
        var refused = 0
        for _ in 0..<300 {
            try fixture.folder.write(mutated(whole, &generator), to: "out/manifest.json")
            do {
                if try !ShardVerifier(folder: job.output, every: 0).run().errors.isEmpty { refused += 1 }
            } catch { refused += 1 }
        }
        #expect(refused > 200)
        for (from, to) in [("\"patches\": ", "\"patches\": 9223372036854775807"), ("\"file\": \"", "\"file\": \"../")] {
            let text = String(decoding: whole, as: UTF8.self).replacingOccurrences(of: from, with: to)
            try fixture.folder.write(text, to: "out/manifest.json")
            #expect(throws: ShardError.self) { try ShardVerifier(folder: job.output, every: 0).run() }
        }
    }

    @Test func damagedJournalsAreRefusedOrGoneOnWith() throws {
        let fixture = try JobFixture(lines: 30)
        let job = try fixture.job("out", policy: .resume)
        let copy = fixture.folder.file("kept")
        let count = Counter()
        let from = job.output
        try job.run { event in
            if case .shardFinished = event, count.next() == 3 {
                try? FileManager.default.copyItem(atPath: from, toPath: copy)
            }
        }
        let whole = try fixture.folder.read("kept/progress.json")
        var other = job
        other.output = copy
        var generator = SplitMix64(seed: 23)
        var refused = 0
        for _ in 0..<60 {
            try? FileManager.default.removeItem(atPath: copy + "/manifest.json")
            try fixture.folder.write(mutated(whole, &generator), to: "kept/progress.json")
            do { try other.run() } catch { refused += 1 }
        }
        #expect(refused > 30)
    }
}
