import Corpora
import Foundation
import Foundations
import Patches
import TestSupport
import Testing
import Typesetting

@Suite struct RenderJobTests {
    @Test(arguments: ShardFormat.allCases)
    func storedSequencesAreTheRenderedOnes(format: ShardFormat) throws {
        let fixture = try JobFixture()
        let job = try fixture.job("out", format)
        let manifest = try job.run()
        let renderer = try PatchRenderer(
            typesetter: Typesetter(fonts: job.fonts, options: job.settings.render), options: job.settings.layout)
        var expected: [(PatchSequence, Document)] = []
        let reader = try DocumentReader(inputs: job.inputs, options: job.settings.read)
        while let document = try reader.next() {
            expected += try renderer.render(TextInput(document)).sequences.map { ($0, document) }
        }
        let examples = try fixture.examples("out", manifest)
        #expect(examples.count == expected.count)
        for (example, (sequence, document)) in zip(examples, expected) {
            #expect(example.patches == sequence.pixels && example.channels == sequence.channels)
            #expect(example.record["num_patches"] == .integer(sequence.textPatchCount))
            #expect(example.record["label"] == document.label)
            if format == .pixelgpt {
                #expect(example.record["tag"] == document.fields["tag"])
            } else {
                #expect(example.record["fields"] == .object(document.fields))
                #expect(example.record["separators"] == .array(sequence.separators.map { .integer($0) }))
                #expect(example.record["document"] == .integer(document.origin.index))
            }
        }
        #expect(manifest.shards.count > 3)
        #expect(examples.contains { $0.channels == 3 } && examples.contains { $0.channels == 1 })
        #expect(manifest.counts.documents == 60 && manifest.counts.sequences == examples.count)
        #expect(manifest.counts.patches == examples.reduce(0) { $0 + $1.patchCount })
        #expect(manifest.counts.colouredSequences == examples.count { $0.channels == 3 })
        #expect(try Manifest.load(folder: fixture.folder.file("out")) == manifest)
    }

    @Test(arguments: ShardFormat.allCases)
    func theTextOfADocumentIsThatOfItsPartsJoined(format: ShardFormat) throws {
        let fixture = try JobFixture()
        let job = try fixture.job("out", format)
        let examples = try fixture.examples("out", try job.run())
        var joined = ""
        for example in examples {
            guard case .string(let text)? = example.record["text"] else { continue }
            joined += text
        }
        var whole = ""
        let reader = try DocumentReader(inputs: job.inputs, options: job.settings.read)
        while let document = try reader.next() { whole += String(decoding: document.segments[0], as: UTF8.self) }
        #expect(joined == whole)
    }

    @Test(arguments: ShardFormat.allCases)
    func theBytesDoNotDependOnTheNumberOfWorkers(format: ShardFormat) throws {
        let fixture = try JobFixture()
        try fixture.job("one", format, workers: 0).run()
        let reference = try fixture.files("one")
        for workers in [1, 3] {
            try fixture.job("more\(workers)", format, workers: workers).run()
            #expect(try fixture.files("more\(workers)") == reference)
        }
        #expect(Set(reference.keys).isSuperset(of: ["manifest.json", "part-00000.\(format.suffix)"]))
        #expect(reference["progress.json"] == nil)
    }

    @Test func zstdFramesHoldTheSamePixels() throws {
        let fixture = try JobFixture(lines: 20)
        let raw = try fixture.job("raw").run()
        let packed = try fixture.job("packed") { $0.settings.shards.zstd = true }.run()
        #expect(try fixture.examples("raw", raw) == fixture.examples("packed", packed))
        #expect(packed.shards.reduce(0) { $0 + $1.bytes } < raw.shards.reduce(0) { $0 + $1.bytes } / 3)
    }

