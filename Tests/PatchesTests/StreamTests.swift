import Corpora
import Foundation
import Foundations
import Patches
import TestSupport
import Testing
import Typesetting

/// The stream that a trainer iterates over.
@Suite struct StreamTests {
    static let texts: [TextInput] = (0..<60).map { index in
        single(LayoutInvariantTests.random(index * 37 % 400, seed: UInt64(index)))
    }

    static func layout(_ L: Int = 24) -> LayoutOptions {
        var layout = LayoutOptions()
        layout.maxPatches = L
        return layout
    }

    static func stream(
        workers: Int, from cursor: PatchCursor<Int>? = nil, batchBytes: Int = 500, L: Int = 24,
        texts: [TextInput] = texts
    ) throws -> PatchStream<ArrayPatchSource> {
        try PatchStream(
            source: ArrayPatchSource(texts), fonts: TestFonts.sans.get(), render: RenderOptions(), layout: layout(L),
            workers: workers, from: cursor, batchBytes: batchBytes)
    }

    static func all<Source>(_ stream: PatchStream<Source>) throws -> [StreamedSequence] {
        var items: [StreamedSequence] = []
        while let item = try stream.next() { items.append(item) }
        return items
    }

    @Test(arguments: [0, 1, 2, 4]) func sequencesAreThoseOfTheRendererInOrder(workers: Int) throws {
        let renderer = try makeRenderer(L: 24)
        let expected = try Self.texts.flatMap { try renderer.render($0).sequences }
        for batchBytes in [1, 300, 1 << 16] {
            let items = try Self.all(Self.stream(workers: workers, batchBytes: batchBytes))
            #expect(items.map(\.sequence) == expected)
            #expect(
                zip(items, items.dropFirst()).allSatisfy { one, next in
                    next.document == one.document ? next.index == one.index + 1 : next.index == 0
                })
        }
    }

    @Test(arguments: [0, 3]) func aSavedCursorGoesOnWithTheNextSequence(workers: Int) throws {
        let whole = try Self.all(Self.stream(workers: workers))
        #expect(whole.contains { $0.index > 3 })
        for taken in stride(from: 0, through: whole.count, by: 13) {
            let first = try Self.stream(workers: workers)
            for _ in 0..<taken { _ = try first.next() }
            let saved = try JSONEncoder().encode(first.cursor)
            let cursor = try JSONDecoder().decode(PatchCursor<Int>.self, from: saved)
            let rest = try Self.all(Self.stream(workers: workers, from: cursor, batchBytes: 99))
            #expect(rest == Array(whole.dropFirst(taken)))
        }
    }

    @Test func aCursorOfOtherOptionsIsRefused() throws {
        let cursor = try Self.stream(workers: 0).cursor
        #expect(throws: StreamError.self) { try Self.stream(workers: 0, from: cursor, L: 25) }
        #expect(throws: StreamError.self) {
            var far = cursor
            far.position = 1000
            _ = try Self.stream(workers: 0, from: far)
        }
    }

    @Test(arguments: [0, 2]) func aDocumentThatCannotBeRenderedIsNamed(workers: Int) throws {
        var texts = Self.texts
        texts[17] = pair("a", "b")
        let stream = try Self.stream(workers: workers, texts: texts)
        let renderer = try makeRenderer(L: 24)
        for expected in try texts[..<17].flatMap({ try renderer.render($0).sequences }) {
            #expect(try stream.next()?.sequence == expected)
        }
        do {
            _ = try stream.next()
            Issue.record("the pair was rendered")
        } catch StreamError.document(let index, let origin, let underlying) {
            #expect(index == 17 && origin.description == "document:17" && underlying is LayoutError)
        }
    }

    @Test(arguments: [0, 2]) func corporaStreamWithLabelsPlacesAndProblems(workers: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/texts.jsonl"
        var lines = (0..<40).map { #"{"text": "Document \#($0): \#(sentence)", "label": \#($0)}"# }
        lines[5] = "{broken"
        lines[30] = #"{"nothing": 1}"#
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        var read = ReadOptions()
        read.labelField = "label"
        read.onStructureError = .skip
        func stream(_ cursor: PatchCursor<Corpora.Cursor>? = nil) throws -> PatchStream<CorpusPatchSource> {
            try PatchStream(
                source: CorpusPatchSource(inputs: [InputSpec(path)], options: read), fonts: TestFonts.sans.get(),
                render: RenderOptions(), layout: Self.layout(16), workers: workers, from: cursor, batchBytes: 200)
        }
        let first = try stream()
        let items = try Self.all(first)
        #expect(Set(items.map(\.document)) == Set(0..<40).subtracting([5, 30]))
        #expect(items.allSatisfy { $0.label == .integer($0.document) })
        #expect(items.first?.origin.description.hasSuffix("texts.jsonl:1") == true)
        #expect(first.problemCount == 2 && first.problems.count == 2)
        let half = try stream()
        for _ in 0..<33 { _ = try half.next() }
        let rest = try Self.all(try stream(half.cursor))
        #expect(rest == Array(items.dropFirst(33)))
    }

    @Test func optionsSurviveJSONAndKeepDefaults() throws {
        var options = LayoutOptions()
        options.layout = .pair
        options.stride = 5
        options.textAMaxPatches = 9
        options.offsets = .compat
        options.normalisation = .nfc
        options.flipRTL = true
        let decoded = try JSONDecoder().decode(LayoutOptions.self, from: JSONEncoder().encode(options))
        #expect(decoded == options)
        #expect(try JSONDecoder().decode(LayoutOptions.self, from: Data("{}".utf8)) == LayoutOptions())
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(LayoutOptions.self, from: Data(#"{"overflow": "drop"}"#.utf8))
        }
    }

    @Test func badOptionsAreRefused() throws {
        let changes: [(inout LayoutOptions) -> Void] = [
            { $0.maxPatches = 1 }, { $0.maxPatches = 1 << 20 }, { $0.padLeft = -1 }, { $0.stride = 4 },
            { $0.textAMaxPatches = 4 }, { $0.isolatedChars = true },
            {
                $0.layout = .words
                $0.flipRTL = true
            },
            {
                ($0.layout, $0.strategy) = (.pair, .words)
                $0.rightToLeft = true
            },
            {
                $0.layout = .pair
                $0.stride = 1023
            },
            {
                $0.layout = .words
                $0.packing = .lines
            },
        ]
        for change in changes {
            var options = LayoutOptions()
            change(&options)
            #expect(throws: LayoutError.self) { try options.validate() }
        }
        #expect(throws: LayoutError.self) { try makeRenderer().render(pair("a", "b")) }
        #expect(throws: LayoutError.self) { try makeRenderer().render(words(["a"])) }
    }
}
