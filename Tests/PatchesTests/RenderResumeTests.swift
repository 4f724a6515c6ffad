import Corpora
import Foundation
import Foundations
import Patches
import TestSupport
import Testing
import Typesetting

@Suite struct RenderResumeTests {
    /// A copy of an output folder as a kill would leave it after `shards` finished shards.
    private func interrupt(
        _ fixture: JobFixture, _ format: ShardFormat, after shards: Int, as name: String
    ) throws -> RenderJob {
        let job = try fixture.job(name, format, policy: .resume)
        let (from, to) = (job.output, job.output + "-at-kill")
        let count = Counter()
        try job.run { event in
            // The journal that names this shard is not written yet: the moment between the two files.
            if case .shardFinished = event, count.next() == shards {
                try? FileManager.default.copyItem(atPath: from, toPath: to)
            }
        }
        var interrupted = job
        interrupted.output = to
        return interrupted
    }

    @Test(arguments: ShardFormat.allCases)
    func aResumedRenderLeavesTheBytesOfAnUninterruptedOne(format: ShardFormat) throws {
        let fixture = try JobFixture()
        try fixture.job("whole", format).run()
        let whole = try fixture.files("whole")
        for shards in 1...3 {
            let job = try interrupt(fixture, format, after: shards, as: "try\(shards)")
            try fixture.folder.write("torn", to: "try\(shards)-at-kill/part-00009.\(format.suffix).partial")
            try fixture.folder.write("stale", to: "try\(shards)-at-kill/part-00009.\(format.suffix)")
            try job.run()
            #expect(try fixture.files("try\(shards)-at-kill") == whole)
            let events = Counter()
            try job.run { if case .shardFinished = $0 { _ = events.next() } }
            #expect(events.value == 0)
            #expect(try fixture.files("try\(shards)-at-kill") == whole)
        }
    }

    @Test func anUnfinishedRenderIsNamedAsOne() throws {
        let fixture = try JobFixture()
        let job = try interrupt(fixture, .native, after: 1, as: "out")
        #expect(throws: ShardError.unfinished(path: job.output)) { try ShardVerifier(folder: job.output).run() }
        #expect(ShardError.unfinished(path: "out").description.contains("--resume"))
    }

    @Test func resumingBeforeTheFirstShardStartsAnew() throws {
        let fixture = try JobFixture()
        try fixture.job("whole").run()
        try fixture.folder.write("{", to: "early/progress.json.partial")
        try fixture.folder.write("x", to: "early/part-00000.lps.partial")
        try fixture.job("early", policy: .resume).run()
        #expect(try fixture.files("early") == fixture.files("whole"))
    }

    @Test func resumingWithOtherSettingsNamesTheKey() throws {
        let fixture = try JobFixture()
        let job = try interrupt(fixture, .native, after: 1, as: "out")
        for (key, change) in [
            ("render.dpi", { (job: inout RenderJob) in job.settings.render.dpi = 96 }),
            ("layout.max_patches", { $0.settings.layout.maxPatches = 64 }),
            ("shards.zstd", { $0.settings.shards.zstd = true }),
            ("versions.freetype", { $0.settings.versions["freetype"] = "9" }),
            ("fonts[0].family", { $0 = changingFont($0) }),
        ] {
            var other = job
            change(&other)
            let error = #expect(throws: ShardError.self) { try other.run() }
            guard case .otherSettings(_, let found, _, _)? = error else {
                Issue.record("\(key): \(String(describing: error))")
                continue
            }
            #expect(found == key)
        }
    }

    @Test func resumingWithOtherInputBytesIsRefused() throws {
        let fixture = try JobFixture()
        let unfinished = try interrupt(fixture, .native, after: 1, as: "out")
        let finished = try fixture.job("out", policy: .resume)
        let bytes = try fixture.folder.read("in.jsonl")
        var other = bytes
        other[bytes.count - 4] ^= 1
        for (input, key) in [(bytes + [0x0A], "input_data.bytes"), (other, "input_data.sha256")] {
            try fixture.folder.write(input, to: "in.jsonl")
            for job in [unfinished, finished] {
                let error = #expect(throws: ShardError.self) { try job.run() }
                guard case .otherSettings(_, key, _, _)? = error else {
                    Issue.record("\(key): \(String(describing: error))")
                    continue
                }
            }
        }
        try fixture.folder.write(bytes, to: "in.jsonl")
        for job in [unfinished, finished] { try job.run() }
    }

