import Corpora
import Foundation
import Foundations
import Patches
import Synchronization
import Tensors
import TestSupport
import Testing
import Typesetting

@testable import ZooKit

/// What reaches the model: the mix, packing, where a loader stands, who reads what.
@Suite struct PretrainingDataTests {
    /// Micro-batches of some steps, as lists of numbers.
    private func steps(_ loader: PretrainingLoader, _ count: Int) throws -> [[[[Double]]]] {
        let workspace = try KernelChoice.single.workspace()
        return try (0..<count).map { _ in try loader.next().map { try $0.fingerprint(workspace) } }
    }

    @Test func aMixIsMetByEveryBatchAsNearlyAsCanBe() throws {
        let mix = try DataMix(parsing: "4:4:2")
        var dealt: [ExampleKind: Int] = [:]
        for number in 1...1000 {
            dealt[mix.next(after: dealt), default: 0] += 1
            for (kind, share) in [(ExampleKind.text, 0.4), (.image, 0.4), (.pair, 0.2)] {
                #expect(abs(Double(dealt[kind, default: 0]) - share * Double(number)) <= 1)
            }
        }
        #expect(dealt == [.text: 400, .image: 400, .pair: 200])
        for bad in ["1:2", "a:b:c", "0:0:0", "-1:1:1", "nan:1:1", ""] {
            #expect(throws: PretrainingError.self) { try DataMix(parsing: bad) }
        }
    }

    @Test func packingKeepsEveryExampleAndFillsSequences() {
        let examples = (0..<500).map { TrainingExample(tokens: [Int32](repeating: Int32($0), count: 2 + $0 * 7 % 61)) }
        let packer = ExamplePacker(limit: 64, joins: true)
        let packed = packer.sequences(of: examples, key: RandomKey(seed: 1))
        #expect(packed.flatMap(\.examples).map(\.tokens[0]).sorted() == (0..<500).map { Int32($0) })
        #expect(packed.allSatisfy { $0.rows <= 64 })
        let rows = examples.reduce(0) { $0 + $1.rows }
        #expect(Double(rows) / Double(64 * packed.count) > 0.98)
        #expect(packed == packer.sequences(of: examples, key: RandomKey(seed: 1)))
        #expect(packed != packer.sequences(of: examples, key: RandomKey(seed: 2)))
    }

    @Test(arguments: ["1:0:0", "0:1:0", "0:0:1", "2:1:1"], [0, 16, 1000])
    func aSavedPlaceGoesOnExactly(_ mix: String, _ shuffle: Int) throws {
        let data = try TrainingData()
        let whole = try steps(data.loader(mix, shuffle: shuffle), 40)
        for stop in [1, 7, 23] {
            let first = try data.loader(mix, shuffle: shuffle, workers: 0)
            #expect(try steps(first, stop) == Array(whole[..<stop]))
            // As a checkpoint keeps it.
            let saved = try JSONValue.parse(first.state.encoded(pretty: true), keepsSpelling: true)
            let second = try data.loader(mix, shuffle: shuffle, state: saved, workers: 2)
            #expect(try steps(second, 40 - stop) == Array(whole[stop...]))
        }
    }

    @Test func ranksTogetherReadWhatOneReads() throws {
        let data = try TrainingData()
        let workspace = try KernelChoice.single.workspace()
        func sequences(_ loaders: [PretrainingLoader]) throws -> [[String]] {
            try (0..<12).map { _ in
                try loaders.flatMap { try $0.next() }.map { "\(try $0.fingerprint(workspace))" }.sorted()
            }
        }
        // One sequence a micro-batch, so that cutting says nothing.
        let alone = try sequences([data.loader("1:1:1", micro: 1, streams: 4)])
        let two = try sequences((0..<2).map { try data.loader("1:1:1", micro: 1, streams: 4, rank: ($0, 2)) })
        let three = try sequences((0..<3).map { try data.loader("1:1:1", micro: 1, streams: 4, rank: ($0, 3)) })
        #expect(alone == two)
        #expect(alone == three)
        // And a run that was begun by two goes on with four.
        let pair = try (0..<2).map { try data.loader("1:1:1", micro: 1, streams: 4, rank: ($0, 2)) }
        for _ in 0..<5 { for loader in pair { _ = try loader.next() } }
        let saved = try PretrainingLoader.joined(pair.map { try $0.state })
        let four = try (0..<4).map { try data.loader("1:1:1", micro: 1, streams: 4, rank: ($0, 4), state: saved) }
        let rest = try (0..<7).map { _ in
            try four.flatMap { try $0.next() }.map { "\(try $0.fingerprint(workspace))" }.sorted()
        }
        #expect(rest == Array(alone[5...]))
        #expect(throws: PretrainingError.self) { try data.loader("1:1:1", streams: 2, state: saved) }
    }

