import Patches
import Tensors
import Testing
import Typesetting

@testable import ZooKit

/// Words as labellers read them.
@Suite struct WordEncoderTests {
    private func encoder(
        _ kind: ExampleKind, _ row: WordRow = .last, length: Int = 60, _ layout: LayoutOptions = LayoutOptions()
    ) throws -> WordEncoder {
        var options = ExampleOptions(
            length: length, channels: 3, encoding: TrainingData.bytes, fonts: try TrainingData.fonts.get())
        options.layout = layout
        (options.pairPatches, options.pairTokens) = (length / 2, length / 2)
        return try WordEncoder(kind, options, row: row)
    }

    private func words(_ text: String) -> [[UInt8]] { text.split(separator: " ").map { Array($0.utf8) } }

    @Test func tokensOfWords() throws {
        let last = try encoder(.text).encode(words("ab c def"))
        #expect(last.content.tokens == [256, 97, 98, 32, 99, 32, 100, 101, 102])
        #expect(last.rows == [2, 4, 8] && !last.isTruncated)
        #expect(try encoder(.text, .first).encode(words("ab c def")).rows == [1, 3, 5])
        let cut = try encoder(.text, length: 5).encode(words("ab c def"))
        #expect(cut.content.tokens.count == 5 && cut.rows == [2, 4, nil] && cut.isTruncated)
    }

    /// Every word has a row that shows it alone; the row before a word's first is another word's.
    @Test(arguments: [LayoutOptions.Strategy.continuous, .words, .bigrams])
    func patchesOfWords(_ strategy: LayoutOptions.Strategy) throws {
        var layout = LayoutOptions()
        layout.strategy = strategy
        let text = words("a wonderful press prints")
        let last = try encoder(.image, .last, layout).encode(text)
        let first = try encoder(.image, .first, layout).encode(text)
        #expect(last.content == first.content && !last.isTruncated)
        let (ends, starts) = (last.rows.compactMap(\.self), first.rows.compactMap(\.self))
        try #require(ends.count == 4 && starts.count == 4)
        #expect(starts[0] == 0 && ends[3] < last.content.patches - 1)
        for word in 0..<4 { #expect(starts[word] <= ends[word]) }
        for word in 1..<4 { #expect(ends[word - 1] < starts[word]) }
        #expect(starts[1] < ends[1])
    }

    @Test func wordsThatAreCutHaveNoRow() throws {
        let text = words("a wonderful press prints more")
        let whole = try encoder(.image).encode(text).rows.compactMap(\.self)
        for limit in 3...whole[4] + 3 {
            let cut = try encoder(.image, length: limit).encode(text)
            #expect(cut.content.patches <= limit)
            for (word, row) in cut.rows.enumerated() {
                // A word has its row if and only if all its patches are before the black one.
                #expect((row == nil) == (whole[word] > limit - 2), "\(word) of \(limit)")
                if let row { #expect(row == whole[word]) }
            }
            #expect(cut.isTruncated == cut.rows.contains(nil))
        }
    }

    @Test func pairsAreLabelledBehindThePicture() throws {
        let pair = try encoder(.pair).encode(words("ab c"))
        #expect(pair.content.patches > 1 && pair.rows == [2, 4])
    }

    /// Logits of words are the same in a batch and alone, and stand in the order of the words; examples without rows take no part.
    @Test func batchesKeepTheOrderOfWords() throws {
        let workspace = try KernelChoice.single.workspace()
        var config = DecoderConfig(
            modelType: .llama, width: 16, layerCount: 1, innerWidth: 24, heads: 4, groups: 2, vocabulary: 260,
            positions: 64)
        config.deviation = 0.3
        let encoder = try encoder(.text, length: 12)
        let texts = ["ab c def", "wonderfulword", "x", "to be or"]
        let examples = try texts.map { try encoder.encode(words($0)) }
        #expect(examples[1].rows == [nil])
        let model = try LanguageModel(config, heads: .init(labels: 3), seed: 5, workspace: workspace)
        func input() -> ClassifierInput {
            ClassifierInput(config, kind: .text, patchLimit: 0, tokenLimit: 12, workspace: workspace)
        }
        let objective = Classification(model)
        let all = try objective.scores(of: input().microBatches(examples, limit: 3), workspace)
        let alone = try examples.flatMap { example in
            try objective.scores(of: input().microBatches([example], limit: 1), workspace)
        }
        #expect(all.count == 7 && alone.count == 7)
        for (one, other) in zip(all.joined(), alone.joined()) { #expect(abs(one - other) < 1e-5) }
        #expect(Set(all.map { $0[0] }).count == 7)
    }
}
