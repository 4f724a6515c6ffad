import Corpora
import Foundations
import Layers
import Patches
import Tensors
import TestSupport
import Typesetting
import ZooKit

/// A corpus of drawn sentences with a loader's parts around it.
struct TrainingData {
    let folder: TemporaryFolder
    let path: String
    let texts: [String]

    /// `count` documents of 1 to 60 words.
    init(_ count: Int = 120) throws {
        folder = try TemporaryFolder()
        let words = ["press", "letter", "ink", "page", "type", "line", "proof", "folio", "quire", "a", "of", "the"]
        var random = SplitMix64(seed: 5)
        texts = (0..<count).map { index in
            let length = 1 + Int(random.next() % 60)
            return "No. \(index): " + (0..<length).map { _ in words[Int(random.next() % 12)] }.joined(separator: " ")
        }
        path = try folder.write(texts.joined(separator: "\n") + "\n", to: "corpus.txt")
    }

    static let fonts = Result {
        try FontSet(paths: ["/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"])
    }

    /// Bytes as tokens, 256 before and 257 behind a text.
    static let bytes = TextEncoding(begin: 256, end: 257) { $0.map { Int32($0) } }

    var data: PretrainingData { .corpus([.path(path)], ReadOptions()) }

    func options(length: Int = 64) throws -> ExampleOptions {
        ExampleOptions(length: length, channels: 3, encoding: Self.bytes, fonts: try Self.fonts.get())
    }

    /// A small model's input.
    func input(_ choice: KernelChoice = .single) throws -> PackedInput {
        PackedInput(try config(), textPosition: 32, workspace: try choice.workspace())
    }

    func config() throws -> DecoderConfig {
        DecoderConfig(
            modelType: .erniePixel, width: 32, layerCount: 1, innerWidth: 48, heads: 2, groups: 1, vocabulary: 260,
            positions: 64)
    }

    func loader(
        _ mix: String, batch: Int = 6, micro: Int = 4, streams: Int = 1, rank: (Int, Int) = (0, 1),
        heldOut: Double = 0.1, shuffle: Int = 0, state: JSONValue? = nil, workers: Int = 1, data: PretrainingData? = nil
    ) throws -> PretrainingLoader {
        var settings = PretrainingLoader.Settings(
            batch: batch, microBatch: micro, mix: try DataMix(parsing: mix), streams: streams, window: 4,
            heldOut: heldOut, workers: workers, seed: 9)
        settings.shuffle = shuffle
        let data = data ?? self.data
        return try PretrainingLoader(
            settings, data: [.text: data, .image: data, .pair: data], options: try options(), input: try input(),
            rank: (index: rank.0, count: rank.1), state: state)
    }
}

extension ModelInput {
    /// What it holds, to compare inputs by.
    func fingerprint(_ workspace: Workspace) throws -> [[Double]] {
        var parts = [[Double(rows.sequences), Double(rows.length)], (segments ?? []).map { Double($0) }]
        if let tokens { parts.append(try workspace.values(tokens.ids)) }
        if let patches { parts.append(try workspace.values(patches.pixels)) }
        return parts + [try workspace.values(rows.positions)]
    }
}