    private func changingFont(_ job: RenderJob) -> RenderJob {
        var job = job
        if let fonts = try? TestFonts.sansAndHebrew.get() {
            job.settings.fonts = [fonts.fonts[1]] + job.settings.fonts.dropFirst()
        }
        return job
    }

    @Test func aFolderThatHoldsSomethingIsRefusedOrReplaced() throws {
        let fixture = try JobFixture(lines: 10)
        try fixture.folder.write("mine", to: "out/notes.txt")
        #expect(throws: ShardError.outputNotEmpty(path: fixture.folder.file("out"))) {
            try fixture.job("out").run()
        }
        #expect(throws: ShardError.nothingToResume(path: fixture.folder.file("out"))) {
            try fixture.job("out", policy: .resume).run()
        }
        try fixture.job("out", policy: .overwrite).run()
        let first = try fixture.files("out")
        try fixture.folder.write("torn", to: "out/part-00077.tar.partial")
        try fixture.job("out", policy: .overwrite).run()
        #expect(try fixture.files("out") == first)
        #expect(first["notes.txt"] == Array("mine".utf8))
    }

    @Test func onlyWhatAnEarlierRenderListsIsReplaced() throws {
        let fixture = try JobFixture(lines: 10)
        let foreign = try fixture.folder.write("mine", to: "out/part-00000.tar")
        #expect(throws: ShardError.foreignFile(path: foreign)) { try fixture.job("out", policy: .overwrite).run() }
        #expect(try fixture.files("out") == ["part-00000.tar": Array("mine".utf8)])
        try fixture.job("done").run()
        let done = try fixture.files("done")
        try fixture.folder.write("mine", to: "done/part-00077.tar")
        #expect(throws: ShardError.self) { try fixture.job("done", policy: .overwrite).run() }
        #expect(try fixture.files("done").count == done.count + 1)
        // A kill while the earlier render is removed leaves its list under the partial name.
        try FileManager.default.removeItem(atPath: fixture.folder.file("done/part-00077.tar"))
        try FileManager.default.moveItem(
            atPath: fixture.folder.file("done/manifest.json"), toPath: fixture.folder.file("done/manifest.json.partial")
        )
        try fixture.job("done", policy: .overwrite).run()
        #expect(try fixture.files("done") == done)
    }

    @Test func aFinishedShardBehindTheJournalIsReplaced() throws {
        let fixture = try JobFixture()
        try fixture.job("whole").run()
        var job = try interrupt(fixture, .native, after: 2, as: "out")
        job.policy = .overwrite
        try job.run()
        #expect(try fixture.files("out-at-kill") == fixture.files("whole"))
    }

    @Test(arguments: [OutputPolicy.fresh, .resume, .overwrite])
    func anInputInTheOutputFolderIsRefusedAndStays(policy: OutputPolicy) throws {
        let fixture = try JobFixture(lines: 10)
        try fixture.job("in", .webdataset).run()
        let before = try fixture.files("in")
        try FileManager.default.createSymbolicLink(
            atPath: fixture.folder.file("link"), withDestinationPath: fixture.folder.file("in"))
        let input = fixture.folder.file("in/part-00000.tar")
        let job = try fixture.job("link", .webdataset, policy: policy) { $0.inputs = [.path(input)] }
        #expect(throws: ShardError.inputInOutput(path: input, folder: job.output)) { try job.run() }
        #expect(try fixture.files("in") == before)
    }

    @Test func twoRendersDoNotShareAFolder() throws {
        let fixture = try JobFixture(lines: 20)
        let job = try fixture.job("out", policy: .resume)
        let refused = Counter()
        try job.run { event in
            guard case .started = event else { return }
            do { try job.run() } catch ShardError.folderInUse { _ = refused.next() } catch {}
        }
        #expect(refused.value == 1)
    }

    @Test func verifyingFindsEveryKindOfDamage() throws {
        let fixture = try JobFixture()
        for format in ShardFormat.allCases {
            let job = try fixture.job("out-\(format)", format)
            let manifest = try job.run()
            let verifier = ShardVerifier(folder: job.output, every: 1, fonts: job.fonts)
            let sound = try verifier.run()
            #expect(sound.errors.isEmpty, "\(format)")
            #expect(sound.sequences == manifest.counts.sequences)
            #expect(sound.rendered == (format == .pixelgpt ? manifest.counts.sequences : manifest.counts.documents))
            let name = "out-\(format)/" + manifest.shards[1].file
            let bytes = try fixture.folder.read(name)
            var damaged = bytes
            damaged[bytes.count / 2] ^= 1
            try fixture.folder.write(damaged, to: name)
            #expect(try verifier.run().errors.count == 1)
            try FileManager.default.removeItem(atPath: fixture.folder.file(name))
            #expect(try verifier.run().errors.count == 1)
            try fixture.folder.write(bytes, to: name)
            try fixture.folder.write(bytes, to: "out-\(format)/part-00099.\(format.suffix)")
            #expect(try verifier.run().errors.count == 1)
        }
    }

    /// A cut swallows its spaces, and every line break is drawn as one.
    @Test(arguments: ["\n", "\r", "\r\n", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}", " \u{2028} \u{85}"])
    func aSplitAtALineBreakIsSound(lineBreak: String) throws {
        let folder = try TemporaryFolder()
        let text = (0..<90).map { String(repeating: "il", count: $0 % 17 + 1) }.joined(separator: lineBreak)
        let input = try folder.write(JSONValue.object(["text": .string(text)]).encoded(), to: "in.jsonl")
        for format in ShardFormat.allCases {
            var layout = LayoutOptions()
            layout.maxPatches = 8
            var shards = ShardOptions()
            shards.format = format
            let job = RenderJob(
                inputs: [.path(input)], layout: layout, shards: shards, fonts: try TestFonts.sans.get(),
                output: folder.file("\(format)"))
            #expect(try job.run().counts.sequences > 20)
            let report = try ShardVerifier(folder: job.output, every: 1, fonts: job.fonts).run()
            #expect(report.errors.isEmpty, "\(format)")
        }
    }

    /// The last word of a sequence is drawn in another way than the last of a text.
    @Test func aSplitBetweenWordsIsSound() throws {
        let fixture = try JobFixture()
        let job = try fixture.job("out", .pixelgpt) {
            $0.settings.layout.strategy = .words
            $0.settings.layout.maxPatches = 12
        }
        let counts = try job.run().counts
        #expect(counts.sequences > 2 * counts.documents)
        for every in [1, 2, 7] {
            let report = try ShardVerifier(folder: job.output, every: every, fonts: job.fonts).run()
            #expect(report.errors.isEmpty && report.rendered >= counts.sequences / every)
        }
        // Every line with ink has other pixels in another size.
        var manifest = try Manifest.load(folder: job.output)
        manifest.settings.render.dpi = 100
        try fixture.folder.write(StrictJSON.encode(manifest), to: "out/manifest.json")
        let errors = try ShardVerifier(folder: job.output, every: 1, fonts: job.fonts).run().errors
        let lines = try fixture.examples("out", manifest).count { $0.patches.dropLast(256).contains { $0 != 255 } }
        #expect(errors.count == lines)
    }

    @Test func verifyingRendersAgain() throws {
        let fixture = try JobFixture(lines: 20)
        let job = try fixture.job("out")
        let manifest = try job.run()
        // The same shard, with one pixel of its third sequence changed and the manifest made to agree.
        let path = fixture.folder.file("out/" + manifest.shards[0].file)
        let shard = try NativeShard(path: path)
        let copy = try NativeShardWriter(path: path + "2", patchSize: 16)
        for index in 0..<shard.count {
            let shape = try shard.shape(of: index)
            var pixels = try shard.patches(of: index)
            if index == 2 { pixels[40] ^= 1 }
            try copy.append(
                pixels: pixels, patchCount: shape.patches, channels: shape.channels, encoding: .raw,
                metadata: shard.metadata(of: index))
        }
        let digest = try copy.finish()
        _ = try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + "2", toPath: path)
        var changed = manifest
        changed.shards[0].sha256 = digest.hex
        try fixture.folder.write(StrictJSON.encode(changed), to: "out/manifest.json")
        let report = try ShardVerifier(folder: job.output, every: 1, fonts: job.fonts).run()
        #expect(report.errors.count == 1 && report.errors.first?.description.contains("document 2") == true)
        #expect(try ShardVerifier(folder: job.output, every: 0).run().errors.isEmpty)
    }
}
