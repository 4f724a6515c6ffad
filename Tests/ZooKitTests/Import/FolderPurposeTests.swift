import Corpora
import Foundation
import Foundations
import Layers
import Patches
import Tensors
import TestSupport
import Testing
import Typesetting
import ZooKit

/// A folder says what its checkpoint is, how texts begin, and how turns are written.
@Suite struct FolderPurposeTests {
    private let folder: TemporaryFolder
    private let workspace: Workspace

    init() throws {
        folder = try TemporaryFolder()
        workspace = try KernelChoice.single.workspace()
    }

    /// A folder of `transformers` whose tokenizer has a begin token and puts it nowhere.
    private let plain = "\(Repository.root)/Tests/EvaluationTests/Fixtures/scores/plain"

    @Test func aCheckpointSaysItsKindAndItsHeads() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        for kind in [ModelKind.pretraining, ModelKind(rawValue: "reward")] {
            try Checkpoint(model: ModelFolder.checkpoint(model, kind: kind, workspace: workspace)).write(
                to: folder.file("m"))
            let opened = try ModelFolder.open(folder.file("m"))
            #expect(opened.kind == kind && opened.warnings == [])
            _ = try ModelFolder.convert(folder.file("m"), to: folder.file("copy"), workspace: workspace)
            #expect(try ModelFolder.open(folder.file("copy")).kind == kind)
        }
        let classifier = try LanguageModel(
            Small.config(.llama), heads: .init(labels: 2), seed: 1, workspace: workspace)
        let files = try ModelFolder.classifier(classifier, labels: ["a", "b"], workspace: workspace)
        try Checkpoint(model: files).write(to: folder.file("classes"))
        #expect(try ModelFolder.open(folder.file("classes")).kind == .classification)
        #expect(try ModelFolder.open(FixturePage.path("folders/classifier")).kind == nil)
    }

    @Test func aTiedModelKeepsItsTokenHeadBesideOthers() throws {
        var config = Small.config(.llama)
        config.tiesEmbeddings = true
        for heads in [
            LanguageModel.Heads(token: true, scalar: true), .init(token: true, labels: 3), .init(scalar: true),
        ] {
            let model = try LanguageModel(config, heads: heads, seed: 1, workspace: workspace)
            try ModelFolder.write(model, to: folder.file("m"), workspace: workspace)
            let again = try ModelFolder.load(folder.file("m"), workspace: workspace).model
            #expect(again.heads == heads)
            let input = try Small.texts([Small.text(7, 2)], workspace)
            let (a, b) = (try SmallRun(model, input, workspace), try SmallRun(again, input, workspace))
            #expect(a.logits == b.logits && a.logits.isEmpty != heads.token && a.classes == b.classes)
        }
    }

    @Test func headsThatNoTensorStandsBehindAreRefused() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        try ModelFolder.write(model, to: folder.file("m"), workspace: workspace)
        let config = String(decoding: try folder.read("m/config.json"), as: UTF8.self)
        for (labels, says) in [("16777216", "score.weight"), ("0", "labels")] {
            try folder.write(
                config.replacing("\"scalar\": false", with: "\"labels\": \(labels), \"scalar\": false"),
                to: "c/config.json")
            try folder.write(folder.read("m/model.safetensors"), to: "c/model.safetensors")
            #expect {
                try ModelFolder.load(folder.file("c"), workspace: workspace)
            } throws: { "\($0)".contains(says) }
        }
    }

    /// The perplexity of a text as a folder has it begin.
    private func surprise(_ path: String) throws -> (ids: [Int32], surprise: Double) {
        let opened = try ModelFolder.open(path)
        let words = try FixtureError.unwrap(opened.tokenizer(), "no tokenizer")
        let model = try ModelFolder.load(opened, workspace: workspace).model
        let ids = words.ids(of: Array("the proof was pale".utf8))
        let scorer = try TextScorer(model, windows: ScoreWindows(window: 32, stride: 16), in: workspace)
        return (ids, try scorer.score(ids).surprise)
    }

    @Test func anOlderCheckpointBeginsTextsAsItsTrainingDidAndSoDoesItsCopy() throws {
        let foreign = try ModelFolder.open(plain)
        let words = try FixtureError.unwrap(foreign.tokenizer(), "no tokenizer")
        #expect(foreign.kind == nil && words.begin == nil && words.tokenizer.special.begin == 0)
        let model = try ModelFolder.load(foreign, workspace: workspace).model
        let old = Checkpoint(
            model: .init(
                config: try StrictJSON.encodedValue(model.base.config),
                tensors: model.parameters.map { SafetensorsItem($0, in: workspace) }, files: words.files),
            trainerState: .object(["step": .integer(1)]))
        try old.write(to: folder.file("old"))
        #expect(try ModelFolder.open(folder.file("old")).kind == .pretraining)
        let before = try surprise(folder.file("old"))
        #expect(before.ids == [0] + words.ids(of: Array("the proof was pale".utf8)))
        _ = try ModelFolder.convert(folder.file("old"), to: folder.file("copy"), workspace: workspace)
        let after = try surprise(folder.file("copy"))
        #expect(after.ids == before.ids && after.surprise == before.surprise)
        // The copy says it in the tokenizer's own files, for every program.
        let copied = try TokenizerFolder.load(folder.file("copy"))
        #expect(copied.encode("ink").first == 0)
        let config = String(decoding: try folder.read("copy/tokenizer_config.json"), as: UTF8.self)
        #expect(config.contains("\"add_bos_token\": true"))
        // A folder of others is copied as it is.
        _ = try ModelFolder.convert(plain, to: folder.file("foreign"), workspace: workspace)
        #expect(try folder.read("foreign/tokenizer.json") == words.files["tokenizer.json"])
        #expect(try surprise(folder.file("foreign")).ids == words.ids(of: Array("the proof was pale".utf8)))
    }

    @Test func tokenizersOfTrainingsSayThatTextsBegin() throws {
        for name in ["bytes", plain] {
            let words = try ModelTokenizer(name).forTraining()
            for (file, bytes) in words.files { try folder.write(bytes, to: "t/\(file)") }
            let again = try ModelTokenizer(folder.file("t"))
            #expect(words.begin != nil && again.begin == words.begin && again.files == words.files)
            #expect(again.identity == words.identity && again.forTraining().files == words.files)
            #expect(again.tokenizer.encode("ink, é") == words.ids(of: Array("ink, é".utf8)))
        }
    }

    @Test func aDrawingIsKeptAndOpensWithTheSameFontsAlone() throws {
        let stack = try FontStackManifest.load(path: "\(Repository.root)/fonts/default.json")
        var drawing = Drawing(fonts: try FontSet(stack: stack), render: RenderOptions(), layout: LayoutOptions())
        (drawing.render.fontSize, drawing.layout.strategy) = (9, .bigrams)
        try folder.write(drawing.file, to: "m/rendering.json")
        let record = try FixtureError.unwrap(DrawingRecord(folder: folder.file("m")), "no record")
        #expect(record.render.fontSize == 9 && record.layout.strategy == .bigrams && record.warnings == [])
        #expect(try record.open { _ in stack }.json == drawing.json)
        #expect(throws: CocoaError.self) { try record.open { _ in throw CocoaError(.fileNoSuchFile) } }
        let text = String(decoding: try drawing.file, as: UTF8.self)
        let hash = try #require(drawing.fonts.fonts.first).sha256
        for (old, new, says) in [
            (hash, String(repeating: "0", count: 64), "are not those it records"),
            ("\"font_stack\": \"default\"", "\"font_stack\": \"custom\"", "named by path"),
        ] {
            try folder.write(text.replacing(old, with: new), to: "m/rendering.json")
            let other = try FixtureError.unwrap(DrawingRecord(folder: folder.file("m")), "no record")
            #expect { try other.open { _ in stack } } throws: { "\($0)".contains(says) }
        }
        try folder.write(text.replacing("\"bigrams\"", with: "\"trigrams\""), to: "m/rendering.json")
        #expect { try DrawingRecord(folder: folder.file("m")) } throws: { "\($0)".contains("strategy") }
        #expect(try DrawingRecord(folder: folder.path) == nil)
    }

    @Test func aRenderersFolderIsCopiedWithItsFont() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        func write(_ config: String) throws {
            let files = ["text_renderer_config.json": Array(config.utf8), "ink.ttf": Array("font".utf8)]
            try ModelFolder.write(model, files: files, to: folder.file("m"), workspace: workspace)
        }
        try write(#"{"font_file": "ink.ttf", "max_seq_length": 64}"#)
        let record = try FixtureError.unwrap(ModelFolder.open(folder.file("m")).drawing(), "no record")
        #expect(record.fonts == .files([folder.file("m/ink.ttf")]) && record.layout.maxPatches == 64)
        #expect(try ModelFolder.convert(folder.file("m"), to: folder.file("copy"), workspace: workspace) == [])
        let copy = try FixtureError.unwrap(ModelFolder.open(folder.file("copy")).drawing(), "no record")
        #expect(copy.fonts == .files([folder.file("copy/ink.ttf")]) && copy.render == record.render)
        #expect(try folder.read("copy/ink.ttf") == Array("font".utf8))
        try write(#"{"font_file": "fonts/ink.ttf"}"#)
        let warnings = try ModelFolder.convert(folder.file("m"), to: folder.file("copy"), workspace: workspace)
        #expect(warnings.count == 1 && warnings[0].contains("copy fonts/ink.ttf"))
    }

    @Test func aRunsFolderIsItsBestOrItsNewestCheckpoint() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        func write(_ name: String) throws {
            try ModelFolder.write(model, kind: .pretraining, to: folder.file(name), workspace: workspace)
        }
        for step in ["step-00000002", "step-00000010"] { try write("run/checkpoints/\(step)") }
        #expect(try ModelFolder.open(folder.file("run")).path == folder.file("run/checkpoints/step-00000010"))
        try write("run/best")
        #expect(try ModelFolder.open(folder.file("run")).path == folder.file("run/best"))
        #expect(try ModelFolder.place(of: folder.file("run/best")) == folder.file("run/best"))
        try folder.write("", to: "other/notes.txt")
        #expect(try ModelFolder.place(of: folder.file("other")) == nil)
        #expect(throws: CheckpointError.self) { try ModelFolder.open(folder.file("other")) }
    }

    @Test func chatFormatsAreThoseOfKnownTemplates() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        let loop = "{% for message in messages %}"
        let turns =
            "{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
        let system =
            "{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nYou are a helpful AI "
            + "assistant named SmolLM, trained by Hugging Face<|im_end|>\\n' }}{% endif %}"
        for (template, format) in [
            (loop + turns, ChatFormat.chatml), (loop + "\n  " + turns.replacing("'", with: "\""), .chatml),
            (loop + system + turns, .smollm2), (loop + turns.replacing("im_end", with: "eot"), nil),
        ] as [(String, ChatFormat?)] {
            let config = JSONValue.object(["chat_template": .string(template)]).encoded()
            try ModelFolder.write(
                model, files: ["tokenizer_config.json": config], to: folder.file("m"), workspace: workspace)
            #expect(try ModelFolder.open(folder.file("m")).chat() == format)
        }
        try ModelFolder.write(
            model, files: ["chat_template.jinja": Array((loop + turns).utf8)], to: folder.file("m"),
            workspace: workspace)
        #expect(try ModelFolder.open(folder.file("m")).chat() == .chatml)
    }
}