    @Test func anEpochShowsEveryDocumentOnceAndHeldOutOnesNever() throws {
        let data = try TrainingData()
        func documents(_ inputs: [ModelInput]) throws -> [String] {
            try inputs.flatMap { input -> [String] in
                let ids = try FixtureError.unwrap(input.tokens, "no tokens").hostIDs
                return ids.split(separator: 256).map {
                    String(decoding: $0.prefix { $0 < 256 }.map { UInt8($0) }, as: UTF8.self)
                }
            }
        }
        // Longer than any document, so that none is cut; the first three epochs.
        var options = try data.options(length: 512)
        options.length = 512
        let settings = PretrainingLoader.Settings(
            batch: 1, microBatch: 1, mix: try DataMix(parsing: "1:0:0"), window: 4, heldOut: 0.2, seed: 1)
        let config = try data.config()
        let workspace = try KernelChoice.single.workspace()
        let loader = try PretrainingLoader(
            settings, data: [.text: data.data], options: options,
            input: PackedInput(config, textPosition: 0, workspace: workspace))
        let held = try documents(try loader.heldOut(.text, count: 1000)).filter { !$0.isEmpty }
        #expect((12...36).contains(held.count))
        var seen: [String] = []
        while seen.count < data.texts.count - held.count {
            seen += try documents(try loader.next()).filter { !$0.isEmpty }
        }
        #expect(seen.count == data.texts.count - held.count)
        #expect((seen + held).sorted() == data.texts.sorted())
        #expect(try documents(try loader.heldOut(.text, count: 1000)).filter { !$0.isEmpty } == held)
    }