    @Test func pairsAndWordsAreStoredWithTheirTexts() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write(
            """
            {"q": "Is it?", "a": "It is.", "w": ["My", "cool", "cat"]}

            """, to: "in.jsonl")
        var read = ReadOptions()
        (read.textField, read.textBField) = ("q", "a")
        var layout = LayoutOptions()
        (layout.layout, layout.offsets) = (.pair, .exact)
        var shards = ShardOptions()
        for (format, key, keyB) in [(ShardFormat.webdataset, "text", "text_b"), (.pixelgpt, "q", "a")] {
            shards.format = format
            let job = RenderJob(
                inputs: [.path(input)], read: read, layout: layout, shards: shards, fonts: try TestFonts.sans.get(),
                output: folder.file("pair-\(format)"))
            let manifest = try job.run()
            let example = try ShardReader.example(0, of: folder.file("pair-\(format)/\(manifest.shards[0].file)"))
            #expect(example.record[key] == .string("Is it?") && example.record[keyB] == .string("It is."))
            #expect(try ShardVerifier(folder: job.output, every: 1, fonts: job.fonts).run().errors.isEmpty)
        }
        read = ReadOptions()
        read.wordsField = "w"
        layout = LayoutOptions()
        layout.layout = .words
        shards.format = .native
        let job = RenderJob(
            inputs: [.path(input)], read: read, layout: layout, shards: shards, fonts: try TestFonts.sans.get(),
            output: folder.file("words"))
        let manifest = try job.run()
        let example = try ShardReader.example(0, of: folder.file("words/\(manifest.shards[0].file)"))
        #expect(example.record["words"] == .array([.string("My"), .string("cool"), .string("cat")]))
        #expect(example.record["word_starts"] == .array([0, 2, 4, 6].map { .integer($0) }))
        #expect(try ShardVerifier(folder: job.output, every: 1, fonts: job.fonts).run().rendered == 1)
    }

    @Test func aDocumentThatCannotBeRenderedIsNamedByPathAndLine() throws {
        let fixture = try JobFixture()
        let job = try fixture.job("out") { $0.settings.layout.overflow = .error }
        let error = #expect(throws: ShardError.self) { try job.run() }
        #expect(error?.description.hasPrefix("\(fixture.input):8, document 7: segment 0 is ") == true)
        let names = try FileManager.default.contentsOfDirectory(atPath: job.output)
        #expect(!names.contains { $0.hasSuffix(".partial") || $0 == "manifest.json" })
    }

    @Test func documentsThatCannotBeRenderedAreLeftOutUnderSkip() throws {
        let fixture = try JobFixture()
        let changes: [(inout RenderJob) -> Void] = [
            { $0.settings.layout.overflow = .error }, { $0.settings.render.unknownGlyph = .error },
            {
                $0.settings.layout.overflow = .error
                $0.settings.layout.packing = .eachLine
            },
        ]
        try fixture.folder.write(
            fixture.folder.read("in.jsonl")
                + Array("{\"text\": \"\(String(repeating: "word ", count: 200))\u{D55C}\", \"label\": 1}\n".utf8),
            to: "in.jsonl")
        for (number, change) in changes.enumerated() {
            let job = try fixture.job("out\(number)") {
                change(&$0)
                $0.settings.read.onStructureError = .skip
            }
            let manifest = try job.run()
            let count = try #require(manifest.report.problems["unrenderable"])
            #expect(count > 0 && manifest.counts.documents == 61 - count && manifest.report.skipped == count)
            #expect(manifest.report.documents == manifest.counts.documents)
            #expect(manifest.report.examples.first?.path == fixture.input)
            let report = try ShardVerifier(folder: job.output, every: 1, fonts: job.fonts).run()
            #expect(report.errors.isEmpty && report.rendered == manifest.counts.documents)
        }
    }

    @Test func badLinesAreLeftOutAndReported() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write("{\"text\": \"a\"}\n{broken\n{\"text\": \"b\"}\n", to: "in.jsonl")
        var job = RenderJob(
            inputs: [.path(input)], fonts: try TestFonts.sans.get(), output: folder.file("out"))
        #expect(throws: CorporaError.self) { try job.run() }
        job.settings.read.onStructureError = .skip
        job.policy = .overwrite
        let manifest = try job.run()
        #expect(manifest.counts.documents == 2 && manifest.report.problems == ["broken_json": 1])
        #expect(manifest.report.examples.first?.line == 2)
    }
}