    @Test func pairsShowTheTextTheyTell() throws {
        let data = try TrainingData(3)
        let options = try data.options(length: 64)
        let maker = try options.maker(.pair)
        let plain = ImageMaker(renderer: try pairRenderer(options))
        for text in data.texts + [String(repeating: "wide MMMM WWWW ", count: 40), "éèß " + data.texts[0]] {
            var told: [UInt8] = []
            try maker.examples(of: Array(text.utf8)) { example in
                #expect(example.patches <= 32 && example.tokens.count <= 32 && example.tokens.first == 256)
                let bytes = example.tokens.filter { $0 < 256 }.map { UInt8($0) }
                #expect(String(validating: bytes, as: UTF8.self) != nil)
                var pictures: [TrainingExample] = []
                try plain.examples(of: bytes) { pictures.append($0) }
                #expect(pictures.count == 1 && pictures.first?.pixels == example.pixels)
                told += bytes
            }
            func bare(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 != 0x20 } }
            #expect(bare(told) == bare(Array(text.utf8)))
        }
    }

    /// The last pair of a document ends it, whatever spaces the document ends with; the others do not.
    @Test(arguments: ["", " ", "  \n \t\n"]) func theLastPairEndsTheDocument(_ spaces: String) throws {
        let data = try TrainingData(40)
        let maker = try data.options(length: 64).maker(.pair)
        for text in data.texts {
            var ends: [Bool] = []
            try maker.examples(of: Array((text + spaces).utf8)) { ends.append($0.tokens.last == 257) }
            #expect(ends.last == true && ends.dropLast().allSatisfy { !$0 }, "\(text)")
        }
        try maker.examples(of: Array(spaces.utf8)) { _ in Issue.record("a pair of nothing") }
    }

    /// What a pair is does not depend on how much follows, and a long document takes no more than its short parts: what is
    /// encoded is counted, and the time of this thread.
    @Test(arguments: ["press the page ", "שלום עולם טוב ", "印刷された紙、", "\u{200B}\u{200B}\u{200B}"])
    func aLongDocumentIsReadInPieces(_ unit: String) throws {
        let data = try TrainingData(1)
        let counter = Counter()
        var options = try data.options(length: 64)
        options.encoding = TextEncoding(begin: 256, end: 257) { text in
            counter.add(text.count)
            return text.map { Int32($0) }
        }
        let maker = try options.maker(.pair)
        func work(_ count: Int) throws -> (bytes: Int, seconds: Double, first: [TrainingExample]) {
            counter.reset()
            let begin = Self.threadSeconds()
            var first: [TrainingExample] = []
            try maker.examples(of: Array(String(repeating: unit, count: count).utf8)) {
                if first.count < 5 { first.append($0) }
            }
            return (counter.count, Self.threadSeconds() - begin, first)
        }
        _ = try work(200)
        let (short, long) = (try work(200), try work(3200))
        #expect(long.bytes < 20 * short.bytes && short.bytes > 0, "\(short.bytes) and \(long.bytes)")
        #expect(long.seconds < 64 * short.seconds, "\(short.seconds) and \(long.seconds)")
        #expect("\(short.first)" == "\(long.first)")
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Counts over threads.
    private final class Counter: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add(_ number: Int) { value.withLock { $0 += number } }
        func reset() { value.withLock { $0 = 0 } }
    }

    private func pairRenderer(_ options: ExampleOptions) throws -> PatchRenderer {
        var layout = options.layout
        layout.maxPatches = options.pairPatches
        layout.channels = .rgb
        return try PatchRenderer(
            typesetter: Typesetter(fonts: try TrainingData.fonts.get(), options: options.render), options: layout)
    }

    /// Every pass reads each document once, in another order than the one before, and blocks keep to themselves.
    @Test func everyPassReadsAllDocumentsInAnOrderOfItsOwn() throws {
        let data = try TrainingData()
        func texts(_ block: Int, _ seed: UInt64) throws -> [String] {
            let reader = try data.data.open(
                .text, try data.options(), split: DataSplit(heldOut: 0, part: .training), stream: (0, 1),
                order: DocumentOrder(block: block, key: RandomKey(seed: seed)), workers: 2, at: nil)
            var found: [String] = []
            while let example = try reader.next() { found.append("\(example)") }
            return found
        }
        let plain = try texts(0, 1)
        #expect(plain.count >= 120)
        for block in [7, 50, 1000] {
            let (first, second) = (try texts(block, 1), try texts(block, 2))
            #expect(first.sorted() == plain.sorted() && first != plain && first != second)
            #expect(first == (try texts(block, 1)))
        }
        // The examples of the first 50 documents come first.
        let few = try TrainingData(50)
        let reader = try few.data.open(
            .text, try few.options(), split: DataSplit(heldOut: 0, part: .training), stream: (0, 1),
            order: DocumentOrder(block: 0, key: RandomKey(seed: 0)), workers: 1, at: nil)
        var begin: [String] = []
        while let example = try reader.next() { begin.append("\(example)") }
        #expect(try texts(50, 1).prefix(begin.count).sorted() == begin.sorted())
    }

    @Test(arguments: [ShardFormat.native, .webdataset]) func shardsGiveThePicturesThatRenderingGives(
        _ format: ShardFormat
    ) throws {
        let data = try TrainingData()
        var layout = LayoutOptions()
        layout.maxPatches = 64
        var shards = ShardOptions()
        shards.format = format
        shards.sequencesPerShard = 20
        let out = data.folder.file("shards")
        _ = try RenderJob(
            inputs: [.path(data.path)], read: ReadOptions(), render: RenderOptions(), layout: layout, shards: shards,
            fonts: try TrainingData.fonts.get(), output: out, policy: .fresh, workers: 1
        ).run()
        let asTheyCome = DocumentOrder(block: 0, key: RandomKey(seed: 0))
        func epoch(_ source: PretrainingData, _ kind: ExampleKind, _ order: DocumentOrder) throws -> [String] {
            let split = DataSplit(heldOut: 0, part: .training)
            let reader = try source.open(
                kind, try data.options(), split: split, stream: (0, 1), order: order, workers: 1, at: nil)
            var found: [String] = []
            while let example = try reader.next() { found.append("\(example)") }
            return found
        }
        let plain = try epoch(.shards([out]), .image, asTheyCome)
        #expect(try epoch(data.data, .image, asTheyCome) == plain)
        #expect(try epoch(.shards([out]), .text, asTheyCome).count >= 120)
        let drawn = try epoch(.shards([out]), .image, DocumentOrder(block: 9, key: RandomKey(seed: 3)))
        #expect(plain.count >= 120 && drawn != plain && drawn.sorted() == plain.sorted())
        var other = try data.options()
        other.patchSize = 8
        let split = DataSplit(heldOut: 0, part: .training)
        let reader = try PretrainingData.shards([out]).open(
            .image, other, split: split, stream: (0, 1), order: asTheyCome, workers: 1, at: nil)
        #expect { try reader.next() } throws: { "\($0)".contains("render with --patch-size 8") }
    }

    @Test func whatCannotWorkIsSaid() throws {
        let data = try TrainingData(2)
        let empty = try data.folder.write("", to: "empty.txt")
        let nothing = PretrainingData.corpus([.path(empty)], ReadOptions())
        #expect(throws: PretrainingError.self) { try data.loader("1:0:0", data: nothing).next() }
        // Everything is held out.
        #expect(throws: PretrainingError.self) { try data.loader("1:0:0", heldOut: 1).next() }
        var options = try data.options()
        options.encoding = nil
        #expect(throws: PretrainingError.self) { try options.maker(.text) }
        options.fonts = nil
        #expect(throws: PretrainingError.self) { try options.maker(.image) }
    }
}
